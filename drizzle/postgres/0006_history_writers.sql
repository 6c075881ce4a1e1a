CREATE FUNCTION "history_writers"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock_shared(6, 0);
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "history_writers" BEFORE INSERT ON "history" FOR EACH STATEMENT EXECUTE FUNCTION "history_writers"();
