variable "project_name" {
  description = "The service's PROJECT_NAME: names of the training jobs that it starts begin with `<project_name>-training-`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", var.project_name)) && length(var.project_name) <= 31
    error_message = "The project name must be letters, digits and inner hyphens, 31 characters at most."
  }
}

variable "name" {
  description = "What names of the resources begin with; `project_name` in lower case when left out."
  type        = string
  default     = null

  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9])*$", coalesce(var.name, lower(var.project_name)))) && length(coalesce(var.name, lower(var.project_name))) <= 24
    error_message = "The name (project_name in lower case, when left out) must begin with a lower-case letter, hold lower-case letters, digits and single inner hyphens, and have 24 characters at most."
  }
}

variable "kms_key_arn" {
  description = "KMS key of the database, of Valkey and of their secrets, where it shall not be AWS's own."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[^:]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "The KMS key must be set by its ARN, not an alias."
  }
}

variable "deletion_protection" {
  description = "Whether database and load balancer refuse to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "wait_for_steady_state" {
  description = "Whether Terraform waits until the tasks run, and fails when they do not."
  type        = bool
  default     = true
  nullable    = false
}

variable "container_insights" {
  description = "Container Insights of the cluster: `disabled`, `enabled` or `enhanced`. It costs extra; the alarms do not need it."
  type        = string
  default     = "disabled"
  nullable    = false

  validation {
    condition     = contains(["disabled", "enabled", "enhanced"], var.container_insights)
    error_message = "Container Insights must be disabled, enabled or enhanced."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the logs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that the alarms notify. With none the alarms are only shown."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_topic_arns : can(regex("^arn:aws[a-z-]*:sns:", arn))])
    error_message = "The alarm topics must be ARNs of SNS topics."
  }
}

variable "api_error_threshold" {
  description = "Responses with 5xx in 5 minutes that are too many."
  type        = number
  default     = 5
  nullable    = false
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false
}
