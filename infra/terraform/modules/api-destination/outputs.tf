output "api_destination_arn" {
  description = "ARN of the API destination."
  value       = aws_cloudwatch_event_api_destination.service.arn
}

output "connection_arn" {
  description = "ARN of the connection that holds the key."
  value       = aws_cloudwatch_event_connection.service.arn
}

output "role_name" {
  description = "Name of the role with which the rules call the service."
  value       = aws_iam_role.rules.name
}

output "rule_arns" {
  description = "ARNs of the EventBridge rules, by what they are about: `training`, `endpoint`."
  value       = { for about, rule in module.event_rules.rules : about => rule.arn }
}

output "undelivered_queue_url" {
  description = "URL of the dead-letter queue for events that the service did not take."
  value       = module.event_rules.undelivered_queue_url
}

output "alarm_arns" {
  description = "ARNs of the alarms on the dead-letter queue."
  value       = [module.event_rules.alarm_arn]
}
