output "url" {
  description = "The API's address at the load balancer. A certificate is for another name: let that name lead here."
  value       = "${var.plain_http ? "http" : "https"}://${aws_lb.this.dns_name}"
}

output "load_balancer" {
  description = "The load balancer's `arn`, `dns_name` and `zone_id`, for a DNS record."
  value = {
    arn      = aws_lb.this.arn
    dns_name = aws_lb.this.dns_name
    zone_id  = aws_lb.this.zone_id
  }
}

output "migrate_command" {
  description = "Shell commands that run the newest migration task, wait for its end, and succeed when it did: `terraform output -raw migrate_command | sh`."
  value       = <<-EOT
    set -eu
    task=$(aws ecs run-task --region ${local.region} --cluster ${aws_ecs_cluster.this.name} --task-definition ${aws_ecs_task_definition.this["migrate"].family} --launch-type FARGATE --network-configuration 'awsvpcConfiguration={subnets=[${join(",", var.private_subnet_ids)}],securityGroups=[${join(",", concat([aws_security_group.service.id], var.additional_security_group_ids))}],assignPublicIp=DISABLED}' --started-by migrate --query 'tasks[0].taskArn' --output text)
    aws ecs wait tasks-stopped --region ${local.region} --cluster ${aws_ecs_cluster.this.name} --tasks "$task"
    code=$(aws ecs describe-tasks --region ${local.region} --cluster ${aws_ecs_cluster.this.name} --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
    echo "$task ended with $code; its log is in ${aws_cloudwatch_log_group.this["migrate"].name}"
    test "$code" = 0
  EOT
}

output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "service_names" {
  description = "Names of the ECS services, by program: `api`, `worker`."
  value = {
    api    = aws_ecs_service.api.name
    worker = aws_ecs_service.worker.name
  }
}

output "log_group_names" {
  description = "Log groups, by program: `api`, `worker`, `migrate`."
  value       = { for program, group in aws_cloudwatch_log_group.this : program => group.name }
}

output "task_role_name" {
  description = "Name of the role that the programs act with, for further policies."
  value       = aws_iam_role.task.name
}

output "service_security_group_id" {
  description = "Security group of API, workers and migrations, to let them reach something else of yours."
  value       = aws_security_group.service.id
}

output "database_address" {
  description = "Host name of PostgreSQL."
  value       = aws_db_instance.this.address
}

output "database_url_secret_arn" {
  description = "Secret that holds DATABASE_URL."
  value       = aws_secretsmanager_secret.database_url.arn
}

output "redis_address" {
  description = "Host name of the Valkey node that takes writes."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "alarm_arns" {
  description = "ARNs of the alarms, by name."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
}
