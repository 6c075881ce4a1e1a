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
	`endpoint_change` text,
	`change_requested_at` integer,
	`failure_reason` text,
	`superseded_by` text,
	`last_error_kind` text,
	`failing_since` integer,
	`fencing_token` integer DEFAULT 0 NOT NULL,
	`training_created_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`deadline_at` integer,
	`finished_at` integer,
	`training_ended_at` integer,
	`detected_at` integer,
	`detected_by` text,
	`in_service_at` integer,
	`failure_kind` text,
	`overdue_since` integer,
	`unsettled_since` integer,
	`waits_for_kind` text,
	`waits_for_since` integer,
	`waits_for_detail` text,
	`live_order` integer,
	`retry_at` integer,
	`observed_at` integer,
	`variant` text,
	FOREIGN KEY (`run_seq`) REFERENCES `training_runs`(`seq`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "deployments_status_known" CHECK("deployments"."status" in ('queued', 'in_progress', 'deployed', 'rolled_back', 'failed', 'superseded')),
	CONSTRAINT "deployments_step_known" CHECK("deployments"."step" in ('model', 'endpoint_config', 'endpoint', 'in_service')),
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
CREATE INDEX `deployments_live` ON `deployments` (`endpoint_key`,`live_order`);--> statement-breakpoint
CREATE INDEX `deployments_status` ON `deployments` (`status`,`seq`);--> statement-breakpoint
CREATE INDEX `deployments_unsettled` ON `deployments` (`seq`) WHERE "deployments"."unsettled_since" is not null;--> statement-breakpoint
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
	`repeats` integer DEFAULT 1 NOT NULL,
	`last_at` integer,
	FOREIGN KEY (`run_seq`) REFERENCES `training_runs`(`seq`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "history_subject_known" CHECK("history"."subject" in ('training', 'deployment'))
);
--> statement-breakpoint
CREATE INDEX `history_run` ON `history` (`run_seq`,`seq`);--> statement-breakpoint
CREATE TABLE `installation` (
	`only` integer PRIMARY KEY NOT NULL,
	`database_id` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`task` text PRIMARY KEY NOT NULL,
	`taken_at` integer,
	`checkpoint_at` integer
);
--> statement-breakpoint
CREATE TABLE `migrated_by` (
	`migrations` integer PRIMARY KEY NOT NULL,
	`version` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `processes` (
	`name` text PRIMARY KEY NOT NULL,
	`service` text NOT NULL,
	`version` text NOT NULL,
	`started_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`problem` text
);
--> statement-breakpoint
CREATE TABLE `sagemaker_call_minutes` (
	`minute` integer NOT NULL,
	`operation` text NOT NULL,
	`result` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`minute`, `operation`, `result`)
);
--> statement-breakpoint
CREATE TABLE `sagemaker_calls` (
	`operation` text NOT NULL,
	`result` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`operation`, `result`)
);
--> statement-breakpoint
CREATE TABLE `skipped` (
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`reason` text NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`kind`, `name`)
);
--> statement-breakpoint
CREATE TABLE `tallies` (
	`name` text NOT NULL,
	`label` text NOT NULL,
	`bucket` integer NOT NULL,
	`count` integer NOT NULL,
	`sum_ms` integer NOT NULL,
	PRIMARY KEY(`name`, `label`, `bucket`)
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
	`start_unresolved_at` integer,
	`training_since_at` integer,
	`stop_requested_at` integer,
	`abandoned_at` integer,
	`training_ended_at` integer,
	`failure_kind` text,
	`training_created_at` integer,
	`overdue_since` integer,
	`found_ended` integer DEFAULT false NOT NULL,
	`deployment_status` text DEFAULT 'none' NOT NULL,
	CONSTRAINT "training_runs_status_known" CHECK("training_runs"."status" in ('requested', 'training', 'completed', 'failed', 'stopped', 'timed_out')),
	CONSTRAINT "training_runs_finished_at" CHECK(("training_runs"."status" in ('completed', 'failed', 'stopped', 'timed_out')) = ("training_runs"."finished_at" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `training_runs_run_id` ON `training_runs` (`run_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `training_runs_training_job_name` ON `training_runs` (`training_job_name`);--> statement-breakpoint
CREATE INDEX `training_runs_name_key` ON `training_runs` (lower("training_job_name"));--> statement-breakpoint
CREATE UNIQUE INDEX `training_runs_idempotency_key` ON `training_runs` (`idempotency_key`);--> statement-breakpoint
CREATE INDEX `training_runs_status` ON `training_runs` (`status`,`seq`);--> statement-breakpoint
CREATE INDEX `training_runs_deployed` ON `training_runs` (`deployment_status`,`seq`) WHERE "training_runs"."deployment_status" <> 'none';