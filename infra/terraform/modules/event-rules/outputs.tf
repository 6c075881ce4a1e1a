output "rules" {
  description = "Name and ARN of each rule, by what it is about: `training`, `endpoint`."
  value = {
    training = {
      name = aws_cloudwatch_event_rule.training.name
      arn  = aws_cloudwatch_event_rule.training.arn
    }
    endpoint = {
      name = aws_cloudwatch_event_rule.endpoint.name
      arn  = aws_cloudwatch_event_rule.endpoint.arn
    }
  }
}

output "undelivered_queue_arn" {
  description = "ARN of the dead-letter queue for the rules' targets."
  value       = module.undelivered.arn
}

output "undelivered_queue_url" {
  description = "URL of the dead-letter queue for the rules' targets."
  value       = module.undelivered.url
}

output "alarm_arn" {
  description = "ARN of the alarm on that queue."
  value       = module.undelivered.alarm_arn
}
