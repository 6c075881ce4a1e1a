locals {
  # The one folder that the programs may write to. The image declares it as a volume, which is what makes it writable for its user:
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
  scratch_path = "/tmp"

  # The image's user `node`.
  user = "1000:1000"

  health_command = ["CMD", "node", "scripts/container/health.mjs"]

  programs = {
    api = {
      command      = ["node", "src/api/main.ts"]
      cpu          = var.api_cpu
      memory       = var.api_memory
      environment  = merge(local.shared_environment, var.settings, local.api_environment)
      secrets      = merge(local.shared_secrets, local.api_secrets)
      portMappings = [{ containerPort = local.port, hostPort = local.port, protocol = "tcp" }]
      healthCheck  = { command = local.health_command, interval = 10, timeout = 5, retries = 3, startPeriod = 300 }
    }
    worker = {
      command      = ["node", "src/worker/main.ts"]
      cpu          = var.worker_cpu
      memory       = var.worker_memory
      environment  = merge(local.shared_environment, var.settings)
      secrets      = merge(local.shared_secrets, local.worker_secrets)
      portMappings = []
      healthCheck  = { command = local.health_command, interval = 10, timeout = 5, retries = 3, startPeriod = 300 }
    }
    migrate = {
      command      = ["node", "src/db/migrate-main.ts"]
      cpu          = 256
      memory       = 512
      environment  = merge(local.shared_environment, var.settings)
      secrets      = local.shared_secrets
      portMappings = []
      healthCheck  = null
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.programs

  family                   = "${local.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  # The revision before stays active: the circuit breaker goes back to it.
  skip_destroy = true
  tags         = local.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  volume {
    name = "scratch"
  }

  container_definitions = jsonencode([
    { for key, setting in {
      name                   = each.key
      image                  = var.image
      command                = each.value.command
      essential              = true
      user                   = local.user
      readonlyRootFilesystem = true
      # On SIGTERM a program finishes or releases its work within 10 s.
      stopTimeout     = 30
      linuxParameters = { capabilities = { drop = ["ALL"] } }
      mountPoints     = [{ sourceVolume = "scratch", containerPath = local.scratch_path, readOnly = false }]
      portMappings    = each.value.portMappings
      healthCheck     = each.value.healthCheck
      environment     = [for name, value in each.value.environment : { name = name, value = value } if value != null]
      secrets         = [for name, address in each.value.secrets : { name = name, valueFrom = address } if address != null]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this[each.key].name
          awslogs-region        = local.region
          awslogs-stream-prefix = each.key
          # A CloudWatch that does not take lines may not stop a program: its log drops lines in place of waiting.
          mode            = "non-blocking"
          max-buffer-size = "4m"
        }
      }
    } : key => setting if setting != null }
  ])
}
