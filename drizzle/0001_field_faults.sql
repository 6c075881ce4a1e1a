CREATE TABLE `installation` (
	`only` integer PRIMARY KEY NOT NULL,
	`database_id` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `passed_over` (
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`reason` text NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`kind`, `name`)
);
--> statement-breakpoint
CREATE TABLE `processes` (
	`name` text PRIMARY KEY NOT NULL,
	`service` text NOT NULL,
	`version` text NOT NULL,
	`started_at` integer NOT NULL,
	`heard_at` integer NOT NULL,
	`trouble` text
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
ALTER TABLE `deployments` ADD `failure_kind` text;--> statement-breakpoint
ALTER TABLE `deployments` ADD `overdue_since` integer;--> statement-breakpoint
ALTER TABLE `deployments` ADD `unsettled_since` integer;--> statement-breakpoint
ALTER TABLE `deployments` ADD `waits_for_kind` text;--> statement-breakpoint
ALTER TABLE `deployments` ADD `waits_for_since` integer;--> statement-breakpoint
ALTER TABLE `deployments` ADD `waits_for_detail` text;--> statement-breakpoint
ALTER TABLE `history` ADD `repeats` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `history` ADD `last_at` integer;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `failure_kind` text;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `training_created_at` integer;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `overdue_since` integer;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `found_ended` integer DEFAULT false NOT NULL;