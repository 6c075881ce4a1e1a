# EventBridge → the service's POST /events, with nothing between. The service has to be reachable from the internet over HTTPS.

locals {
  name = coalesce(var.name, "${var.project_name}-auto-deploy")
}

module "event_rules" {
  source = "../event-rules"

  name             = local.name
  project_name     = var.project_name
  endpoint_names   = var.endpoint_names
  alarm_topic_arns = var.alarm_topic_arns
  tags             = var.tags
}

resource "aws_cloudwatch_event_connection" "service" {
  name               = local.name
  description        = "The key for ${var.service_url}"
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "X-API-Key"
      value = var.api_key
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "service" {
  name                             = local.name
  description                      = "POST /events of ${var.service_url}"
  invocation_endpoint              = "${trimsuffix(var.service_url, "/")}/events"
  http_method                      = "POST"
  invocation_rate_limit_per_second = var.rate_limit_per_second
  connection_arn                   = aws_cloudwatch_event_connection.service.arn
}

resource "aws_cloudwatch_event_target" "service" {
  for_each = module.event_rules.rules

  rule     = each.value.name
  arn      = aws_cloudwatch_event_api_destination.service.arn
  role_arn = aws_iam_role.rules.arn

  # Spent on 401, 407, 409, 429, 5xx and no response within 5 s; any other refusal goes to the dead-letter queue at once.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = module.event_rules.undelivered_queue_arn
  }
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "rules" {
  statement {
    sid       = "CallTheService"
    actions   = ["events:InvokeApiDestination"]
    resources = [aws_cloudwatch_event_api_destination.service.arn]
  }
}

resource "aws_iam_role" "rules" {
  name               = "${local.name}-events"
  description        = "EventBridge's rules, calling ${var.service_url}"
  assume_role_policy = data.aws_iam_policy_document.assume_role.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "rules" {
  name   = "call-the-service"
  role   = aws_iam_role.rules.id
  policy = data.aws_iam_policy_document.rules.json
}
