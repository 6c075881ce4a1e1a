# The API behind a load balancer, workers, PostgreSQL and Valkey, in a VPC that is there already.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  name       = coalesce(var.name, lower(var.project_name))
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.region
  tags       = merge({ Project = var.project_name }, var.tags)
}

resource "aws_ecs_cluster" "this" {
  name = local.name
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["api", "worker", "migrate"])

  name              = "/autodeploy/${local.name}/${each.key}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
}
