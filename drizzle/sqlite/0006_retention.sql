ALTER TABLE `deployments` ADD `images` text;--> statement-breakpoint
ALTER TABLE `deployments` ADD `cleaned_up_at` integer;--> statement-breakpoint
CREATE INDEX `deployments_not_cleaned_up` ON `deployments` (`endpoint_key`,`seq`) WHERE "deployments"."cleaned_up_at" is null;