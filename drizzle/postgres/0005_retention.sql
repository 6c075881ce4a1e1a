ALTER TABLE "deployments" ADD COLUMN "images" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "cleaned_up_at" bigint;--> statement-breakpoint
CREATE INDEX "deployments_not_cleaned_up" ON "deployments" USING btree ("endpoint_key","seq") WHERE "deployments"."cleaned_up_at" is null;