output "arn" {
  description = "ARN of the queue."
  value       = aws_sqs_queue.this.arn
}

output "url" {
  description = "URL of the queue."
  value       = aws_sqs_queue.this.url
}

output "alarm_arn" {
  description = "ARN of the alarm that sounds while the queue is not empty."
  value       = aws_cloudwatch_metric_alarm.not_empty.arn
}
