# Valkey on nodes, cluster mode disabled. Not ElastiCache Serverless: its eviction policy is another one and cannot be set.

resource "aws_elasticache_subnet_group" "this" {
  name        = local.name
  description = "Valkey of ${local.name}"
  subnet_ids  = var.private_subnet_ids
  tags        = local.tags
}

# The default groups evict, and cannot be changed.
resource "aws_elasticache_parameter_group" "this" {
  name        = "${local.name}-valkey${split(".", var.redis_engine_version)[0]}"
  family      = "valkey${split(".", var.redis_engine_version)[0]}"
  description = "Valkey of ${local.name}: jobs and locks are never evicted"
  tags        = local.tags

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = local.name
  description                = "Queues of ${local.name}"
  engine                     = "valkey"
  engine_version             = var.redis_engine_version
  node_type                  = var.redis_node_type
  num_cache_clusters         = var.redis_node_count
  automatic_failover_enabled = var.redis_node_count > 1
  multi_az_enabled           = var.redis_node_count > 1
  parameter_group_name       = aws_elasticache_parameter_group.this.name
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.store["redis"].id]
  port                       = local.stores.redis.port
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  auth_token                 = random_password.redis.result
  # The token before stays valid beside the new one, until the next change.
  auth_token_update_strategy = "ROTATE"
  snapshot_retention_limit   = 1
  auto_minor_version_upgrade = true
  apply_immediately          = true
  tags                       = local.tags
}

# The provider has no write-only argument for ElastiCache's token: it stands in the state.
resource "random_password" "redis" {
  length  = 64
  special = false

  keepers = {
    version = var.redis_token_version
  }
}

resource "aws_secretsmanager_secret" "redis_url" {
  name_prefix = "${local.name}-redis-url-"
  description = "REDIS_URL of ${local.name}, with its token"
  kms_key_id  = var.kms_key_arn
  tags        = local.tags
}

resource "aws_secretsmanager_secret_version" "redis_url" {
  secret_id     = aws_secretsmanager_secret.redis_url.id
  secret_string = "rediss://:${random_password.redis.result}@${aws_elasticache_replication_group.this.primary_endpoint_address}:${local.stores.redis.port}"
}
