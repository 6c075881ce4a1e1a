ALTER TABLE `deployments` ADD `live_order` integer;--> statement-breakpoint
CREATE INDEX `deployments_live` ON `deployments` (`endpoint_key`,`live_order`);--> statement-breakpoint
UPDATE `deployments` SET `live_order` = `ranked`.`place` FROM (
	SELECT `seq`, row_number() OVER (PARTITION BY `endpoint_key` ORDER BY `finished_at`, `seq`) AS `place`
	FROM `deployments` WHERE `status` = 'deployed'
) AS `ranked` WHERE `ranked`.`seq` = `deployments`.`seq`;--> statement-breakpoint
UPDATE `training_runs` SET `training_created_at` = `created_at` WHERE `request` IS NULL;
