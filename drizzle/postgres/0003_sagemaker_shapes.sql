CREATE TABLE "autoscaling" (
	"endpoint_key" text PRIMARY KEY NOT NULL,
	"content" text NOT NULL,
	"recorded_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "shapes" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "endpoint_config" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "shapes" text;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "content_digest" text;