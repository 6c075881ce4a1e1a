variable "vpc_id" {
  description = "The VPC."
  type        = string
  nullable    = false
}

variable "private_subnet_ids" {
  description = "Subnets for tasks, PostgreSQL and Valkey, in two availability zones or more. From there the tasks must reach AWS: through a NAT gateway, or VPC endpoints of ECR, S3, Secrets Manager, CloudWatch Logs and SageMaker."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "At least two subnets are needed, in two availability zones."
  }
}

variable "load_balancer_subnet_ids" {
  description = "Subnets of the load balancer, in two availability zones or more: private ones for an internal load balancer, public ones otherwise."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.load_balancer_subnet_ids) >= 2
    error_message = "At least two subnets are needed, in two availability zones."
  }
}

variable "internal" {
  description = "Whether only the VPC, and what is connected to it, reaches the load balancer."
  type        = bool
  default     = true
  nullable    = false
}

variable "allowed_cidr_blocks" {
  description = "IPv4 networks that may call the load balancer."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.allowed_cidr_blocks) > 0 && alltrue([for block in var.allowed_cidr_blocks : can(cidrnetmask(block))])
    error_message = "At least one IPv4 network is needed, like 10.0.0.0/8."
  }
}

variable "certificate_arn" {
  description = "ACM certificate of the load balancer. Needed unless `plain_http` is true."
  type        = string
  default     = null

  validation {
    condition     = (var.certificate_arn == null) == var.plain_http
    error_message = "Set either certificate_arn, or plain_http to true."
  }
}

variable "plain_http" {
  description = "Whether callers use HTTP, in place of HTTPS with a certificate. API keys then cross the network readable."
  type        = bool
  default     = false
  nullable    = false
}

variable "additional_security_group_ids" {
  description = "Further security groups of API, workers and migrations, for example for a proxy."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "access_logs_bucket" {
  description = "S3 bucket for the load balancer's access logs; none when left out."
  type        = string
  default     = null
}
