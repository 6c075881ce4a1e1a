output "function_name" {
  description = "Name of the Lambda function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "ARN of the Lambda function."
  value       = aws_lambda_function.this.arn
}

output "role_name" {
  description = "Name of the function's role."
  value       = aws_iam_role.function.name
}

output "log_group_name" {
  description = "Log group of the function."
  value       = aws_cloudwatch_log_group.function.name
}

output "rule_arns" {
  description = "ARNs of the EventBridge rules, by what they are about: `training`, `endpoint`."
  value       = { for about, rule in module.event_rules.rules : about => rule.arn }
}

output "undelivered_queue_url" {
  description = "URL of the dead-letter queue for events that EventBridge could not deliver."
  value       = module.event_rules.undelivered_queue_url
}

output "failed_queue_url" {
  description = "URL of the dead-letter queue for events that the function failed at."
  value       = module.failed.url
}

output "alarm_arns" {
  description = "ARNs of the alarms on both dead-letter queues."
  value       = [module.event_rules.alarm_arn, module.failed.alarm_arn]
}
