-- DropIndex
DROP INDEX "usage_record_organization_id_transfer_id_hour_start_idx";

-- DropIndex
DROP INDEX "usage_record_transfer_id_key";

-- CreateIndex
CREATE INDEX "usage_record_transfer_id_organization_id_hour_start_idx" ON "usage_record"("transfer_id", "organization_id", "hour_start");

-- A usage row names the one transfer that paid it: by its key, which no other transfer can have, and by its amount. It is checked after the statement,
-- because one statement writes the transfer and the payment.
CREATE FUNCTION usage_record_paid() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM "transfer" t
    WHERE t."id" = NEW."transfer_id" AND t."kind" = 'usage' AND t."amount" = NEW."amount"
      AND t."idempotency_key" = usage_key(NEW."resource_id", NEW."component", NEW."hour_start")
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = 'a usage row is paid by its own transfer, in full';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER "usage_record_paid" AFTER INSERT OR UPDATE ON "usage_record" FOR EACH ROW WHEN (NEW."transfer_id" IS NOT NULL) EXECUTE FUNCTION usage_record_paid();
