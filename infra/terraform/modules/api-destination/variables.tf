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
  description = "The service's public HTTPS address, with its base path unless the load balancer adds that: `https://ml.example.com/model-init`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", var.service_url))
    error_message = "The service's address must be https://host[:port][/path]: API destinations take nothing else."
  }
}

variable "api_key" {
  description = "A key of the service's API_KEYS with the role `operate`, without name and role. It stands in Terraform's state; EventBridge keeps it in a secret of its own."
  type        = string
  nullable    = false
  sensitive   = true

  validation {
    condition     = can(regex("^[!-~]{1,512}$", var.api_key))
    error_message = "The key must be 1 to 512 visible ASCII characters."
  }
}

variable "rate_limit_per_second" {
  description = "How many requests a second EventBridge sends at most; what is more waits."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.rate_limit_per_second >= 1 && var.rate_limit_per_second <= 300 && floor(var.rate_limit_per_second) == var.rate_limit_per_second
    error_message = "The rate limit must be a whole number from 1 to 300."
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
