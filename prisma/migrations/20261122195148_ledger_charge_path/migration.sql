-- What every charge goes through, made shorter again. PostgreSQL reads the text of each CHECK anew in every statement that writes the table, and asks for each foreign
-- key in a statement of its own. What cannot change after a row is made is checked when it is made, and what the trigger that moves the credits shows anyway is
-- not asked twice (docs/decisions/0017-credit-lots.md).

-- A transfer is between accounts that exist: the trigger changes both rows. Accounts, lots and transfers are neither deleted nor renamed. Uses of lots are written by
-- that trigger alone, of the transfer and the lot that it has in its hands.
-- DropForeignKey
ALTER TABLE "lot_use" DROP CONSTRAINT "lot_use_lot_id_fkey";

-- DropForeignKey
ALTER TABLE "lot_use" DROP CONSTRAINT "lot_use_transfer_id_fkey";

-- DropForeignKey
ALTER TABLE "transfer" DROP CONSTRAINT "transfer_from_account_id_fkey";

-- DropForeignKey
ALTER TABLE "transfer" DROP CONSTRAINT "transfer_to_account_id_fkey";

-- What an account is, is checked when it is opened, and stays.
CREATE FUNCTION ledger_account_opened() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF ((NEW."kind" = 'customer' AND NEW."organization_id" IS NOT NULL AND NEW."shard" = 0)
    OR (NEW."kind" IN ('revenue', 'promotion', 'settlement', 'breakage', 'adjustment', 'sales') AND NEW."organization_id" IS NULL AND NEW."shard" BETWEEN 0 AND 15
      AND NEW."id" = 'acc_' || NEW."kind" || '_' || lpad(NEW."shard"::TEXT, 2, '0'))) IS NOT TRUE
    OR (NEW."kind" = 'customer') IS DISTINCT FROM is_customer_account(NEW."id") THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'an account is a customer''s, or one of the sixteen of its kind that are the system''s';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "ledger_account_opened" BEFORE INSERT ON "ledger_account" FOR EACH ROW EXECUTE FUNCTION ledger_account_opened();
CREATE TRIGGER "ledger_account_fixed" BEFORE UPDATE OF "id", "organization_id", "kind", "shard", "created_at" ON "ledger_account"
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse('an account stays what it was opened as');
-- Versions begin at zero and change by one.
ALTER TABLE "ledger_account" DROP CONSTRAINT "ledger_account_kind", DROP CONSTRAINT "ledger_account_id", DROP CONSTRAINT "ledger_account_version",
  DROP CONSTRAINT "ledger_account_held", DROP CONSTRAINT "ledger_account_covered";
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_covered" CHECK ("held" >= 0 AND ("balance" >= "held" OR "kind" <> 'customer'));

-- Transfers are only ever inserted: what they are is checked by the trigger that every one of them goes through.
ALTER TABLE "transfer" DROP CONSTRAINT "transfer_accounts", DROP CONSTRAINT "transfer_kind", DROP CONSTRAINT "transfer_reversal", DROP CONSTRAINT "transfer_expiry";

-- To write a transfer is to move the credits: nothing else changes a balance. The row must state what both balances and versions become; whoever writes
-- one has locked both accounts and computed that.
CREATE OR REPLACE FUNCTION transfer_move() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  giver TEXT;
  taker TEXT;
  lot TEXT;
BEGIN
  IF NEW."kind" NOT IN ('grant', 'topup', 'usage', 'sale', 'expiry', 'adjustment', 'reversal') OR NEW."from_account_id" = NEW."to_account_id"
    OR (NEW."kind" = 'reversal') <> (NEW."reverses_id" IS NOT NULL)
    OR (NEW."kind" = 'expiry' AND (NEW."subject_type" IS DISTINCT FROM 'credit_lot' OR NEW."subject_id" IS NULL)) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'a transfer is of a kind, between two accounts, and names what it reverses or the lot that expires';
  END IF;
  UPDATE "ledger_account" SET "balance" = NEW."from_balance_after", "version" = NEW."from_version"
  WHERE "id" = NEW."from_account_id" AND "version" = NEW."from_version" - 1 AND "balance" = NEW."from_balance_after" + NEW."amount" RETURNING "kind" INTO giver;
  UPDATE "ledger_account" SET "balance" = NEW."to_balance_after", "version" = NEW."to_version"
  WHERE "id" = NEW."to_account_id" AND "version" = NEW."to_version" - 1 AND "balance" = NEW."to_balance_after" - NEW."amount" RETURNING "kind" INTO taker;
  IF giver IS NULL OR taker IS NULL THEN
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
  IF giver = 'customer' THEN
    IF NEW."kind" NOT IN ('reversal', 'expiry') THEN
      -- Nearly always the first lot suffices.
      UPDATE "credit_lot" SET "remaining" = "remaining" - NEW."amount", "open" = "remaining" > NEW."amount"
      WHERE "remaining" >= NEW."amount"
        AND "id" = (SELECT "id" FROM "credit_lot" WHERE "account_id" = NEW."from_account_id" AND "open" ORDER BY "priority", "expires_at", "created_at", "id" LIMIT 1)
      RETURNING "id" INTO lot;
    END IF;
    IF lot IS NULL THEN
      PERFORM lots_take(NEW);
    ELSE
      INSERT INTO "lot_use" ("transfer_id", "lot_id", "amount") VALUES (NEW."id", lot, NEW."amount");
    END IF;
  END IF;
  IF taker = 'customer' THEN PERFORM lots_put(NEW); END IF;
  RETURN NULL;
END
$$;
