# The whole service in a VPC that is there already: API, workers, PostgreSQL, Valkey, alarms by e-mail, and SageMaker's events.

terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }

    random = {
      source  = "hashicorp/random"
      version = "3.7.2"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "The region of the service and of its trainings."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "private_subnet_ids" {
  description = "Subnets for tasks, PostgreSQL, Valkey and the function, with a way to AWS."
  type        = list(string)
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer."
  type        = list(string)
}

variable "allowed_cidr_blocks" {
  description = "Networks that may call the API, like that of the office."
  type        = list(string)
}

variable "domain_name" {
  description = "The name that people call the service by, like ml.example.com."
  type        = string
}

variable "certificate_arn" {
  description = "ACM certificate of that name."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone of that name."
  type        = string
}

variable "image" {
  description = "The service's image in ECR, with its digest."
  type        = string
}

variable "training_image" {
  description = "The image of the trainings."
  type        = string
}

variable "sagemaker_role_arn" {
  description = "The role that SageMaker assumes: docs/iam/execution-role-policy.json."
  type        = string
}

variable "model_output_s3_uri" {
  description = "Where artifacts go, like s3://my-bucket/models."
  type        = string
}

variable "api_keys_secret_arn" {
  description = "Secrets Manager secret with the API keys, separated by commas."
  type        = string
}

variable "alarm_email" {
  description = "Address that the alarms go to."
  type        = string
}

resource "aws_sns_topic" "alarms" {
  name = "ml-sentiment-alarms"
}

resource "aws_sns_topic_subscription" "email" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

module "autodeploy" {
  source = "../../modules/ecs"

  project_name   = "ml-sentiment"
  endpoint_names = ["ml-sentiment-endpoint"]

  image            = var.image
  cpu_architecture = "ARM64"
  api_count        = 2
  worker_count     = 2

  vpc_id                   = var.vpc_id
  private_subnet_ids       = var.private_subnet_ids
  load_balancer_subnet_ids = var.public_subnet_ids
  internal                 = false
  allowed_cidr_blocks      = var.allowed_cidr_blocks
  certificate_arn          = var.certificate_arn
  public_url               = "https://${var.domain_name}/model-init"

  sagemaker_role_arn  = var.sagemaker_role_arn
  training_image      = var.training_image
  model_output_s3_uri = var.model_output_s3_uri
  api_keys_secret_arn = var.api_keys_secret_arn

  settings = {
    TRAINING_INSTANCE_TYPE = "ml.m5.2xlarge"
    LOG_LEVEL              = "info"
  }

  alarm_topic_arns = [aws_sns_topic.alarms.arn]
}

resource "aws_route53_record" "service" {
  zone_id = var.zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = module.autodeploy.load_balancer.dns_name
    zone_id                = module.autodeploy.load_balancer.zone_id
    evaluate_target_health = true
  }
}

output "migrate_command" {
  description = "Runs the migration: `terraform output -raw migrate_command | sh`."
  value       = module.autodeploy.migrate_command
}

output "url" {
  description = "The API's address at the load balancer."
  value       = module.autodeploy.url
}
