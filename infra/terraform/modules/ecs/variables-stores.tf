variable "database_instance_class" {
  description = "Instance class of PostgreSQL."
  type        = string
  default     = "db.t4g.medium"
  nullable    = false
}

variable "database_engine_version" {
  description = "Version of PostgreSQL: `16`, which takes the newest minor version, or newer."
  type        = string
  default     = "16"
  nullable    = false

  validation {
    condition     = can(regex("^(1[6-9])(\\.[0-9]+)?$", var.database_engine_version))
    error_message = "The version must be 16 or newer, like 16 or 16.9."
  }
}

variable "database_multi_az" {
  description = "Whether PostgreSQL has a standby in another availability zone, which takes over within a minute or two."
  type        = bool
  default     = true
  nullable    = false
}

variable "database_storage_gb" {
  description = "Storage of PostgreSQL in GiB."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.database_storage_gb >= 20 && var.database_storage_gb <= 65536 && floor(var.database_storage_gb) == var.database_storage_gb
    error_message = "The storage must be a whole number of GiB from 20 to 65536."
  }
}

variable "database_max_storage_gb" {
  description = "How far RDS may let the storage grow by itself, in GiB."
  type        = number
  default     = 200
  nullable    = false

  validation {
    condition     = var.database_max_storage_gb > var.database_storage_gb
    error_message = "The storage must be able to grow: set more than database_storage_gb."
  }
}

variable "database_backup_days" {
  description = "Days that RDS keeps backups, to restore any second of them."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.database_backup_days >= 1 && var.database_backup_days <= 35 && floor(var.database_backup_days) == var.database_backup_days
    error_message = "RDS keeps backups for 1 to 35 days."
  }
}

variable "database_iam" {
  description = "Whether the tasks connect with an RDS IAM token of their role, in place of a password. Before, once, as the user autodeploy: `GRANT rds_iam TO autodeploy`."
  type        = bool
  default     = false
  nullable    = false
}

variable "database_password_version" {
  description = "Raise it to give PostgreSQL a new password. The tasks are then replaced."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.database_password_version >= 1 && floor(var.database_password_version) == var.database_password_version
    error_message = "The version must be a whole number from 1."
  }
}

variable "redis_node_type" {
  description = "Node type of Valkey. 100,000 runs in flight take about 105 MB."
  type        = string
  default     = "cache.t4g.small"
  nullable    = false
}

variable "redis_node_count" {
  description = "Nodes of Valkey: with two or more one takes over when the first fails."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.redis_node_count >= 1 && var.redis_node_count <= 6 && floor(var.redis_node_count) == var.redis_node_count
    error_message = "There must be a whole number of nodes from 1 to 6."
  }
}

variable "redis_engine_version" {
  description = "Version of Valkey."
  type        = string
  default     = "8.0"
  nullable    = false

  validation {
    condition     = can(regex("^([7-9])\\.[0-9]+$", var.redis_engine_version))
    error_message = "The version must be major.minor, like 8.0."
  }
}

variable "redis_token_version" {
  description = "Raise it to give Valkey a new token. The one before stays valid until the next, and the tasks are replaced."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.redis_token_version >= 1 && floor(var.redis_token_version) == var.redis_token_version
    error_message = "The version must be a whole number from 1."
  }
}
