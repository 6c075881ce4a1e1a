CREATE TABLE `request_keys` (
	`key` text PRIMARY KEY NOT NULL,
	`digest` text NOT NULL,
	`run_seq` integer NOT NULL,
	`deployment_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`run_seq`) REFERENCES `training_runs`(`seq`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `request_keys_run` ON `request_keys` (`run_seq`);