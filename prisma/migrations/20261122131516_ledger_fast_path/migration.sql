-- What every charge goes through, made shorter.
-- Few transfers are out of holds or reversals: those alone are in their indexes.
DROP INDEX "transfer_hold_id_idx";
DROP INDEX "transfer_reverses_id_idx";
CREATE INDEX "transfer_hold_id_idx" ON "transfer"("hold_id") WHERE "hold_id" IS NOT NULL;
CREATE INDEX "transfer_reverses_id_idx" ON "transfer"("reverses_id") WHERE "reverses_id" IS NOT NULL;

-- An account tells by its id whether it is a customer's: the system's are acc_<kind>_<shard>.
CREATE FUNCTION is_customer_account(p_id TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
  SELECT p_id !~ '^acc_[a-z]+_[0-9]{2}$'
$$;
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_id" CHECK (("kind" = 'customer') = is_customer_account("id"));

CREATE OR REPLACE FUNCTION transfer_move() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  moved INTEGER;
BEGIN
  UPDATE "ledger_account"
  SET "balance" = "balance" + CASE WHEN "id" = NEW."from_account_id" THEN -NEW."amount" ELSE NEW."amount" END, "version" = "version" + 1
  WHERE "id" IN (NEW."from_account_id", NEW."to_account_id")
    AND ("version" + 1, "balance") = (
      CASE WHEN "id" = NEW."from_account_id" THEN NEW."from_version" ELSE NEW."to_version" END,
      CASE WHEN "id" = NEW."from_account_id" THEN NEW."from_balance_after" + NEW."amount" ELSE NEW."to_balance_after" - NEW."amount" END);
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved <> 2 THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = 'a transfer must follow from the present balances and versions of both accounts';
  END IF;
  IF NEW."hold_id" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM "hold" h
    WHERE h."id" = NEW."hold_id" AND h."status" = 'posted' AND h."account_id" = NEW."from_account_id"
      AND h."posted_amount" >= (SELECT sum(t."amount") FROM "transfer" t WHERE t."hold_id" = NEW."hold_id")
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = 'a transfer out of a hold must be within what was posted of it';
  END IF;
  IF NEW."reverses_id" IS NOT NULL THEN PERFORM reversal_within(NEW); END IF;
  IF is_customer_account(NEW."from_account_id") THEN
    IF NEW."kind" IN ('reversal', 'expiry') THEN
      PERFORM lots_take(NEW);
    ELSE
      -- Nearly always the first lot suffices.
      WITH first AS (
        SELECT "id", "remaining" FROM "credit_lot" WHERE "account_id" = NEW."from_account_id" AND "open" ORDER BY "priority", "expires_at", "created_at", "id" LIMIT 1
      ), taken AS (
        UPDATE "credit_lot" l SET "remaining" = l."remaining" - NEW."amount", "open" = l."remaining" > NEW."amount" FROM first
        WHERE l."id" = first."id" AND first."remaining" >= NEW."amount" RETURNING l."id"
      )
      INSERT INTO "lot_use" ("transfer_id", "lot_id", "amount") SELECT NEW."id", "id", NEW."amount" FROM taken;
      IF NOT FOUND THEN PERFORM lots_take(NEW); END IF;
    END IF;
  END IF;
  IF is_customer_account(NEW."to_account_id") THEN PERFORM lots_put(NEW); END IF;
  RETURN NULL;
END
$$;
