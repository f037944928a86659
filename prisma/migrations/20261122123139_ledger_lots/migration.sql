-- AlterTable
ALTER TABLE "credit_lot" ADD COLUMN     "open" BOOLEAN NOT NULL DEFAULT true;

-- Lots: the sub-ledger of customers' accounts. What comes in is a lot, what goes out is taken from lots, and an account's balance is at any commit the sum
-- of what is left of its lots. The trigger that moves the balances keeps them too, so they hold whoever writes a transfer.
-- Errors have the states that the ledger's migration names, and SY416: more than is left of a transfer to reverse.

-- More accounts of the system, sixteen of each kind.
ALTER TABLE "ledger_account" DROP CONSTRAINT "ledger_account_kind";
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_kind" CHECK (
  ("kind" = 'customer' AND "organization_id" IS NOT NULL AND "shard" = 0)
  OR ("kind" IN ('revenue', 'promotion', 'settlement', 'breakage', 'adjustment') AND "organization_id" IS NULL AND "shard" BETWEEN 0 AND 15
    AND "id" = 'acc_' || "kind" || '_' || lpad("shard"::text, 2, '0')));
INSERT INTO "ledger_account" ("id", "kind", "shard", "created_at")
SELECT 'acc_' || kind || '_' || lpad(shard::text, 2, '0'), kind, shard, now()
FROM unnest(ARRAY['settlement', 'breakage', 'adjustment']) AS kind, generate_series(0, 15) AS shard;

ALTER TABLE "transfer" DROP CONSTRAINT "transfer_kind";
ALTER TABLE "transfer"
  ADD CONSTRAINT "transfer_kind" CHECK ("kind" IN ('grant', 'topup', 'usage', 'expiry', 'adjustment', 'reversal')),
  ADD CONSTRAINT "transfer_reversal" CHECK (("kind" = 'reversal') = ("reverses_id" IS NOT NULL)),
  ADD CONSTRAINT "transfer_expiry" CHECK ("kind" <> 'expiry' OR ("subject_type" IS NOT DISTINCT FROM 'credit_lot' AND "subject_id" IS NOT NULL));

ALTER TABLE "hold" DROP CONSTRAINT "hold_posted";
ALTER TABLE "hold"
  ADD CONSTRAINT "hold_posted" CHECK (
    ("status" = 'pending' AND "posted_amount" = 0 AND "resolved_at" IS NULL)
    OR ("status" = 'posted' AND "posted_amount" BETWEEN 1 AND "amount" AND "resolved_at" IS NOT NULL)
    OR ("status" = 'voided' AND "posted_amount" = 0 AND "resolved_at" IS NOT NULL)
    OR ("status" = 'expired' AND "posted_amount" = 0 AND "resolved_at" >= "expires_at" AND "expires_at" IS NOT NULL)),
  ADD CONSTRAINT "hold_expires" CHECK ("expires_at" > "created_at");

ALTER TABLE "credit_lot"
  ADD CONSTRAINT "credit_lot_amount" CHECK ("amount" > 0 AND "remaining" BETWEEN 0 AND "amount"),
  ADD CONSTRAINT "credit_lot_open" CHECK ("open" = ("remaining" > 0)),
  ADD CONSTRAINT "credit_lot_category" CHECK ("category" IN ('paid', 'promotional')),
  ADD CONSTRAINT "credit_lot_priority" CHECK ("priority" BETWEEN 0 AND 100);
ALTER TABLE "lot_use" ADD CONSTRAINT "lot_use_amount" CHECK ("amount" <> 0);

-- The order of spending. `open` changes once in a lot's life and `remaining` with every charge: an index on `remaining` would be written by each of them.
CREATE INDEX "credit_lot_spending_idx" ON "credit_lot"("account_id", "priority", "expires_at", "created_at", "id") WHERE "open";
-- Rows that change with every charge find room for their new version beside the old one.
ALTER TABLE "credit_lot" SET (fillfactor = 60);
ALTER TABLE "ledger_account" SET (fillfactor = 60);

-- What customers have already: each transfer that came in is a lot without an end, and what went out is taken from them, the oldest first. On the line
-- of all credits that an account ever had, a transfer covers a stretch; where a stretch that went out lies over one that came in, the lot was used.
WITH "came" AS (
  SELECT t.*, sum(t."amount") OVER w - t."amount" AS low, sum(t."amount") OVER w AS high
  FROM "transfer" t JOIN "ledger_account" a ON a."id" = t."to_account_id" AND a."kind" = 'customer'
  WINDOW w AS (PARTITION BY t."to_account_id" ORDER BY t."to_version" ROWS UNBOUNDED PRECEDING)
), "spent" AS (
  SELECT t."from_account_id" AS account_id, sum(t."amount") AS total
  FROM "transfer" t JOIN "ledger_account" a ON a."id" = t."from_account_id" AND a."kind" = 'customer' GROUP BY 1
), "left" AS (
  SELECT c.*, greatest(0, c.high - greatest(c.low, coalesce(s.total, 0)))::BIGINT AS remaining FROM "came" c LEFT JOIN "spent" s ON s.account_id = c."to_account_id"
)
INSERT INTO "credit_lot" ("id", "account_id", "transfer_id", "category", "amount", "remaining", "open", "created_at")
SELECT 'lot_' || substr("id", strpos("id", '_') + 1), "to_account_id", "id", 'promotional', "amount", remaining, remaining > 0, "created_at" FROM "left";

WITH "came" AS (
  SELECT l."id", l."account_id", sum(l."amount") OVER w - l."amount" AS low, sum(l."amount") OVER w AS high
  FROM "credit_lot" l JOIN "transfer" t ON t."id" = l."transfer_id"
  WINDOW w AS (PARTITION BY l."account_id" ORDER BY t."to_version" ROWS UNBOUNDED PRECEDING)
), "went" AS (
  SELECT t."id", t."from_account_id" AS account_id, sum(t."amount") OVER w - t."amount" AS low, sum(t."amount") OVER w AS high
  FROM "transfer" t JOIN "ledger_account" a ON a."id" = t."from_account_id" AND a."kind" = 'customer'
  WINDOW w AS (PARTITION BY t."from_account_id" ORDER BY t."from_version" ROWS UNBOUNDED PRECEDING)
)
INSERT INTO "lot_use" ("transfer_id", "lot_id", "amount")
SELECT w."id", c."id", (least(w.high, c.high) - greatest(w.low, c.low))::BIGINT
FROM "went" w JOIN "came" c ON c."account_id" = w.account_id AND c.low < w.high AND w.low < c.high;

-- A lot is brought by a transfer, in the same statement, or by its trigger; afterwards only what is left of it changes, by that trigger alone.
CREATE FUNCTION credit_lot_brought() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."remaining" <> NEW."amount" OR NOT EXISTS (
    SELECT 1 FROM "transfer" t JOIN "ledger_account" a ON a."id" = t."to_account_id"
    WHERE t."id" = NEW."transfer_id" AND t."to_account_id" = NEW."account_id" AND t."amount" = NEW."amount" AND t."kind" <> 'reversal' AND a."kind" = 'customer'
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = 'a lot is what one transfer brought into a customer''s account';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER "credit_lot_brought" AFTER INSERT ON "credit_lot" FOR EACH ROW EXECUTE FUNCTION credit_lot_brought();
CREATE TRIGGER "credit_lot_indirect" BEFORE UPDATE ON "credit_lot" FOR EACH ROW
  WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse('lots change through transfers alone');
CREATE TRIGGER "credit_lot_fixed" BEFORE UPDATE OF "id", "account_id", "transfer_id", "category", "priority", "amount", "expires_at", "created_at" ON "credit_lot"
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a lot stays as it was brought');
CREATE TRIGGER "credit_lot_kept" BEFORE DELETE ON "credit_lot" FOR EACH ROW EXECUTE FUNCTION ledger_refuse('lots are kept');
CREATE TRIGGER "credit_lot_kept_all" BEFORE TRUNCATE ON "credit_lot" FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('lots are kept');
CREATE TRIGGER "lot_use_indirect" BEFORE INSERT ON "lot_use" FOR EACH ROW
  WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse('lots are used through transfers alone');
CREATE TRIGGER "lot_use_append_only" BEFORE UPDATE OR DELETE ON "lot_use" FOR EACH ROW EXECUTE FUNCTION ledger_refuse('uses of lots are append-only');
CREATE TRIGGER "lot_use_kept" BEFORE TRUNCATE ON "lot_use" FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('uses of lots are append-only');

-- Takes what a transfer moves out of a customer's account from its lots: the reversal of what came in, and expiry, from that one lot; all else in the order
-- of priority, expiry (never last) and age. The account's row is locked by then, and with it its lots.
CREATE FUNCTION lots_take(p_transfer "transfer") RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  missing BIGINT := p_transfer."amount";
  taken BIGINT;
  lot RECORD;
BEGIN
  FOR lot IN
    SELECT "id", "remaining" FROM "credit_lot"
    WHERE "account_id" = p_transfer."from_account_id" AND "open"
      AND (p_transfer."kind" <> 'reversal' OR "transfer_id" = p_transfer."reverses_id")
      AND (p_transfer."kind" <> 'expiry' OR ("id" = p_transfer."subject_id" AND "expires_at" <= p_transfer."created_at"))
    ORDER BY "priority", "expires_at", "created_at", "id"
  LOOP
    taken := least(missing, lot."remaining");
    UPDATE "credit_lot" SET "remaining" = "remaining" - taken, "open" = "remaining" > taken WHERE "id" = lot."id";
    INSERT INTO "lot_use" ("transfer_id", "lot_id", "amount") VALUES (p_transfer."id", lot."id", taken);
    missing := missing - taken;
    EXIT WHEN missing = 0;
  END LOOP;
  IF missing > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SY402', MESSAGE = format('not enough credits: needed %s, available %s', p_transfer."amount", p_transfer."amount" - missing);
  END IF;
END
$$;

-- Puts what a transfer moves into a customer's account into a lot of its own; a reversal, into the lots that the original was taken from, the last taken first.
CREATE FUNCTION lots_put(p_transfer "transfer") RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  missing BIGINT := p_transfer."amount";
  returned BIGINT;
  lot RECORD;
BEGIN
  IF p_transfer."kind" <> 'reversal' THEN
    INSERT INTO "credit_lot" ("id", "account_id", "transfer_id", "category", "amount", "remaining", "created_at")
    VALUES ('lot_' || substr(p_transfer."id", strpos(p_transfer."id", '_') + 1), p_transfer."to_account_id", p_transfer."id",
      lot_category(p_transfer."kind"), p_transfer."amount", p_transfer."amount", p_transfer."created_at")
    ON CONFLICT ("transfer_id") DO NOTHING;
    RETURN;
  END IF;
  FOR lot IN
    SELECT l."id", sum(u."amount") AS used
    FROM "lot_use" u JOIN "credit_lot" l ON l."id" = u."lot_id" AND l."account_id" = p_transfer."to_account_id"
    WHERE u."transfer_id" = p_transfer."reverses_id" OR u."transfer_id" IN (SELECT "id" FROM "transfer" WHERE "reverses_id" = p_transfer."reverses_id")
    GROUP BY l."id" HAVING sum(u."amount") > 0
    ORDER BY l."priority" DESC, l."expires_at" DESC, l."created_at" DESC, l."id" DESC
  LOOP
    returned := least(missing, lot.used);
    UPDATE "credit_lot" SET "remaining" = "remaining" + returned, "open" = TRUE WHERE "id" = lot."id";
    INSERT INTO "lot_use" ("transfer_id", "lot_id", "amount") VALUES (p_transfer."id", lot."id", -returned);
    missing := missing - returned;
    EXIT WHEN missing = 0;
  END LOOP;
  IF missing > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SY416', MESSAGE = format('only %s of %s is left to reverse', p_transfer."amount" - missing, p_transfer."reverses_id");
  END IF;
END
$$;

-- The usual category of what a transfer brings.
CREATE FUNCTION lot_category(p_kind TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_kind WHEN 'topup' THEN 'paid' ELSE 'promotional' END
$$;

-- A reversal goes the way back between the same accounts, and together with its siblings it gives back at most the original. Both accounts are locked.
CREATE FUNCTION reversal_within(p_transfer "transfer") RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  original "transfer";
BEGIN
  SELECT * INTO original FROM "transfer" WHERE "id" = p_transfer."reverses_id";
  IF original."kind" = 'reversal' OR (original."from_account_id", original."to_account_id") IS DISTINCT FROM (p_transfer."to_account_id", p_transfer."from_account_id") THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = 'a reversal goes the way back of a transfer that is none';
  END IF;
  IF (SELECT sum("amount") FROM "transfer" WHERE "reverses_id" = original."id") > original."amount" THEN
    RAISE EXCEPTION USING ERRCODE = 'SY416', MESSAGE = format('only part of %s is left to reverse', original."id");
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION transfer_move() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  moved INTEGER;
  out_of_customer BOOLEAN;
  into_customer BOOLEAN;
BEGIN
  WITH touched AS (
    UPDATE "ledger_account"
    SET "balance" = "balance" + CASE WHEN "id" = NEW."from_account_id" THEN -NEW."amount" ELSE NEW."amount" END, "version" = "version" + 1
    WHERE "id" IN (NEW."from_account_id", NEW."to_account_id")
      AND ("version" + 1, "balance") = (
        CASE WHEN "id" = NEW."from_account_id" THEN NEW."from_version" ELSE NEW."to_version" END,
        CASE WHEN "id" = NEW."from_account_id" THEN NEW."from_balance_after" + NEW."amount" ELSE NEW."to_balance_after" - NEW."amount" END)
    RETURNING "id", "kind"
  )
  SELECT count(*), bool_or("kind" = 'customer' AND "id" = NEW."from_account_id"), bool_or("kind" = 'customer' AND "id" = NEW."to_account_id")
  INTO moved, out_of_customer, into_customer FROM touched;
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
  IF out_of_customer THEN PERFORM lots_take(NEW); END IF;
  IF into_customer THEN PERFORM lots_put(NEW); END IF;
  RETURN NULL;
END
$$;

-- Of a hold its time of expiry is fixed too.
CREATE OR REPLACE FUNCTION hold_resolve() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."status" <> 'pending' THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('hold %s is %s already', OLD."id", OLD."status");
  END IF;
  IF NEW."status" = 'pending'
    OR (OLD."id", OLD."idempotency_key", OLD."account_id", OLD."amount", OLD."created_at", OLD."expires_at")
      IS DISTINCT FROM (NEW."id", NEW."idempotency_key", NEW."account_id", NEW."amount", NEW."created_at", NEW."expires_at") THEN
    RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = 'a hold can only be posted, voided or expire';
  END IF;
  RETURN NEW;
END
$$;

-- Moves `p_amount` micro-credits. What comes into a customer's account can have terms of its own: without them it is of the usual category of its kind,
-- of priority 50, and never expires.
DROP FUNCTION ledger_transfer(TEXT, TEXT, TEXT, TEXT, TEXT, BIGINT, TEXT, TEXT, TEXT, TEXT, TIMESTAMPTZ);
CREATE FUNCTION ledger_transfer(
  p_id TEXT, p_key TEXT, p_kind TEXT, p_from TEXT, p_to TEXT, p_amount BIGINT,
  p_subject_type TEXT, p_subject_id TEXT, p_description TEXT, p_actor TEXT, p_at TIMESTAMPTZ,
  p_category TEXT DEFAULT NULL, p_priority INTEGER DEFAULT NULL, p_expires_at TIMESTAMPTZ DEFAULT NULL
) RETURNS SETOF "transfer" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  account "ledger_account";
  giver "ledger_account";
  taker "ledger_account";
  result "transfer";
  with_terms BOOLEAN := coalesce(p_category, p_priority::TEXT, p_expires_at::TEXT) IS NOT NULL;
BEGIN
  IF p_amount IS NULL OR p_amount <= 0 OR p_from = p_to OR p_key IS NULL OR p_key = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'a transfer needs a key, two accounts and an amount above zero';
  END IF;
  IF p_kind IN ('reversal', 'expiry') THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'reversals and expiries have functions of their own';
  END IF;
  FOR account IN SELECT * FROM "ledger_account" WHERE "id" IN (p_from, p_to) ORDER BY "id" FOR NO KEY UPDATE LOOP
    IF account."id" = p_from THEN giver := account; ELSE taker := account; END IF;
  END LOOP;
  IF giver."id" IS NULL OR taker."id" IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such account';
  END IF;
  IF with_terms AND (taker."kind" <> 'customer' OR p_category NOT IN ('paid', 'promotional') OR p_priority NOT BETWEEN 0 AND 100) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'terms are of what comes into a customer''s account: paid or promotional, of a priority from 0 to 100';
  END IF;

  IF giver."kind" <> 'customer' OR giver."balance" - giver."held" >= p_amount THEN
    IF with_terms THEN
      WITH made AS (
        INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
          "to_balance_after", "to_version", "subject_type", "subject_id", "description", "actor_id", "created_at")
        VALUES (p_id, p_key, p_kind, p_from, p_to, p_amount, giver."balance" - p_amount, giver."version" + 1,
          taker."balance" + p_amount, taker."version" + 1, p_subject_type, p_subject_id, coalesce(p_description, ''), p_actor, p_at)
        ON CONFLICT ("idempotency_key") DO NOTHING
        RETURNING *
      ), lot AS (
        INSERT INTO "credit_lot" ("id", "account_id", "transfer_id", "category", "priority", "amount", "remaining", "expires_at", "created_at")
        SELECT 'lot_' || substr("id", strpos("id", '_') + 1), p_to, "id", coalesce(p_category, lot_category(p_kind)), coalesce(p_priority, 50), p_amount, p_amount, p_expires_at, p_at
        FROM made
      )
      SELECT * INTO result FROM made;
    ELSE
      INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
        "to_balance_after", "to_version", "subject_type", "subject_id", "description", "actor_id", "created_at")
      VALUES (p_id, p_key, p_kind, p_from, p_to, p_amount, giver."balance" - p_amount, giver."version" + 1,
        taker."balance" + p_amount, taker."version" + 1, p_subject_type, p_subject_id, coalesce(p_description, ''), p_actor, p_at)
      ON CONFLICT ("idempotency_key") DO NOTHING
      RETURNING * INTO result;
    END IF;
    IF FOUND THEN
      RETURN NEXT result;
      RETURN;
    END IF;
  END IF;

  SELECT * INTO result FROM "transfer" WHERE "idempotency_key" = p_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY402', MESSAGE = format('not enough credits: needed %s, available %s', p_amount, giver."balance" - giver."held");
  END IF;
  IF (result."kind", result."from_account_id", result."to_account_id", result."amount", result."hold_id", result."subject_type", result."subject_id", result."description")
    IS DISTINCT FROM (p_kind, p_from, p_to, p_amount, NULL, p_subject_type, p_subject_id, coalesce(p_description, ''))
    OR EXISTS (
      SELECT 1 FROM "credit_lot" WHERE "transfer_id" = result."id"
        AND ("category", "priority", "expires_at") IS DISTINCT FROM (coalesce(p_category, lot_category(p_kind)), coalesce(p_priority, 50), p_expires_at)
    ) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('the key %s was used for another transfer', p_key);
  END IF;
  RETURN NEXT result;
END
$$;

-- Gives back `p_amount` of a transfer, by a transfer the other way. Of what came into a customer's account goes back at most what is left of that lot and is not
-- held. Below zero nothing goes: with `p_up_to` as much as there is is given back, and no transfer is made when there is nothing; without it, it is all or an error.
CREATE FUNCTION ledger_reverse(
  p_id TEXT, p_key TEXT, p_original TEXT, p_amount BIGINT, p_up_to BOOLEAN, p_description TEXT, p_actor TEXT, p_at TIMESTAMPTZ
) RETURNS SETOF "transfer" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  original "transfer";
  account "ledger_account";
  giver "ledger_account";
  taker "ledger_account";
  result "transfer";
  unreversed BIGINT;
  available BIGINT;
  given BIGINT;
BEGIN
  IF p_amount IS NULL OR p_amount <= 0 OR p_key IS NULL OR p_key = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'a reversal needs a key and an amount above zero';
  END IF;
  SELECT * INTO original FROM "transfer" WHERE "id" = p_original;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such transfer';
  END IF;
  IF original."kind" = 'reversal' THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'a reversal is not reversed; make a new transfer';
  END IF;
  FOR account IN SELECT * FROM "ledger_account" WHERE "id" IN (original."from_account_id", original."to_account_id") ORDER BY "id" FOR NO KEY UPDATE LOOP
    IF account."id" = original."to_account_id" THEN giver := account; ELSE taker := account; END IF;
  END LOOP;

  SELECT * INTO result FROM "transfer" WHERE "idempotency_key" = p_key;
  IF FOUND THEN
    IF (result."reverses_id", result."description") IS DISTINCT FROM (p_original, coalesce(p_description, '')) OR result."amount" > p_amount OR (result."amount" < p_amount AND NOT p_up_to) THEN
      RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('the key %s was used for another transfer', p_key);
    END IF;
    RETURN NEXT result;
    RETURN;
  END IF;

  SELECT original."amount" - coalesce(sum("amount"), 0) INTO unreversed FROM "transfer" WHERE "reverses_id" = p_original;
  available := unreversed;
  IF giver."kind" = 'customer' THEN
    SELECT least(unreversed, giver."balance" - giver."held", "remaining") INTO available FROM "credit_lot" WHERE "transfer_id" = p_original;
  END IF;
  given := CASE WHEN p_up_to THEN least(p_amount, available) ELSE p_amount END;
  IF given = 0 THEN
    RETURN;
  END IF;
  IF given > unreversed THEN
    RAISE EXCEPTION USING ERRCODE = 'SY416', MESSAGE = format('only %s of %s is left to reverse', unreversed, p_original);
  END IF;
  IF given > available THEN
    RAISE EXCEPTION USING ERRCODE = 'SY402', MESSAGE = format('not enough credits: needed %s, available %s', given, available);
  END IF;
  INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
    "to_balance_after", "to_version", "reverses_id", "subject_type", "subject_id", "description", "actor_id", "created_at")
  VALUES (p_id, p_key, 'reversal', giver."id", taker."id", given, giver."balance" - given, giver."version" + 1,
    taker."balance" + given, taker."version" + 1, p_original, original."subject_type", original."subject_id", coalesce(p_description, ''), p_actor, p_at)
  RETURNING * INTO result;
  RETURN NEXT result;
END
$$;

-- Takes what is left of a lot whose time is over: paid credits to breakage, promotional ones back to promotion. What is held stays until the hold is resolved;
-- then the lot expires again. Nothing is made when there is nothing to take.
CREATE FUNCTION ledger_expire_lot(p_id TEXT, p_lot TEXT, p_at TIMESTAMPTZ) RETURNS SETOF "transfer" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  lot "credit_lot";
  target TEXT;
  account "ledger_account";
  giver "ledger_account";
  taker "ledger_account";
  result "transfer";
  taken BIGINT;
BEGIN
  SELECT * INTO lot FROM "credit_lot" WHERE "id" = p_lot;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such lot';
  END IF;
  IF lot."expires_at" IS NULL OR lot."expires_at" > p_at THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('lot %s has not expired', p_lot);
  END IF;
  -- The shard that system-accounts.ts chooses.
  target := 'acc_' || CASE lot."category" WHEN 'paid' THEN 'breakage' ELSE 'promotion' END || '_' || lpad((ascii(right(lot."account_id", 1)) % 16)::TEXT, 2, '0');
  FOR account IN SELECT * FROM "ledger_account" WHERE "id" IN (lot."account_id", target) ORDER BY "id" FOR NO KEY UPDATE LOOP
    IF account."id" = target THEN taker := account; ELSE giver := account; END IF;
  END LOOP;
  SELECT least("remaining", giver."balance" - giver."held") INTO taken FROM "credit_lot" WHERE "id" = p_lot;
  IF taken = 0 THEN
    RETURN;
  END IF;
  INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
    "to_balance_after", "to_version", "subject_type", "subject_id", "created_at")
  VALUES (p_id, 'expiry:' || p_lot || ':' || giver."version" + 1, 'expiry', giver."id", taker."id", taken, giver."balance" - taken, giver."version" + 1,
    taker."balance" + taken, taker."version" + 1, 'credit_lot', p_lot, p_at)
  RETURNING * INTO result;
  RETURN NEXT result;
END
$$;

-- Reserves `p_amount` of a customer's available credits, until `p_expires_at` if it has one.
DROP FUNCTION ledger_hold(TEXT, TEXT, TEXT, BIGINT, TEXT, TEXT, TEXT, TIMESTAMPTZ);
CREATE FUNCTION ledger_hold(
  p_id TEXT, p_key TEXT, p_account TEXT, p_amount BIGINT, p_subject_type TEXT, p_subject_id TEXT, p_description TEXT, p_at TIMESTAMPTZ, p_expires_at TIMESTAMPTZ DEFAULT NULL
) RETURNS SETOF "hold" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  account "ledger_account";
  result "hold";
BEGIN
  IF p_amount IS NULL OR p_amount <= 0 OR p_key IS NULL OR p_key = '' OR p_expires_at <= p_at THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'a hold needs a key, an amount above zero and, if it expires, a time to come';
  END IF;
  SELECT * INTO account FROM "ledger_account" WHERE "id" = p_account AND "kind" = 'customer' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such account';
  END IF;

  IF account."balance" - account."held" >= p_amount THEN
    INSERT INTO "hold" ("id", "idempotency_key", "account_id", "amount", "subject_type", "subject_id", "description", "expires_at", "created_at")
    VALUES (p_id, p_key, p_account, p_amount, p_subject_type, p_subject_id, coalesce(p_description, ''), p_expires_at, p_at)
    ON CONFLICT ("idempotency_key") DO NOTHING
    RETURNING * INTO result;
    IF FOUND THEN
      RETURN NEXT result;
      RETURN;
    END IF;
  END IF;

  SELECT * INTO result FROM "hold" WHERE "idempotency_key" = p_key;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY402', MESSAGE = format('not enough credits: needed %s, available %s', p_amount, account."balance" - account."held");
  END IF;
  IF (result."account_id", result."amount", result."subject_type", result."subject_id", result."description", result."expires_at")
    IS DISTINCT FROM (p_account, p_amount, p_subject_type, p_subject_id, coalesce(p_description, ''), p_expires_at) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('the key %s was used for another hold', p_key);
  END IF;
  RETURN NEXT result;
END
$$;

-- Gives a pending hold back whose time is over. One that is resolved already stays as it is.
CREATE FUNCTION ledger_expire_hold(p_hold TEXT, p_at TIMESTAMPTZ) RETURNS SETOF "hold" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  result "hold";
BEGIN
  SELECT * INTO result FROM "hold" WHERE "id" = p_hold;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such hold';
  END IF;
  IF result."expires_at" IS NULL OR result."expires_at" > p_at THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('hold %s is not to expire yet', p_hold);
  END IF;
  PERFORM 1 FROM "ledger_account" WHERE "id" = result."account_id" FOR NO KEY UPDATE;
  UPDATE "hold" SET "status" = 'expired', "resolved_at" = p_at WHERE "id" = p_hold AND "status" = 'pending' RETURNING * INTO result;
  IF NOT FOUND THEN
    SELECT * INTO result FROM "hold" WHERE "id" = p_hold;
  END IF;
  RETURN NEXT result;
END
$$;

-- Gives a pending hold back. Voiding it again, or when it has expired, changes nothing.
CREATE OR REPLACE FUNCTION ledger_void_hold(p_hold TEXT, p_at TIMESTAMPTZ) RETURNS SETOF "hold" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  result "hold";
BEGIN
  SELECT * INTO result FROM "hold" WHERE "id" = p_hold;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such hold';
  END IF;
  PERFORM 1 FROM "ledger_account" WHERE "id" = result."account_id" FOR NO KEY UPDATE;
  UPDATE "hold" SET "status" = 'voided', "resolved_at" = p_at WHERE "id" = p_hold AND "status" = 'pending' RETURNING * INTO result;
  IF NOT FOUND THEN
    SELECT * INTO result FROM "hold" WHERE "id" = p_hold;
    IF result."status" NOT IN ('voided', 'expired') THEN
      RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('hold %s is %s already', p_hold, result."status");
    END IF;
  END IF;
  RETURN NEXT result;
END
$$;

-- Posts a pending hold as one transfer for each element of the arrays, all to `p_to`. Together at most the hold's amount; the rest is free again.
-- A hold whose time is over is not posted, whether it was given back yet or not.
CREATE OR REPLACE FUNCTION ledger_post_hold(
  p_hold TEXT, p_ids TEXT[], p_keys TEXT[], p_amounts BIGINT[], p_descriptions TEXT[],
  p_kind TEXT, p_to TEXT, p_subject_type TEXT, p_subject_id TEXT, p_actor TEXT, p_at TIMESTAMPTZ
) RETURNS SETOF "transfer" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  pending "hold";
  account "ledger_account";
  giver "ledger_account";
  taker "ledger_account";
  result "transfer";
  total NUMERIC := 0;
  sent BIGINT := 0;
BEGIN
  IF coalesce(cardinality(p_ids), 0) = 0 OR cardinality(p_keys) <> cardinality(p_ids) OR cardinality(p_amounts) <> cardinality(p_ids)
    OR cardinality(p_descriptions) <> cardinality(p_ids) OR EXISTS (SELECT 1 FROM unnest(p_amounts) AS amount WHERE amount IS NULL OR amount <= 0) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'to post a hold takes transfers with a key and an amount above zero each';
  END IF;
  SELECT * INTO pending FROM "hold" WHERE "id" = p_hold;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such hold';
  END IF;
  FOR account IN SELECT * FROM "ledger_account" WHERE "id" IN (pending."account_id", p_to) ORDER BY "id" FOR NO KEY UPDATE LOOP
    IF account."id" = pending."account_id" THEN giver := account; ELSE taker := account; END IF;
  END LOOP;
  IF taker."id" IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such account';
  END IF;
  -- Whoever resolves a hold has locked its account: from here on it stays as it is read now.
  SELECT * INTO pending FROM "hold" WHERE "id" = p_hold;

  IF pending."status" <> 'pending' THEN
    IF pending."status" <> 'posted' OR EXISTS (
      SELECT 1
      FROM (SELECT key, amount, description FROM unnest(p_keys, p_amounts, p_descriptions) AS asked (key, amount, description)) a
      FULL JOIN (SELECT * FROM "transfer" WHERE "hold_id" = p_hold) t ON t."idempotency_key" = a.key
      WHERE (t."amount", t."description", t."kind", t."to_account_id", t."subject_type", t."subject_id")
        IS DISTINCT FROM (a.amount, a.description, p_kind, p_to, p_subject_type, p_subject_id)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('hold %s is %s already', p_hold, pending."status");
    END IF;
    RETURN QUERY SELECT * FROM "transfer" WHERE "hold_id" = p_hold ORDER BY "from_version";
    RETURN;
  END IF;
  IF pending."expires_at" <= p_at THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('hold %s is expired already', p_hold);
  END IF;

  SELECT sum(amount) INTO total FROM unnest(p_amounts) AS amount;
  IF total > pending."amount" THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = format('hold %s is of %s, less than the %s to be posted', p_hold, pending."amount", total);
  END IF;
  UPDATE "hold" SET "status" = 'posted', "posted_amount" = total::BIGINT, "resolved_at" = p_at WHERE "id" = p_hold;
  FOR nth IN 1 .. cardinality(p_ids) LOOP
    sent := sent + p_amounts[nth];
    INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
      "to_balance_after", "to_version", "hold_id", "subject_type", "subject_id", "description", "actor_id", "created_at")
    VALUES (p_ids[nth], p_keys[nth], p_kind, giver."id", p_to, p_amounts[nth], giver."balance" - sent, giver."version" + nth,
      taker."balance" + sent, taker."version" + nth, p_hold, p_subject_type, p_subject_id, p_descriptions[nth], p_actor, p_at)
    RETURNING * INTO result;
    RETURN NEXT result;
  END LOOP;
END
$$;
