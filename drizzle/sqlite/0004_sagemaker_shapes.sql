CREATE TABLE `autoscaling` (
	`endpoint_key` text PRIMARY KEY NOT NULL,
	`content` text NOT NULL,
	`recorded_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `deployments` ADD `shapes` text;--> statement-breakpoint
ALTER TABLE `deployments` ADD `endpoint_config` text;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `shapes` text;--> statement-breakpoint
ALTER TABLE `training_runs` ADD `content_digest` text;