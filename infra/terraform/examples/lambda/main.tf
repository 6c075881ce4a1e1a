terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Where SageMaker trains and serves: EventBridge's events are of one region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "alarm_email" {
  description = "The address that is notified of events that could not be delivered."
  type        = string
  nullable    = false
}

variable "secrets_extension_layer_arn" {
  description = "The AWS Parameters and Secrets Lambda Extension for this region and arm64."
  type        = string
  nullable    = false
}

resource "aws_sns_topic" "alarms" {
  name = "ml-sentiment-auto-deploy-alarms"
}

resource "aws_sns_topic_subscription" "email" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

# Set its text yourself, so that it never stands in Terraform's state:
# aws secretsmanager put-secret-value --secret-id ml-sentiment/auto-deploy-key --secret-string KEY
resource "aws_secretsmanager_secret" "api_key" {
  name = "ml-sentiment/auto-deploy-key"
}

module "auto_deploy" {
  source = "../../modules/lambda"

  project_name                = "ml-sentiment"
  endpoint_names              = ["ml-sentiment-endpoint"]
  service_url                 = "https://ml.example.com/model-init"
  api_key_secret_arn          = aws_secretsmanager_secret.api_key.arn
  secrets_extension_layer_arn = var.secrets_extension_layer_arn
  alarm_topic_arns            = [aws_sns_topic.alarms.arn]
}

output "function_name" {
  description = "The Lambda function."
  value       = module.auto_deploy.function_name
}

output "dead_letter_queue_urls" {
  description = "Where events end that could not be handed over."
  value       = [module.auto_deploy.undelivered_queue_url, module.auto_deploy.failed_queue_url]
}
