CREATE TABLE "request_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"digest" text NOT NULL,
	"run_seq" bigint NOT NULL,
	"deployment_id" text,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "request_keys" ADD CONSTRAINT "request_keys_run_seq_training_runs_seq_fk" FOREIGN KEY ("run_seq") REFERENCES "training_runs"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "request_keys_run" ON "request_keys" USING btree ("run_seq");