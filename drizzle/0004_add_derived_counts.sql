CREATE TABLE `migrated_by` (
	`migrations` integer PRIMARY KEY NOT NULL,
	`version` text NOT NULL,
	`at` integer NOT NULL
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
ALTER TABLE `training_runs` ADD `deployment_status` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `training_runs_deployment_status` ON `training_runs` (`deployment_status`,`seq`);--> statement-breakpoint
CREATE INDEX `training_runs_both_statuses` ON `training_runs` (`status`,`deployment_status`,`seq`);