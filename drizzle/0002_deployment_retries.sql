ALTER TABLE `deployments` ADD `retry_at` integer;--> statement-breakpoint
ALTER TABLE `deployments` ADD `looked_at` integer;--> statement-breakpoint
ALTER TABLE `deployments` ADD `variant` text;--> statement-breakpoint
CREATE INDEX `deployments_unsettled` ON `deployments` (`seq`) WHERE "deployments"."unsettled_since" is not null;