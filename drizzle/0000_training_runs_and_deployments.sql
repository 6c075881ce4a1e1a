CREATE TABLE `deployments` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`deployment_id` text NOT NULL,
	`run_seq` integer NOT NULL,
	`training_job_name` text NOT NULL,
	`endpoint_name` text NOT NULL,
	`endpoint_key` text NOT NULL,
	`status` text NOT NULL,
	`step` text NOT NULL,
	`forced` integer NOT NULL,
	`trigger` text NOT NULL,
	`attempts` integer NOT NULL,
	`model_name` text NOT NULL,
	`endpoint_config_name` text,
	`asked_action` text,
	`asked_at` integer,
	`acknowledged_at` integer,
	`endpoint_modified_before` integer,
	`previous_endpoint_config_name` text,
	`failure_reason` text,
	`superseded_by` text,
	`trouble_kind` text,
	`trouble_since` integer,
	`fence` integer DEFAULT 0 NOT NULL,
	`training_created_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`deadline_at` integer,
	`finished_at` integer,
	`training_ended_at` integer,
	`detected_at` integer,
	`detected_by` text,
	`in_service_at` integer,
	FOREIGN KEY (`run_seq`) REFERENCES `training_runs`(`seq`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "deployments_status_known" CHECK("deployments"."status" in ('queued', 'in_progress', 'deployed', 'rolled_back', 'failed', 'superseded')),
	CONSTRAINT "deployments_step_known" CHECK("deployments"."step" in ('model', 'endpoint_config', 'endpoint', 'settle')),
	CONSTRAINT "deployments_trigger_known" CHECK("deployments"."trigger" in ('poll', 'event', 'api', 'reconcile')),
	CONSTRAINT "deployments_finished_at" CHECK(("deployments"."status" in ('deployed', 'rolled_back', 'failed', 'superseded')) = ("deployments"."finished_at" is not null)),
	CONSTRAINT "deployments_started_at" CHECK("deployments"."status" <> 'in_progress' or "deployments"."started_at" is not null)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_deployment_id` ON `deployments` (`deployment_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_one_in_progress_per_endpoint` ON `deployments` (`endpoint_key`) WHERE "deployments"."status" = 'in_progress';--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_one_active_per_run` ON `deployments` (`run_seq`) WHERE "deployments"."status" in ('queued', 'in_progress');--> statement-breakpoint
CREATE INDEX `deployments_run` ON `deployments` (`run_seq`,`seq`);--> statement-breakpoint
CREATE INDEX `deployments_endpoint` ON `deployments` (`endpoint_key`,`seq`);--> statement-breakpoint
CREATE INDEX `deployments_endpoint_status` ON `deployments` (`endpoint_key`,`status`,`finished_at`);--> statement-breakpoint
CREATE INDEX `deployments_status` ON `deployments` (`status`,`seq`);--> statement-breakpoint
CREATE TABLE `history` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_seq` integer NOT NULL,
	`deployment_id` text,
	`at` integer NOT NULL,
	`subject` text NOT NULL,
	`from_status` text,
	`to_status` text NOT NULL,
	`actor` text NOT NULL,
	`detail` text,
	FOREIGN KEY (`run_seq`) REFERENCES `training_runs`(`seq`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "history_subject_known" CHECK("history"."subject" in ('training', 'deployment'))
);
--> statement-breakpoint
CREATE INDEX `history_run` ON `history` (`run_seq`,`seq`);--> statement-breakpoint
CREATE TABLE `sagemaker_calls` (
	`operation` text NOT NULL,
	`result` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`operation`, `result`)
);
--> statement-breakpoint
CREATE TABLE `training_runs` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_id` text NOT NULL,
	`training_job_name` text NOT NULL,
	`training_job_arn` text,
	`project` text NOT NULL,
	`endpoint_name` text NOT NULL,
	`auto_deploy` integer NOT NULL,
	`status` text NOT NULL,
	`secondary_status` text,
	`failure_reason` text,
	`model_artifact` text,
	`metrics` text,
	`request` text,
	`serving_image` text,
	`idempotency_key` text,
	`idempotency_hash` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`finished_at` integer,
	`finished_by` text,
	`start_attempted_at` integer,
	`start_attempts` integer DEFAULT 0 NOT NULL,
	`training_since_at` integer,
	`stop_requested_at` integer,
	`abandoned_at` integer,
	`training_ended_at` integer,
	CONSTRAINT "training_runs_status_known" CHECK("training_runs"."status" in ('requested', 'training', 'completed', 'failed', 'stopped', 'timed_out')),
	CONSTRAINT "training_runs_finished_at" CHECK(("training_runs"."status" in ('completed', 'failed', 'stopped', 'timed_out')) = ("training_runs"."finished_at" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `training_runs_run_id` ON `training_runs` (`run_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `training_runs_training_job_name` ON `training_runs` (`training_job_name`);--> statement-breakpoint
CREATE UNIQUE INDEX `training_runs_idempotency_key` ON `training_runs` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `training_runs_status` ON `training_runs` (`status`,`seq`);--> statement-breakpoint
CREATE TABLE `turns` (
	`task` text PRIMARY KEY NOT NULL,
	`taken_at` integer,
	`reached_at` integer
);
