variable "image" {
  description = "Address of the image that the repository's Dockerfile builds (its target `service`), best with its digest."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^\\S{1,255}$", var.image))
    error_message = "The image must be its address, without white space."
  }
}

variable "cpu_architecture" {
  description = "Processor of the tasks, as the image was built for: `X86_64` or `ARM64`."
  type        = string
  default     = "X86_64"
  nullable    = false

  validation {
    condition     = contains(["X86_64", "ARM64"], var.cpu_architecture)
    error_message = "The processor must be X86_64 or ARM64."
  }
}

variable "api_count" {
  description = "API tasks."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.api_count >= 1 && var.api_count <= 50 && floor(var.api_count) == var.api_count
    error_message = "There must be a whole number of API tasks from 1 to 50."
  }
}

variable "api_cpu" {
  description = "Processor of an API task: 1024 is one."
  type        = number
  default     = 512
  nullable    = false
}

variable "api_memory" {
  description = "Memory of an API task in MiB."
  type        = number
  default     = 1024
  nullable    = false
}

variable "worker_count" {
  description = "Worker tasks. Never zero: only workers make delayed jobs due, and without one nothing is observed or deployed."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.worker_count >= 1 && var.worker_count <= 20 && floor(var.worker_count) == var.worker_count
    error_message = "There must be a whole number of workers from 1 to 20, and never none: only workers make delayed jobs due."
  }
}

variable "worker_cpu" {
  description = "Processor of a worker task: 1024 is one."
  type        = number
  default     = 512
  nullable    = false
}

variable "worker_memory" {
  description = "Memory of a worker task in MiB."
  type        = number
  default     = 1024
  nullable    = false
}

variable "sagemaker_role_arn" {
  description = "EXECUTION_ROLE_ARN: the role that SageMaker assumes for trainings and models. The programs may pass this role alone, and to SageMaker alone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.sagemaker_role_arn))
    error_message = "The role must be set by its ARN."
  }
}

variable "training_image" {
  description = "TRAINING_IMAGE: address of the training's container image."
  type        = string
  nullable    = false
}

variable "model_output_s3_uri" {
  description = "MODEL_OUTPUT_S3_URI: the prefix of the artifacts."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.model_output_s3_uri, "s3://")
    error_message = "The prefix must be an address like s3://bucket/prefix."
  }
}

variable "endpoint_names" {
  description = "The endpoints that the service may deploy to. The first is ENDPOINT_NAME."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.endpoint_names) > 0
    error_message = "At least one endpoint is needed."
  }

  validation {
    condition = alltrue([
      for name in var.endpoint_names : can(regex("^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", name)) && length(name) <= 63
    ])
    error_message = "Endpoint names must be letters, digits and inner hyphens, 63 characters at most."
  }
}

variable "settings" {
  description = "Further variables of docs/configuration.md, by name, for API and workers: `{ POLL_INTERVAL_SECONDS = \"30\" }`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^[A-Z][A-Z0-9_]*$", name))])
    error_message = "The settings must be names of environment variables."
  }

  validation {
    condition     = length(setintersection(keys(var.settings), local.own_variables)) == 0
    error_message = "The settings may not hold what this module sets itself, like DATABASE_URL and REDIS_URL."
  }
}

variable "api_keys_secret_arn" {
  description = "Secrets Manager secret whose text is the service's API_KEYS: entries KEY or NAME:ROLE:KEY, separated by commas."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:secretsmanager:", var.api_keys_secret_arn))
    error_message = "The secret must be set by its ARN."
  }
}

variable "api_keys_kms_key_arn" {
  description = "KMS key of that secret, and of `link_signing_key_secret_arn` and `otlp_headers_secret_arn`, where it is not AWS's own (`aws/secretsmanager`)."
  type        = string
  default     = null
}

variable "link_signing_key_secret_arn" {
  description = "Secrets Manager secret whose text is LINK_SIGNING_KEY, 32 characters or more. Without it workers get the API keys, from which it is derived."
  type        = string
  default     = null

  validation {
    condition     = var.link_signing_key_secret_arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:", var.link_signing_key_secret_arn))
    error_message = "The secret must be set by its ARN."
  }
}

variable "public_url" {
  description = "PUBLIC_URL: the service's address as people reach it, BASE_PATH included, like `https://ml.example.com/model-init`."
  type        = string
  default     = null
}

variable "otlp_headers_secret_arn" {
  description = "Secrets Manager secret whose text is OTEL_EXPORTER_OTLP_HEADERS, where the receiver of traces needs a key. Its address is OTEL_EXPORTER_OTLP_ENDPOINT in `settings`."
  type        = string
  default     = null

  validation {
    condition     = var.otlp_headers_secret_arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:", var.otlp_headers_secret_arn))
    error_message = "The secret must be set by its ARN."
  }
}
