locals {
  load_balancer = aws_lb.this.arn_suffix
  target_group  = aws_lb_target_group.api.arn_suffix
  redis_nodes   = [for index in range(1, var.redis_node_count + 1) : format("%s-%03d", local.name, index)]

  alarms = merge(
    {
      unhealthy-hosts = {
        description = "An API task does not respond to GET /health/live. ECS replaces it; its log says why. Runbook: AutodeployTargetDown."
        namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum"
        dimensions  = { LoadBalancer = local.load_balancer, TargetGroup = local.target_group }
        comparison  = "GreaterThanThreshold", threshold = 0, period = 60, periods = 5, missing = "notBreaching"
      }
      no-api = {
        description = "No API task is healthy: no caller can start or deploy anything. Trainings continue, and workers deploy them. Runbook: AutodeployAbsent."
        namespace   = "AWS/ApplicationELB", metric = "HealthyHostCount", statistic = "Maximum"
        dimensions  = { LoadBalancer = local.load_balancer, TargetGroup = local.target_group }
        comparison  = "LessThanThreshold", threshold = 1, period = 60, periods = 3, missing = "breaching"
      }
      api-errors = {
        description = "The API responds with 5xx. 503 says in its body what is unavailable; the log has event http.request_failed. Runbook: AutodeployApiErrors."
        namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum"
        dimensions  = { LoadBalancer = local.load_balancer, TargetGroup = local.target_group }
        comparison  = "GreaterThanThreshold", threshold = var.api_error_threshold, period = 300, periods = 1, missing = "notBreaching"
      }
      # ECS counts a sample for each running task, and sends nothing at all without one:
      # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
      no-worker = {
        description = "No worker runs: nothing is observed and nothing is deployed, and no job becomes due. Runbook: AutodeployNoWorkers."
        namespace   = "AWS/ECS", metric = "CPUUtilization", statistic = "SampleCount"
        dimensions  = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.worker.name }
        comparison  = "LessThanThreshold", threshold = 1, period = 60, periods = 3, missing = "breaching"
      }
      worker-cpu = {
        description = "Workers are busy: jobs are about to be late. Raise worker_count, or worker_cpu."
        namespace   = "AWS/ECS", metric = "CPUUtilization", statistic = "Average"
        dimensions  = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.worker.name }
        comparison  = "GreaterThanThreshold", threshold = 80, period = 300, periods = 3, missing = "notBreaching"
      }
      database-storage = {
        description = "PostgreSQL has less than a tenth of its storage left."
        namespace   = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum"
        dimensions  = { DBInstanceIdentifier = aws_db_instance.this.identifier }
        comparison  = "LessThanThreshold", threshold = var.database_storage_gb * 107374182, period = 300, periods = 1, missing = "notBreaching"
      }
      database-cpu = {
        description = "PostgreSQL is busy."
        namespace   = "AWS/RDS", metric = "CPUUtilization", statistic = "Average"
        dimensions  = { DBInstanceIdentifier = aws_db_instance.this.identifier }
        comparison  = "GreaterThanThreshold", threshold = 80, period = 300, periods = 3, missing = "notBreaching"
      }
    },
    {
      for name, alarm in local.logged_alarms : name => {
        description = alarm.description
        namespace   = local.metric_namespace, metric = alarm.metric, statistic = "Sum"
        dimensions  = {}
        comparison  = "GreaterThanThreshold", threshold = 0, period = 300, periods = 1, missing = "notBreaching"
      }
    },
    {
      for node in local.redis_nodes : "redis-memory-${node}" => {
        description = "Valkey's memory is nearly full. It evicts nothing, so that it refuses writes when it is."
        namespace   = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", statistic = "Maximum"
        dimensions  = { CacheClusterId = node }
        comparison  = "GreaterThanThreshold", threshold = 75, period = 300, periods = 1, missing = "notBreaching"
      }
    },
    {
      for node in local.redis_nodes : "redis-cpu-${node}" => {
        description = "Valkey is busy: it uses one core for all commands."
        namespace   = "AWS/ElastiCache", metric = "EngineCPUUtilization", statistic = "Average"
        dimensions  = { CacheClusterId = node }
        comparison  = "GreaterThanThreshold", threshold = 80, period = 300, periods = 3, missing = "notBreaching"
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.dimensions
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = local.tags
}

locals {
  metric_namespace = "Autodeploy/${local.name}"
  # What the log says, counted: an alarm sounds when it says so once in 5 minutes. docs/operations/metrics.md has the alert of Prometheus
  # that means the same.
  logged_alarms = {
    deployment-rolled-back = {
      metric      = "DeploymentsRolledBack", events = ["deployment.rolled_back"]
      description = "A deployment was rolled back; the model from before serves. Runbook: AutodeployDeploymentRolledBack."
    }
    deployment-failed = {
      metric      = "DeploymentsFailed", events = ["deployment.failed"]
      description = "A deployment failed: the trained model is not live. Runbook: AutodeployDeploymentFailed."
    }
    redis-unavailable = {
      metric      = "RedisUnavailable", events = ["redis.unavailable", "redis.refused"]
      description = "Redis takes no writes: jobs stand still, and nothing is lost. Runbook: AutodeployRedisDown."
    }
    database-unavailable = {
      metric      = "DatabaseUnavailable", events = ["database.unavailable", "database.open_failed"]
      description = "The database takes no writes: nothing can be started, decided or deployed. Runbook: AutodeployDatabaseDown."
    }
    notification-abandoned = {
      metric      = "NotificationsAbandoned", events = ["notification.abandoned"]
      description = "A notification was not received for a day. Runbook: AutodeployNotificationsAbandoned."
    }
    jobs-late = {
      metric      = "JobsLate", events = ["worker.stalled", "worker.stuck", "worker.none"]
      description = "Jobs are due and a worker takes none. Runbook: AutodeployQueueStuck."
    }
  }

  log_filters = merge(
    { for name, alarm in local.logged_alarms : "api-${name}" => merge(alarm, { program = "api" }) },
    { for name, alarm in local.logged_alarms : "worker-${name}" => merge(alarm, { program = "worker" }) },
  )
}

resource "aws_cloudwatch_log_metric_filter" "logged" {
  for_each = local.log_filters

  name           = "${local.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.this[each.value.program].name
  pattern        = "{ ${join(" || ", [for event in each.value.events : "($.event = \"${event}\")"])} }"

  metric_transformation {
    namespace     = local.metric_namespace
    name          = each.value.metric
    value         = "1"
    default_value = "0"
  }
}

# The filters had one resource for jobs that are late.
moved {
  from = aws_cloudwatch_log_metric_filter.jobs_late["api"]
  to   = aws_cloudwatch_log_metric_filter.logged["api-jobs-late"]
}

moved {
  from = aws_cloudwatch_log_metric_filter.jobs_late["worker"]
  to   = aws_cloudwatch_log_metric_filter.logged["worker-jobs-late"]
}
