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

variable "api_key" {
  description = "One of the service's API_KEYS, from TF_VAR_api_key."
  type        = string
  nullable    = false
  sensitive   = true
}

resource "aws_sns_topic" "alarms" {
  name = "ml-sentiment-auto-deploy-alarms"
}

resource "aws_sns_topic_subscription" "email" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

module "auto_deploy" {
  source = "../../modules/api-destination"

  project_name     = "ml-sentiment"
  endpoint_names   = ["ml-sentiment-endpoint"]
  service_url      = "https://ml.example.com/model-init"
  api_key          = var.api_key
  alarm_topic_arns = [aws_sns_topic.alarms.arn]
}

output "dead_letter_queue_url" {
  description = "Where events end that could not be handed over."
  value       = module.auto_deploy.undelivered_queue_url
}
