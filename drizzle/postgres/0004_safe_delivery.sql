CREATE TABLE "endpoints" (
	"endpoint_key" text PRIMARY KEY NOT NULL,
	"endpoint_name" text NOT NULL,
	"held_since" bigint,
	"held_by" text,
	"hold_reason" text,
	"rolled_back_at" bigint,
	"tags_due" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "guard_alarms" (
	"alarm_name" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notifications_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"webhook_id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"event" text NOT NULL,
	"url" text NOT NULL,
	"secret_env" text,
	"body" text NOT NULL,
	"created_at" bigint NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" bigint NOT NULL,
	"ended_at" bigint,
	"last_error" text
);
--> statement-breakpoint
ALTER TABLE "deployments" DROP CONSTRAINT "deployments_status_known";--> statement-breakpoint
ALTER TABLE "deployments" DROP CONSTRAINT "deployments_step_known";--> statement-breakpoint
ALTER TABLE "deployments" DROP CONSTRAINT "deployments_trigger_known";--> statement-breakpoint
ALTER TABLE "deployments" DROP CONSTRAINT "deployments_finished_at";--> statement-breakpoint
ALTER TABLE "history" DROP CONSTRAINT "history_subject_known";--> statement-breakpoint
DROP INDEX "deployments_one_active_per_run";--> statement-breakpoint
ALTER TABLE "history" ALTER COLUMN "run_seq" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "policy" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "gate" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "approval" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "rollout" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "verification" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "abort" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "revert" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "requested_by" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "restores" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "overrides" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "history" ADD COLUMN "by" text;--> statement-breakpoint
ALTER TABLE "history" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "history" ADD COLUMN "endpoint_name" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "requested_by" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "turned_down" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "tags_due" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "guard_alarms_deployment" ON "guard_alarms" USING btree ("deployment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_webhook_id" ON "notifications" USING btree ("webhook_id");--> statement-breakpoint
CREATE INDEX "notifications_due" ON "notifications" USING btree ("next_at") WHERE "notifications"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "notifications_deployment" ON "notifications" USING btree ("deployment_id");--> statement-breakpoint
CREATE INDEX "training_runs_tags_due" ON "training_runs" USING btree ("seq") WHERE "training_runs"."tags_due";--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_one_active_per_run" ON "deployments" USING btree ("run_seq") WHERE "deployments"."status" in ('queued', 'awaiting_approval', 'in_progress');--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_status_known" CHECK ("deployments"."status" in ('queued', 'awaiting_approval', 'in_progress', 'deployed', 'rolled_back', 'failed', 'superseded', 'rejected'));--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_step_known" CHECK ("deployments"."step" in ('gate', 'model', 'endpoint_config', 'endpoint', 'in_service', 'verify', 'revert'));--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_trigger_known" CHECK ("deployments"."trigger" in ('poll', 'event', 'api', 'reconcile', 'rollback'));--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_finished_at" CHECK (("deployments"."status" in ('deployed', 'rolled_back', 'failed', 'superseded', 'rejected')) = ("deployments"."finished_at" is not null));--> statement-breakpoint
ALTER TABLE "history" ADD CONSTRAINT "history_subject_known" CHECK ("history"."subject" in ('training', 'deployment', 'endpoint'));