variable "name" {
  description = "What names of the resources begin with."
  type        = string
  nullable    = false
}

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
