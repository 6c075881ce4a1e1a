DROP INDEX `training_runs_deployment_status`;--> statement-breakpoint
DROP INDEX `training_runs_both_statuses`;--> statement-breakpoint
CREATE INDEX `training_runs_deployed` ON `training_runs` (`deployment_status`,`seq`) WHERE "training_runs"."deployment_status" <> 'none';