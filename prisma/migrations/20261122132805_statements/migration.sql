-- Statements, once issued, stay as they are; each begins where the last one of its organization ended, in time, in versions and in credits.
ALTER TABLE "statement"
  ADD CONSTRAINT "statement_versions" CHECK ("from_version" >= 0 AND "to_version" >= "from_version"),
  ADD CONSTRAINT "statement_balances" CHECK ("opening" >= 0 AND "closing" >= 0 AND ("to_version" > "from_version" OR "closing" = "opening")),
  ADD CONSTRAINT "statement_period" CHECK ("period" = to_char("period_start" AT TIME ZONE 'UTC', 'YYYY-MM')
    AND "period_start" AT TIME ZONE 'UTC' = date_trunc('month', "period_start" AT TIME ZONE 'UTC')
    AND "period_end" AT TIME ZONE 'UTC' = "period_start" AT TIME ZONE 'UTC' + INTERVAL '1 month'),
  ADD CONSTRAINT "statement_number" CHECK ("number" ~ '^S-\d{4}-\d{8}$');

CREATE FUNCTION statement_follows() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  own "ledger_account"%ROWTYPE;
  last "statement"%ROWTYPE;
BEGIN
  SELECT * INTO own FROM "ledger_account" WHERE "organization_id" = NEW."organization_id" AND "kind" = 'customer';
  SELECT * INTO last FROM "statement" WHERE "organization_id" = NEW."organization_id" ORDER BY "period" DESC LIMIT 1;
  IF own."id" IS NULL OR NEW."to_version" > own."version" THEN
    RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = 'a statement is of entries that an account has';
  END IF;
  IF NEW."from_version" <> coalesce(last."to_version", 0) OR NEW."opening" <> coalesce(last."closing", 0) OR NEW."period_start" <> coalesce(last."period_end", NEW."period_start") THEN
    RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = 'a statement begins where the last one ended';
  END IF;
  IF NEW."to_version" > NEW."from_version" AND NEW."closing" <> (
    SELECT "from_balance_after" FROM "transfer" WHERE "from_account_id" = own."id" AND "from_version" = NEW."to_version"
    UNION ALL
    SELECT "to_balance_after" FROM "transfer" WHERE "to_account_id" = own."id" AND "to_version" = NEW."to_version"
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = 'a statement ends with the balance after its last entry';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "statement_follows" BEFORE INSERT ON "statement" FOR EACH ROW EXECUTE FUNCTION statement_follows();
CREATE TRIGGER "statement_fixed" BEFORE UPDATE OR DELETE ON "statement" FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a statement stays as it was issued');
CREATE TRIGGER "statement_kept" BEFORE TRUNCATE ON "statement" FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('statements are kept');

-- A page of charges of one project, of however long a history.
CREATE INDEX "usage_record_organization_id_project_id_hour_start_idx" ON "usage_record"("organization_id", "project_id", "hour_start");
-- The report of revenue reads all transfers of a time. They are written in its order: an index of blocks suffices, and costs a charge nearly nothing.
CREATE INDEX "transfer_created_at_idx" ON "transfer" USING brin ("created_at");
