CREATE TABLE `endpoints` (
	`endpoint_key` text PRIMARY KEY NOT NULL,
	`endpoint_name` text NOT NULL,
	`held_since` integer,
	`held_by` text,
	`hold_reason` text,
	`rolled_back_at` integer,
	`tags_due` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE `guard_alarms` (
	`alarm_name` text PRIMARY KEY NOT NULL,
	`deployment_id` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `guard_alarms_deployment` ON `guard_alarms` (`deployment_id`);--> statement-breakpoint
CREATE TABLE `notifications` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`webhook_id` text NOT NULL,
	`deployment_id` text NOT NULL,
	`event` text NOT NULL,
	`url` text NOT NULL,
	`secret_env` text,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_at` integer NOT NULL,
	`ended_at` integer,
	`last_error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_webhook_id` ON `notifications` (`webhook_id`);--> statement-breakpoint
CREATE INDEX `notifications_due` ON `notifications` (`next_at`) WHERE "notifications"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `notifications_deployment` ON `notifications` (`deployment_id`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_deployments` (
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
	`shapes` text,
	`endpoint_config` text,
	`policy` text,
	`gate` text,
	`approval` text,
	`rollout` text,
	`verification` text,
	`abort` text,
	`revert` text,
	`requested_by` text,
	`reason` text,
	`restores` text,
	`overrides` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`run_seq`) REFERENCES `training_runs`(`seq`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "deployments_status_known" CHECK("__new_deployments"."status" in ('queued', 'awaiting_approval', 'in_progress', 'deployed', 'rolled_back', 'failed', 'superseded', 'rejected')),
	CONSTRAINT "deployments_step_known" CHECK("__new_deployments"."step" in ('gate', 'model', 'endpoint_config', 'endpoint', 'in_service', 'verify', 'revert')),
	CONSTRAINT "deployments_trigger_known" CHECK("__new_deployments"."trigger" in ('poll', 'event', 'api', 'reconcile', 'rollback')),
	CONSTRAINT "deployments_finished_at" CHECK(("__new_deployments"."status" in ('deployed', 'rolled_back', 'failed', 'superseded', 'rejected')) = ("__new_deployments"."finished_at" is not null)),
	CONSTRAINT "deployments_started_at" CHECK("__new_deployments"."status" <> 'in_progress' or "__new_deployments"."started_at" is not null)
);
--> statement-breakpoint
INSERT INTO `__new_deployments`("seq", "deployment_id", "run_seq", "training_job_name", "endpoint_name", "endpoint_key", "status", "step", "forced", "trigger", "attempts", "model_name", "endpoint_config_name", "endpoint_change", "change_requested_at", "failure_reason", "superseded_by", "last_error_kind", "failing_since", "fencing_token", "training_created_at", "created_at", "started_at", "deadline_at", "finished_at", "training_ended_at", "detected_at", "detected_by", "in_service_at", "failure_kind", "overdue_since", "unsettled_since", "waits_for_kind", "waits_for_since", "waits_for_detail", "live_order", "retry_at", "observed_at", "variant", "shapes", "endpoint_config") SELECT "seq", "deployment_id", "run_seq", "training_job_name", "endpoint_name", "endpoint_key", "status", "step", "forced", "trigger", "attempts", "model_name", "endpoint_config_name", "endpoint_change", "change_requested_at", "failure_reason", "superseded_by", "last_error_kind", "failing_since", "fencing_token", "training_created_at", "created_at", "started_at", "deadline_at", "finished_at", "training_ended_at", "detected_at", "detected_by", "in_service_at", "failure_kind", "overdue_since", "unsettled_since", "waits_for_kind", "waits_for_since", "waits_for_detail", "live_order", "retry_at", "observed_at", "variant", "shapes", "endpoint_config" FROM `deployments`;--> statement-breakpoint
UPDATE `sqlite_sequence` SET `seq` = max(`seq`, coalesce((SELECT `seq` FROM `sqlite_sequence` WHERE `name` = 'deployments'), 0)) WHERE `name` = '__new_deployments';--> statement-breakpoint
DROP TABLE `deployments`;--> statement-breakpoint
ALTER TABLE `__new_deployments` RENAME TO `deployments`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_deployment_id` ON `deployments` (`deployment_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_one_in_progress_per_endpoint` ON `deployments` (`endpoint_key`) WHERE "deployments"."status" = 'in_progress';--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_one_active_per_run` ON `deployments` (`run_seq`) WHERE "deployments"."status" in ('queued', 'awaiting_approval', 'in_progress');--> statement-breakpoint
CREATE INDEX `deployments_run` ON `deployments` (`run_seq`,`seq`);--> statement-breakpoint
CREATE INDEX `deployments_endpoint` ON `deployments` (`endpoint_key`,`seq`);--> statement-breakpoint
CREATE INDEX `deployments_endpoint_status` ON `deployments` (`endpoint_key`,`status`,`finished_at`);--> statement-breakpoint
CREATE INDEX `deployments_live` ON `deployments` (`endpoint_key`,`live_order`);--> statement-breakpoint
CREATE INDEX `deployments_status` ON `deployments` (`status`,`seq`);--> statement-breakpoint
CREATE INDEX `deployments_unsettled` ON `deployments` (`seq`) WHERE "deployments"."unsettled_since" is not null;--> statement-breakpoint
CREATE TABLE `__new_history` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`run_seq` integer,
	`deployment_id` text,
	`at` integer NOT NULL,
	`subject` text NOT NULL,
	`from_status` text,
	`to_status` text NOT NULL,
	`actor` text NOT NULL,
	`by` text,
	`reason` text,
	`detail` text,
	`endpoint_name` text,
	`repeats` integer DEFAULT 1 NOT NULL,
	`last_at` integer,
	FOREIGN KEY (`run_seq`) REFERENCES `training_runs`(`seq`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "history_subject_known" CHECK("__new_history"."subject" in ('training', 'deployment', 'endpoint'))
);
--> statement-breakpoint
INSERT INTO `__new_history`("seq", "run_seq", "deployment_id", "at", "subject", "from_status", "to_status", "actor", "detail", "repeats", "last_at") SELECT "seq", "run_seq", "deployment_id", "at", "subject", "from_status", "to_status", "actor", "detail", "repeats", "last_at" FROM `history`;--> statement-breakpoint
UPDATE `sqlite_sequence` SET `seq` = max(`seq`, coalesce((SELECT `seq` FROM `sqlite_sequence` WHERE `name` = 'history'), 0)) WHERE `name` = '__new_history';--> statement-breakpoint
DROP TABLE `history`;--> statement-breakpoint
ALTER TABLE `__new_history` RENAME TO `history`;--> statement-breakpoint
CREATE INDEX `history_run` ON `history` (`run_seq`,`seq`);--> statement-breakpoint
ALTER TABLE `training_runs` ADD `requested_by` text;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `turned_down` text;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `tags_due` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `training_runs_tags_due` ON `training_runs` (`seq`) WHERE "training_runs"."tags_due";