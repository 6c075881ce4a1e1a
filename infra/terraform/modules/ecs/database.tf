locals {
  database_name = "autodeploy"
  database_user = "autodeploy"
  # Where the image has the certificates that RDS signs with.
  database_ca_path = "/app/certificates/rds.pem"

  database_place                = "${aws_db_instance.this.address}:${local.stores.database.port}/${local.database_name}?sslmode=verify-full&sslrootcert=${local.database_ca_path}"
  database_url_without_password = "postgres://${local.database_user}@${local.database_place}"
}

resource "aws_db_subnet_group" "this" {
  name_prefix = "${local.name}-"
  description = "PostgreSQL of ${local.name}"
  subnet_ids  = var.private_subnet_ids
  tags        = local.tags
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${local.name}-"
  family      = "postgres${split(".", var.database_engine_version)[0]}"
  description = "PostgreSQL of ${local.name}"
  tags        = local.tags

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier                 = local.name
  engine                     = "postgres"
  engine_version             = var.database_engine_version
  instance_class             = var.database_instance_class
  db_name                    = local.database_name
  username                   = local.database_user
  password_wo                = ephemeral.random_password.database.result
  password_wo_version        = var.database_password_version
  port                       = local.stores.database.port
  db_subnet_group_name       = aws_db_subnet_group.this.name
  vpc_security_group_ids     = [aws_security_group.store["database"].id]
  parameter_group_name       = aws_db_parameter_group.this.name
  publicly_accessible        = false
  multi_az                   = var.database_multi_az
  storage_type               = "gp3"
  allocated_storage          = var.database_storage_gb
  max_allocated_storage      = var.database_max_storage_gb
  storage_encrypted          = true
  kms_key_id                 = var.kms_key_arn
  backup_retention_period    = var.database_backup_days
  copy_tags_to_snapshot      = true
  auto_minor_version_upgrade = true

  iam_database_authentication_enabled = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
  deletion_protection                 = var.deletion_protection
  skip_final_snapshot                 = false
  final_snapshot_identifier           = "${local.name}-final"
  tags                                = local.tags
}

# A new one at each run, used only when the version changes, and never in the state.
ephemeral "random_password" "database" {
  length  = 40
  special = false
}

resource "aws_secretsmanager_secret" "database_url" {
  name_prefix = "${local.name}-database-url-"
  description = "DATABASE_URL of ${local.name}, with its password"
  kms_key_id  = var.kms_key_arn
  tags        = local.tags
}

resource "aws_secretsmanager_secret_version" "database_url" {
  secret_id                = aws_secretsmanager_secret.database_url.id
  secret_string_wo         = "postgres://${local.database_user}:${ephemeral.random_password.database.result}@${local.database_place}"
  secret_string_wo_version = var.database_password_version

  lifecycle {
    # A database that replaces another gets this run's password, and so must the secret.
    replace_triggered_by = [aws_db_instance.this.resource_id]
  }
}
