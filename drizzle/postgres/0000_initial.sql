CREATE TABLE "deployments" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deployments_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"deployment_id" text NOT NULL,
	"run_seq" bigint NOT NULL,
	"training_job_name" text NOT NULL,
	"endpoint_name" text NOT NULL,
	"endpoint_key" text NOT NULL,
	"status" text NOT NULL,
	"step" text NOT NULL,
	"forced" boolean NOT NULL,
	"trigger" text NOT NULL,
	"attempts" integer NOT NULL,
	"model_name" text NOT NULL,
	"endpoint_config_name" text,
	"endpoint_change" text,
	"change_requested_at" bigint,
	"failure_reason" text,
	"superseded_by" text,
	"last_error_kind" text,
	"failing_since" bigint,
	"fencing_token" integer DEFAULT 0 NOT NULL,
	"training_created_at" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"started_at" bigint,
	"deadline_at" bigint,
	"finished_at" bigint,
	"training_ended_at" bigint,
	"detected_at" bigint,
	"detected_by" text,
	"in_service_at" bigint,
	"failure_kind" text,
	"overdue_since" bigint,
	"unsettled_since" bigint,
	"waits_for_kind" text,
	"waits_for_since" bigint,
	"waits_for_detail" text,
	"live_order" integer,
	"retry_at" bigint,
	"observed_at" bigint,
	"variant" text,
	CONSTRAINT "deployments_status_known" CHECK ("deployments"."status" in ('queued', 'in_progress', 'deployed', 'rolled_back', 'failed', 'superseded')),
	CONSTRAINT "deployments_step_known" CHECK ("deployments"."step" in ('model', 'endpoint_config', 'endpoint', 'in_service')),
	CONSTRAINT "deployments_trigger_known" CHECK ("deployments"."trigger" in ('poll', 'event', 'api', 'reconcile')),
	CONSTRAINT "deployments_finished_at" CHECK (("deployments"."status" in ('deployed', 'rolled_back', 'failed', 'superseded')) = ("deployments"."finished_at" is not null)),
	CONSTRAINT "deployments_started_at" CHECK ("deployments"."status" <> 'in_progress' or "deployments"."started_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "history" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "history_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_seq" bigint NOT NULL,
	"deployment_id" text,
	"at" bigint NOT NULL,
	"subject" text NOT NULL,
	"from_status" text,
	"to_status" text NOT NULL,
	"actor" text NOT NULL,
	"detail" text,
	"repeats" integer DEFAULT 1 NOT NULL,
	"last_at" bigint,
	CONSTRAINT "history_subject_known" CHECK ("history"."subject" in ('training', 'deployment'))
);
--> statement-breakpoint
CREATE TABLE "training_runs" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "training_runs_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" text NOT NULL,
	"training_job_name" text NOT NULL,
	"training_job_arn" text,
	"project" text NOT NULL,
	"endpoint_name" text NOT NULL,
	"auto_deploy" boolean NOT NULL,
	"status" text NOT NULL,
	"secondary_status" text,
	"failure_reason" text,
	"model_artifact" text,
	"metrics" text,
	"request" text,
	"serving_image" text,
	"idempotency_key" text,
	"idempotency_hash" text,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"finished_at" bigint,
	"finished_by" text,
	"start_attempted_at" bigint,
	"start_attempts" integer DEFAULT 0 NOT NULL,
	"start_unresolved_at" bigint,
	"training_since_at" bigint,
	"stop_requested_at" bigint,
	"abandoned_at" bigint,
	"training_ended_at" bigint,
	"failure_kind" text,
	"training_created_at" bigint,
	"overdue_since" bigint,
	"found_ended" boolean DEFAULT false NOT NULL,
	"deployment_status" text DEFAULT 'none' NOT NULL,
	CONSTRAINT "training_runs_status_known" CHECK ("training_runs"."status" in ('requested', 'training', 'completed', 'failed', 'stopped', 'timed_out')),
	CONSTRAINT "training_runs_finished_at" CHECK (("training_runs"."status" in ('completed', 'failed', 'stopped', 'timed_out')) = ("training_runs"."finished_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"only" integer PRIMARY KEY NOT NULL,
	"database_id" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"task" text PRIMARY KEY NOT NULL,
	"taken_at" bigint,
	"checkpoint_at" bigint
);
--> statement-breakpoint
CREATE TABLE "migrated_by" (
	"migrations" integer PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "processes" (
	"name" text PRIMARY KEY NOT NULL,
	"service" text NOT NULL,
	"version" text NOT NULL,
	"started_at" bigint NOT NULL,
	"last_seen_at" bigint NOT NULL,
	"problem" text,
	"clock_skew_ms" integer
);
--> statement-breakpoint
CREATE TABLE "sagemaker_call_minutes" (
	"minute" integer NOT NULL,
	"operation" text NOT NULL,
	"result" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "sagemaker_call_minutes_minute_operation_result_pk" PRIMARY KEY("minute","operation","result")
);
--> statement-breakpoint
CREATE TABLE "sagemaker_calls" (
	"operation" text NOT NULL,
	"result" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "sagemaker_calls_operation_result_pk" PRIMARY KEY("operation","result")
);
--> statement-breakpoint
CREATE TABLE "skipped" (
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "skipped_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"reason" text NOT NULL,
	"first_at" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "skipped_kind_name_pk" PRIMARY KEY("kind","name")
);
--> statement-breakpoint
CREATE TABLE "tallies" (
	"name" text NOT NULL,
	"label" text NOT NULL,
	"bucket" integer NOT NULL,
	"count" bigint NOT NULL,
	"sum_ms" bigint NOT NULL,
	CONSTRAINT "tallies_name_label_bucket_pk" PRIMARY KEY("name","label","bucket")
);
--> statement-breakpoint
CREATE TABLE "tally_changes" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tally_changes_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"label" text NOT NULL,
	"bucket" integer NOT NULL,
	"count" bigint NOT NULL,
	"sum_ms" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_run_seq_training_runs_seq_fk" FOREIGN KEY ("run_seq") REFERENCES "training_runs"("seq") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "history" ADD CONSTRAINT "history_run_seq_training_runs_seq_fk" FOREIGN KEY ("run_seq") REFERENCES "training_runs"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_deployment_id" ON "deployments" USING btree ("deployment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_one_in_progress_per_endpoint" ON "deployments" USING btree ("endpoint_key") WHERE "deployments"."status" = 'in_progress';--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_one_active_per_run" ON "deployments" USING btree ("run_seq") WHERE "deployments"."status" in ('queued', 'in_progress');--> statement-breakpoint
CREATE INDEX "deployments_run" ON "deployments" USING btree ("run_seq","seq");--> statement-breakpoint
CREATE INDEX "deployments_endpoint" ON "deployments" USING btree ("endpoint_key","seq");--> statement-breakpoint
CREATE INDEX "deployments_endpoint_status" ON "deployments" USING btree ("endpoint_key","status","finished_at");--> statement-breakpoint
CREATE INDEX "deployments_live" ON "deployments" USING btree ("endpoint_key","live_order");--> statement-breakpoint
CREATE INDEX "deployments_status" ON "deployments" USING btree ("status","seq");--> statement-breakpoint
CREATE INDEX "deployments_unsettled" ON "deployments" USING btree ("seq") WHERE "deployments"."unsettled_since" is not null;--> statement-breakpoint
CREATE INDEX "history_run" ON "history" USING btree ("run_seq","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "training_runs_run_id" ON "training_runs" USING btree ("run_id");--> statement-breakpoint
CREATE UNIQUE INDEX "training_runs_training_job_name" ON "training_runs" USING btree ("training_job_name");--> statement-breakpoint
CREATE INDEX "training_runs_name_key" ON "training_runs" USING btree (lower("training_job_name" collate "C"));--> statement-breakpoint
CREATE UNIQUE INDEX "training_runs_idempotency_key" ON "training_runs" USING btree ("idempotency_key");--> statement-breakpoint
CREATE INDEX "training_runs_status" ON "training_runs" USING btree ("status","seq");--> statement-breakpoint
CREATE INDEX "training_runs_deployed" ON "training_runs" USING btree ("deployment_status","seq") WHERE "training_runs"."deployment_status" <> 'none';--> statement-breakpoint
CREATE INDEX "skipped_order" ON "skipped" USING btree ("kind","seq");--> statement-breakpoint
-- Room for the next version of a row in its page: a run and a deployment change many times, and none of their indexed columns most times.
ALTER TABLE "training_runs" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "deployments" SET (fillfactor = 80);
