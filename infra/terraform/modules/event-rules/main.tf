# The state changes of SageMaker that the service wants to know at once. They only save time: the service also polls.

locals {
  training_pattern = {
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Training Job State Change"]
    detail = {
      TrainingJobName   = [{ prefix = "${var.project_name}-training-" }]
      TrainingJobStatus = ["Completed", "Failed", "Stopped"]
    }
  }

  # Every status: there are few, and what counts (settled, rolling back, gone) is the service's to say. SageMaker takes endpoint
  # names whatever their case.
  endpoint_pattern = {
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Endpoint State Change"]
    detail = {
      EndpointName = [for name in var.endpoint_names : { "equals-ignore-case" = name }]
    }
  }
}

resource "aws_cloudwatch_event_rule" "training" {
  name          = "${var.name}-training"
  description   = "Training jobs of ${var.project_name} that are over"
  event_pattern = jsonencode(local.training_pattern)
  tags          = var.tags
}

resource "aws_cloudwatch_event_rule" "endpoint" {
  name          = "${var.name}-endpoint"
  description   = "State changes of the endpoints that ${var.project_name} deploys to"
  event_pattern = jsonencode(local.endpoint_pattern)
  tags          = var.tags
}

# What EventBridge could not deliver within its retries.
module "undelivered" {
  source = "../dead-letter-queue"

  name              = "${var.name}-undelivered"
  alarm_description = "EventBridge could not deliver state changes of SageMaker. The service's polling and reconciling cover for them. Each message holds an event, and in its attributes ERROR_CODE and ERROR_MESSAGE."
  alarm_topic_arns  = var.alarm_topic_arns
  tags              = var.tags
}

data "aws_iam_policy_document" "undelivered" {
  statement {
    sid       = "FromTheRules"
    actions   = ["sqs:SendMessage"]
    resources = [module.undelivered.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.training.arn, aws_cloudwatch_event_rule.endpoint.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = module.undelivered.url
  policy    = data.aws_iam_policy_document.undelivered.json
}
