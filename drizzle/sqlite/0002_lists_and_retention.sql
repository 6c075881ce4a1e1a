DROP INDEX `training_runs_deployed`;--> statement-breakpoint
CREATE INDEX `training_runs_outcome` ON `training_runs` (`status`,`deployment_status`,`seq`) WHERE "training_runs"."finished_at" is not null;--> statement-breakpoint
CREATE INDEX `training_runs_finished` ON `training_runs` (`finished_at`,`seq`) WHERE "training_runs"."finished_at" is not null;--> statement-breakpoint
ALTER TABLE `migrated_by` ADD `works_with` integer;