DROP INDEX "training_runs_deployed";--> statement-breakpoint
ALTER TABLE "migrated_by" ADD COLUMN "works_with" integer;--> statement-breakpoint
CREATE INDEX "training_runs_outcome" ON "training_runs" USING btree ("status","deployment_status","seq") WHERE "training_runs"."finished_at" is not null;--> statement-breakpoint
CREATE INDEX "training_runs_finished" ON "training_runs" USING btree ("finished_at","seq") WHERE "training_runs"."finished_at" is not null;