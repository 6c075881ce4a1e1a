# Two roles: ECS itself starts tasks with one (image, secrets, logs), the programs act with the other (SageMaker).

data "aws_iam_policy_document" "assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ecs:${local.region}:${local.account_id}:*"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  description        = "ECS starts the tasks of ${local.name}"
  assume_role_policy = data.aws_iam_policy_document.assume_role.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "execution" {
  name   = "execution"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

locals {
  # The parts of an image's address in ECR; no part for an image from elsewhere.
  ecr_images = regexall("^(?P<account>[0-9]{12})\\.dkr\\.ecr\\.(?P<region>[a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?/(?P<repository>[^:@]+)", var.image)
}

data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.this : "${group.arn}:*"]
  }

  statement {
    sid     = "ReadSecrets"
    actions = ["secretsmanager:GetSecretValue"]
    resources = concat(
      var.database_iam ? [] : [aws_secretsmanager_secret.database_url.arn],
      [aws_secretsmanager_secret.redis_url.arn, var.api_keys_secret_arn],
      var.link_signing_key_secret_arn == null ? [] : [var.link_signing_key_secret_arn],
      var.otlp_headers_secret_arn == null ? [] : [var.otlp_headers_secret_arn],
    )
  }

  dynamic "statement" {
    for_each = length(local.secret_key_arns) == 0 ? [] : [local.secret_key_arns]

    content {
      sid       = "DecryptSecrets"
      actions   = ["kms:Decrypt"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = local.ecr_images

    content {
      sid       = "PullImage"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = ["arn:${local.partition}:ecr:${statement.value.region}:${statement.value.account}:repository/${statement.value.repository}"]
    }
  }

  # IAM knows no narrower resource for this action.
  dynamic "statement" {
    for_each = local.ecr_images

    content {
      sid       = "EcrToken"
      actions   = ["ecr:GetAuthorizationToken"]
      resources = ["*"]
    }
  }
}

locals {
  secret_key_arns = distinct([for arn in [var.kms_key_arn, var.api_keys_kms_key_arn] : arn if arn != null])
}

resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  description        = "What the programs of ${local.name} may do at SageMaker"
  assume_role_policy = data.aws_iam_policy_document.assume_role.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "task" {
  name   = "service"
  role   = aws_iam_role.task.id
  policy = jsonencode(local.service_policy)
}

# The service's policy is docs/iam/service-policy.json, which `npm test` compares with the calls of the code.
locals {
  service_policy_text = replace(replace(replace(replace(
    file("${path.module}/../../../../docs/iam/service-policy.json"),
    "arn:aws:iam::ACCOUNT_ID:role/EXECUTION_ROLE_NAME", var.sagemaker_role_arn),
    "arn:aws:", "arn:${local.partition}:"),
    "REGION", local.region),
  "ACCOUNT_ID", local.account_id)

  service_policy_document = jsondecode(local.service_policy_text)

  # One endpoint in the document, any number here.
  service_policy = merge(local.service_policy_document, {
    Statement = [
      for statement in local.service_policy_document.Statement : merge(statement, {
        Resource = distinct(flatten([
          for resource in flatten([statement.Resource]) : [for name in var.endpoint_names : replace(resource, "ENDPOINT_NAME", name)]
        ]))
      })
    ]
  })
}

# A token instead of a password: one user of one database.
resource "aws_iam_role_policy" "database" {
  count = var.database_iam ? 1 : 0

  name   = "database"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.database.json
}

data "aws_iam_policy_document" "database" {
  statement {
    sid       = "ConnectToDatabase"
    actions   = ["rds-db:connect"]
    resources = ["arn:${local.partition}:rds-db:${local.region}:${local.account_id}:dbuser:${aws_db_instance.this.resource_id}/${local.database_user}"]
  }
}
