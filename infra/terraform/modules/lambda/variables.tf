variable "project_name" {
  description = "The service's PROJECT_NAME: names of the training jobs that count begin with `<project_name>-training-`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", var.project_name)) && length(var.project_name) <= 31
    error_message = "The project name must be letters, digits and inner hyphens, 31 characters at most."
  }
}

variable "endpoint_names" {
  description = "The endpoints that the service deploys to: its ENDPOINT_NAME, and those that callers of POST /bootstrap name."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.endpoint_names) > 0
    error_message = "At least one endpoint is needed; the service's default is <project_name>-endpoint."
  }

  validation {
    condition = alltrue([
      for name in var.endpoint_names : can(regex("^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", name)) && length(name) <= 63
    ])
    error_message = "Endpoint names must be letters, digits and inner hyphens, 63 characters at most."
  }
}

variable "service_url" {
  description = "The service's address as the function reaches it, with its base path unless the load balancer adds that: `https://ml.example.com/model-init`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https?://[^/?#@\\s]+(/[^?#\\s]*)?$", var.service_url))
    error_message = "The service's address must be http(s)://host[:port][/path], without credentials, query or fragment."
  }
}

variable "api_key_secret_arn" {
  description = "Secrets Manager secret whose text is a key of the service's API_KEYS with the role `operate`, without name and role. Set exactly one of this, `api_key_parameter_name` and `api_key`."
  type        = string
  default     = null

  validation {
    condition     = var.api_key_secret_arn == null || can(regex("^arn:aws[a-z-]*:secretsmanager:", var.api_key_secret_arn))
    error_message = "The secret must be set by its ARN."
  }

  validation {
    condition = length([
      for source in [var.api_key_secret_arn, var.api_key_parameter_name, var.api_key] : true if source != null
    ]) == 1
    error_message = "Exactly one of api_key_secret_arn, api_key_parameter_name and api_key must be set."
  }
}

variable "api_key_parameter_name" {
  description = "Parameter Store parameter (SecureString) whose value is a key of the service's API_KEYS with the role `operate`, without name and role."
  type        = string
  default     = null

  validation {
    condition     = var.api_key_parameter_name == null || can(regex("^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", var.api_key_parameter_name))
    error_message = "The parameter must be set by its name, not its ARN."
  }
}

variable "api_key" {
  description = "A key of the service's API_KEYS with the role `operate`, without name and role, as an environment variable of the function. It then stands in Terraform's state, and every principal that may read the function's configuration sees it: prefer the other two."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.api_key == null || can(regex("^[!-z|~][!-~]*$", var.api_key))
    error_message = "The key must be visible ASCII characters, and not JSON."
  }
}

variable "api_key_kms_key_arn" {
  description = "KMS key of the secret or parameter, where it is not AWS's own (`aws/secretsmanager`, `aws/ssm`)."
  type        = string
  default     = null

  validation {
    condition     = var.api_key_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[^:]+:[0-9]{12}:key/", var.api_key_kms_key_arn))
    error_message = "The KMS key must be set by its ARN, not an alias."
  }
}

variable "secrets_extension_layer_arn" {
  description = "Version ARN of the AWS Parameters and Secrets Lambda Extension for this region and `architecture`, from the list in AWS's documentation. Needed unless `api_key` is set."
  type        = string
  default     = null

  validation {
    condition     = var.secrets_extension_layer_arn == null || can(regex("^arn:aws[a-z-]*:lambda:[^:]+:[0-9]{12}:layer:[^:]+:[0-9]+$", var.secrets_extension_layer_arn))
    error_message = "The layer must be set by the ARN of one of its versions."
  }

  validation {
    condition     = var.secrets_extension_layer_arn != null || (var.api_key_secret_arn == null && var.api_key_parameter_name == null)
    error_message = "A key in Secrets Manager or Parameter Store needs secrets_extension_layer_arn."
  }
}

variable "name" {
  description = "What names of the resources begin with; `<project_name>-auto-deploy` when left out."
  type        = string
  default     = null

  validation {
    condition     = var.name == null || can(regex("^[A-Za-z0-9_-]{1,44}$", var.name))
    error_message = "The name must be 1 to 44 letters, digits, hyphens and underscores."
  }
}

variable "zip_path" {
  description = "The zip that `npm run build:lambda` makes; `dist/auto_deploy.zip` of this repository when left out."
  type        = string
  default     = null
}

variable "architecture" {
  description = "Processor of the function, `arm64` or `x86_64`. The zip runs on both; the extension's layer must fit."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture must be arm64 or x86_64."
  }
}

variable "timeout_seconds" {
  description = "The function's time-out. It stops waiting for the service 1.5 s earlier, and after 25 s."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 5 && var.timeout_seconds <= 60 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "The time-out must be a whole number of seconds from 5 to 60."
  }
}

variable "vpc" {
  description = "Subnets and security groups, where only a VPC reaches the service. From there the key must be reachable too, through a NAT gateway or a VPC endpoint of Secrets Manager or Systems Manager."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null

  validation {
    condition     = var.vpc == null || try(length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0, false)
    error_message = "At least one subnet and one security group are needed."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the function's logs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that the alarms notify when a dead-letter queue is not empty. With none the alarms are only shown."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_topic_arns : can(regex("^arn:aws[a-z-]*:sns:", arn))])
    error_message = "The alarm topics must be ARNs of SNS topics."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false
}
