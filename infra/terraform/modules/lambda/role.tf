data "aws_iam_policy_document" "assume_role" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }

  statement {
    sid       = "SendFailedEvents"
    actions   = ["sqs:SendMessage"]
    resources = [module.failed.arn]
  }

  dynamic "statement" {
    for_each = var.api_key_secret_arn == null ? [] : [var.api_key_secret_arn]

    content {
      sid       = "ReadSecret"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.api_key_parameter_name == null ? [] : [var.api_key_parameter_name]

    content {
      sid     = "ReadParameter"
      actions = ["ssm:GetParameter"]
      resources = [
        "arn:${data.aws_partition.current.partition}:ssm:${local.here}:parameter/${trimprefix(statement.value, "/")}",
      ]
    }
  }

  dynamic "statement" {
    for_each = var.api_key_kms_key_arn == null ? [] : [var.api_key_kms_key_arn]

    content {
      sid       = "DecryptKey"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }

  # Lambda itself makes the network interfaces, with the function's role: IAM knows no narrower resource for these.
  dynamic "statement" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      sid       = "JoinVpc"
      actions   = local.network_interface_actions
      resources = ["*"]
    }
  }

  # The code in the function may not: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  dynamic "statement" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      sid       = "NotFromTheCode"
      effect    = "Deny"
      actions   = local.network_interface_actions
      resources = ["*"]

      condition {
        test     = "ArnEquals"
        variable = "lambda:SourceFunctionArn"
        values   = [local.function_arn]
      }
    }
  }
}

locals {
  network_interface_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]
}

resource "aws_iam_role" "function" {
  name               = "${local.name}-function"
  description        = "The Lambda function ${local.name}"
  assume_role_policy = data.aws_iam_policy_document.assume_role.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}
