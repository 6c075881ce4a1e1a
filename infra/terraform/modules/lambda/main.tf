# EventBridge → Lambda → the service.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  name     = coalesce(var.name, "${var.project_name}-auto-deploy")
  zip_path = coalesce(var.zip_path, "${path.module}/../../../../dist/auto_deploy.zip")

  # ARNs that are put together here, so that role and function need not wait for each other.
  here         = "${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}"
  function_arn = "arn:${data.aws_partition.current.partition}:lambda:${local.here}:function:${local.name}"

  uses_extension = var.api_key_secret_arn != null || var.api_key_parameter_name != null

  # What the handler reads (src/lambda/settings.ts).
  handler_environment = {
    AUTODEPLOY_URL               = var.service_url
    AUTODEPLOY_API_KEY           = var.api_key
    AUTODEPLOY_API_KEY_SECRET_ID = var.api_key_secret_arn
    AUTODEPLOY_API_KEY_PARAMETER = var.api_key_parameter_name
  }
  # How long the extension keeps the key: short, so that a rotated one is in use before Lambda's last try, 3 minutes after the first.
  extension_environment = {
    SECRETS_MANAGER_TTL     = local.uses_extension ? "60" : null
    SSM_PARAMETER_STORE_TTL = local.uses_extension ? "60" : null
  }
  environment = {
    for name, value in merge(local.handler_environment, local.extension_environment) : name => value if value != null
  }
}

module "event_rules" {
  source = "../event-rules"

  name             = local.name
  project_name     = var.project_name
  endpoint_names   = var.endpoint_names
  alarm_topic_arns = var.alarm_topic_arns
  tags             = var.tags
}

resource "aws_cloudwatch_event_target" "function" {
  for_each = module.event_rules.rules

  rule = each.value.name
  arn  = aws_lambda_function.this.arn

  # Until Lambda has queued the event; from there on its own retries count.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = module.event_rules.undelivered_queue_arn
  }
}

resource "aws_lambda_permission" "rule" {
  for_each = module.event_rules.rules

  statement_id  = "EventBridge-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = each.value.arn
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name    = local.name
  description      = "Hands state changes of SageMaker to ${var.service_url}"
  role             = aws_iam_role.function.arn
  filename         = local.zip_path
  source_code_hash = filebase64sha256(local.zip_path)
  handler          = "auto_deploy.handler"
  runtime          = "nodejs24.x"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = var.timeout_seconds
  layers           = local.uses_extension ? [var.secrets_extension_layer_arn] : []
  tags             = var.tags

  environment {
    variables = local.environment
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

# What the function failed at three times over.
module "failed" {
  source = "../dead-letter-queue"

  name              = "${local.name}-failed"
  alarm_description = "The function ${local.name} failed at handing state changes of SageMaker to the service, three times each. The service's polling and reconciling cover for them. Each message holds the event (requestPayload) and the error (responsePayload)."
  alarm_topic_arns  = var.alarm_topic_arns
  tags              = var.tags
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = module.failed.arn
    }
  }
}
