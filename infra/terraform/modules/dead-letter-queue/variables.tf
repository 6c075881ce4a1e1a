variable "name" {
  description = "Name of the queue; the alarm's begins with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,80}$", var.name))
    error_message = "The name must be 1 to 80 letters, digits, hyphens and underscores."
  }
}

variable "alarm_description" {
  description = "What the alarm means and what to do, for the person on call."
  type        = string
  nullable    = false
}

variable "alarm_topic_arns" {
  description = "SNS topics that the alarm notifies."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
  nullable    = false
}
