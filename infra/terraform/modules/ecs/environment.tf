# What the programs read: each name is one of src/config/variables.ts, or of the AWS SDK and Node.

locals {
  port = 8006

  # Variables that `settings` may not hold, since this module sets them.
  own_variables = toset([
    "API_KEYS",
    "AWS_REGION",
    "DATABASE_IAM",
    "DATABASE_URL",
    "ENDPOINT_NAME",
    "EXECUTION_ROLE_ARN",
    "HEARTBEAT_FILE",
    "HOST",
    "LINK_SIGNING_KEY",
    "MODEL_OUTPUT_S3_URI",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "PORT",
    "PROJECT_NAME",
    "PUBLIC_URL",
    "REDIS_URL",
    "TRAINING_IMAGE",
  ])

  shared_environment = {
    AWS_REGION          = local.region
    DATABASE_IAM        = var.database_iam ? "true" : null
    DATABASE_URL        = var.database_iam ? local.database_url_without_password : null
    ENDPOINT_NAME       = var.endpoint_names[0]
    EXECUTION_ROLE_ARN  = var.sagemaker_role_arn
    HEARTBEAT_FILE      = "${local.scratch_path}/heartbeat"
    MODEL_OUTPUT_S3_URI = var.model_output_s3_uri
    PROJECT_NAME        = var.project_name
    PUBLIC_URL          = var.public_url
    TRAINING_IMAGE      = var.training_image
  }

  api_environment = {
    HOST = "0.0.0.0"
    PORT = tostring(local.port)
  }

  # Secrets Manager's value reaches the program as an environment variable, through the task execution role. The version is part of
  # the address, so that a new password makes a new task definition, and with it a rolling update.
  shared_secrets = {
    DATABASE_URL = var.database_iam ? null : "${aws_secretsmanager_secret.database_url.arn}:::${aws_secretsmanager_secret_version.database_url.version_id}"
    REDIS_URL    = "${aws_secretsmanager_secret.redis_url.arn}:::${aws_secretsmanager_secret_version.redis_url.version_id}"
  }

  api_secrets = {
    API_KEYS         = var.api_keys_secret_arn
    LINK_SIGNING_KEY = var.link_signing_key_secret_arn
  }

  # Workers sign the links of notifications. Without a key for that, one is derived from the API's.
  worker_secrets = {
    API_KEYS                   = var.link_signing_key_secret_arn == null ? var.api_keys_secret_arn : null
    LINK_SIGNING_KEY           = var.link_signing_key_secret_arn
    OTEL_EXPORTER_OTLP_HEADERS = var.otlp_headers_secret_arn
  }
}
