-- The ledger's constraints and functions, and what metering keeps (docs/decisions/0004-metering-by-resource-hours.md).
-- DropIndex
DROP INDEX "meter_span_charged_until_idx";

-- DropIndex
DROP INDEX "transfer_from_account_id_from_version_idx";

-- DropIndex
DROP INDEX "transfer_to_account_id_to_version_idx";

-- DropIndex
DROP INDEX "usage_record_transfer_id_idx";

-- AlterTable
ALTER TABLE "meter_span" DROP COLUMN "charged_until",
ADD COLUMN     "due_at" TIMESTAMPTZ(3),
ADD COLUMN     "exhausted_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "credit_alert" (
    "organization_id" TEXT NOT NULL,
    "low_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "credit_alert_pkey" PRIMARY KEY ("organization_id")
);

-- CreateIndex
CREATE INDEX "meter_span_due_at_idx" ON "meter_span"("due_at");

-- CreateIndex
CREATE INDEX "meter_span_organization_id_due_at_idx" ON "meter_span"("organization_id", "due_at");

-- CreateIndex
CREATE INDEX "transfer_hold_id_idx" ON "transfer"("hold_id");

-- CreateIndex
CREATE UNIQUE INDEX "transfer_from_account_id_from_version_key" ON "transfer"("from_account_id", "from_version");

-- CreateIndex
CREATE UNIQUE INDEX "transfer_to_account_id_to_version_key" ON "transfer"("to_account_id", "to_version");

-- CreateIndex
CREATE UNIQUE INDEX "usage_record_transfer_id_key" ON "usage_record"("transfer_id");

-- CreateIndex
CREATE INDEX "usage_record_organization_id_transfer_id_hour_start_idx" ON "usage_record"("organization_id", "transfer_id", "hour_start");

-- AddForeignKey
ALTER TABLE "transfer" ADD CONSTRAINT "transfer_hold_id_fkey" FOREIGN KEY ("hold_id") REFERENCES "hold"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage_record" ADD CONSTRAINT "usage_record_transfer_id_fkey" FOREIGN KEY ("transfer_id") REFERENCES "transfer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- The system's own accounts, sixteen of each kind: charges of different customers don't queue on one row. Their ids are fixed
-- (src/server/billing/system-accounts.ts chooses one by the customer's account).
INSERT INTO "ledger_account" ("id", "kind", "shard", "created_at")
SELECT 'acc_' || kind || '_' || lpad(shard::text, 2, '0'), kind, shard, now()
FROM unnest(ARRAY['revenue', 'promotion']) AS kind, generate_series(0, 15) AS shard;

-- What must hold of each row, whoever writes it.
ALTER TABLE "ledger_account"
  ADD CONSTRAINT "ledger_account_kind" CHECK (
    ("kind" = 'customer' AND "organization_id" IS NOT NULL AND "shard" = 0)
    OR ("kind" IN ('revenue', 'promotion') AND "organization_id" IS NULL AND "shard" BETWEEN 0 AND 15 AND "id" = 'acc_' || "kind" || '_' || lpad("shard"::text, 2, '0'))),
  ADD CONSTRAINT "ledger_account_held" CHECK ("held" >= 0),
  ADD CONSTRAINT "ledger_account_version" CHECK ("version" >= 0),
  ADD CONSTRAINT "ledger_account_covered" CHECK ("kind" <> 'customer' OR "balance" - "held" >= 0);

ALTER TABLE "transfer"
  ADD CONSTRAINT "transfer_amount" CHECK ("amount" > 0),
  ADD CONSTRAINT "transfer_accounts" CHECK ("from_account_id" <> "to_account_id"),
  ADD CONSTRAINT "transfer_kind" CHECK ("kind" IN ('grant', 'usage', 'adjustment', 'reversal'));

ALTER TABLE "hold"
  ADD CONSTRAINT "hold_amount" CHECK ("amount" > 0),
  ADD CONSTRAINT "hold_posted" CHECK (
    ("status" = 'pending' AND "posted_amount" = 0 AND "resolved_at" IS NULL)
    OR ("status" = 'posted' AND "posted_amount" BETWEEN 1 AND "amount" AND "resolved_at" IS NOT NULL)
    OR ("status" = 'voided' AND "posted_amount" = 0 AND "resolved_at" IS NOT NULL));

ALTER TABLE "meter_span"
  ADD CONSTRAINT "meter_span_price" CHECK ("price_per_hour" >= 0),
  ADD CONSTRAINT "meter_span_times" CHECK ("started_at" >= "anchor_at" AND ("ended_at" IS NULL OR "ended_at" >= "started_at")),
  ADD CONSTRAINT "meter_span_due" CHECK ("due_at" IS NOT NULL OR "ended_at" IS NOT NULL);

-- A component is on once at a time.
CREATE UNIQUE INDEX "meter_span_open_key" ON "meter_span"("resource_id", "component") WHERE "ended_at" IS NULL;

ALTER TABLE "usage_record" ADD CONSTRAINT "usage_record_amount" CHECK ("amount" > 0);

ALTER TABLE "plan" ADD CONSTRAINT "plan_prices" CHECK ("compute_price_per_hour" >= 0 AND "storage_price_per_hour" >= 0);

-- Errors of the ledger have states of their own, which src/server/billing/ledger-errors.ts translates:
-- SY400 bad input, SY402 not enough credits, SY403 forbidden to everybody, SY404 no such account or hold, SY409 conflict with what is recorded.
CREATE FUNCTION ledger_refuse() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = format('%s of %s is refused: %s', lower(TG_OP), TG_TABLE_NAME, TG_ARGV[0]);
END
$$;

-- A transfer, once written, stays as it is; to correct one, make another.
CREATE TRIGGER "transfer_append_only" BEFORE UPDATE OR DELETE ON "transfer" FOR EACH ROW EXECUTE FUNCTION ledger_refuse('transfers are append-only');
CREATE TRIGGER "transfer_kept" BEFORE TRUNCATE ON "transfer" FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('transfers are append-only');

-- To write a transfer is to move the credits: nothing else changes a balance. The row must state what both balances and versions become;
-- whoever writes one (the functions below) has locked both accounts and computed that.
CREATE FUNCTION transfer_move() RETURNS TRIGGER LANGUAGE plpgsql AS $$
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
  RETURN NULL;
END
$$;
CREATE TRIGGER "transfer_move" AFTER INSERT ON "transfer" FOR EACH ROW EXECUTE FUNCTION transfer_move();

-- Accounts begin empty, change through transfers and holds alone (their triggers run one level deeper), and are kept for ever.
CREATE TRIGGER "ledger_account_empty" BEFORE INSERT ON "ledger_account" FOR EACH ROW
  WHEN (NEW."balance" <> 0 OR NEW."held" <> 0 OR NEW."version" <> 0) EXECUTE FUNCTION ledger_refuse('an account begins empty');
CREATE TRIGGER "ledger_account_indirect" BEFORE UPDATE ON "ledger_account" FOR EACH ROW
  WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse('balances change through transfers and holds alone');
CREATE TRIGGER "ledger_account_kept" BEFORE DELETE ON "ledger_account" FOR EACH ROW EXECUTE FUNCTION ledger_refuse('accounts are kept');
CREATE TRIGGER "ledger_account_kept_all" BEFORE TRUNCATE ON "ledger_account" FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('accounts are kept');

-- A hold is made pending and resolved once; the account's `held` follows it.
CREATE FUNCTION hold_resolve() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."status" <> 'pending' THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('hold %s is %s already', OLD."id", OLD."status");
  END IF;
  IF NEW."status" = 'pending'
    OR (OLD."id", OLD."idempotency_key", OLD."account_id", OLD."amount", OLD."created_at") IS DISTINCT FROM (NEW."id", NEW."idempotency_key", NEW."account_id", NEW."amount", NEW."created_at") THEN
    RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = 'a hold can only be posted or voided';
  END IF;
  RETURN NEW;
END
$$;
CREATE FUNCTION hold_count() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "ledger_account" SET "held" = "held" + CASE WHEN TG_OP = 'INSERT' THEN NEW."amount" ELSE -NEW."amount" END WHERE "id" = NEW."account_id";
  RETURN NULL;
END
$$;
CREATE TRIGGER "hold_begins_pending" BEFORE INSERT ON "hold" FOR EACH ROW WHEN (NEW."status" <> 'pending') EXECUTE FUNCTION ledger_refuse('a hold begins pending');
CREATE TRIGGER "hold_resolve" BEFORE UPDATE ON "hold" FOR EACH ROW EXECUTE FUNCTION hold_resolve();
CREATE TRIGGER "hold_count" AFTER INSERT OR UPDATE ON "hold" FOR EACH ROW EXECUTE FUNCTION hold_count();
CREATE TRIGGER "hold_kept" BEFORE DELETE ON "hold" FOR EACH ROW EXECUTE FUNCTION ledger_refuse('holds are kept');
CREATE TRIGGER "hold_kept_all" BEFORE TRUNCATE ON "hold" FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('holds are kept');

-- Of a usage row only its payment is written later, once.
CREATE FUNCTION usage_record_pay() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."transfer_id" IS NOT NULL OR NEW."transfer_id" IS NULL
    OR (to_jsonb(OLD) - 'transfer_id') IS DISTINCT FROM (to_jsonb(NEW) - 'transfer_id') THEN
    RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = 'of a usage row only its payment can be written, once';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "usage_record_pay" BEFORE UPDATE ON "usage_record" FOR EACH ROW EXECUTE FUNCTION usage_record_pay();
CREATE TRIGGER "usage_record_kept" BEFORE DELETE ON "usage_record" FOR EACH ROW EXECUTE FUNCTION ledger_refuse('usage is kept');
CREATE TRIGGER "usage_record_kept_all" BEFORE TRUNCATE ON "usage_record" FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('usage is kept');

-- Below are the ways to move credits. Each is one statement for its caller, takes its row locks in the order of the ids, and can be repeated with
-- the same key: the same content gives the first result, other content is a conflict. They expect READ COMMITTED, where each statement of a
-- volatile function sees what was committed before it: what is read after the locks is current.

-- Moves `p_amount` micro-credits.
CREATE FUNCTION ledger_transfer(
  p_id TEXT, p_key TEXT, p_kind TEXT, p_from TEXT, p_to TEXT, p_amount BIGINT,
  p_subject_type TEXT, p_subject_id TEXT, p_description TEXT, p_actor TEXT, p_at TIMESTAMPTZ
) RETURNS SETOF "transfer" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  account "ledger_account";
  giver "ledger_account";
  taker "ledger_account";
  result "transfer";
BEGIN
  IF p_amount IS NULL OR p_amount <= 0 OR p_from = p_to OR p_key IS NULL OR p_key = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'a transfer needs a key, two accounts and an amount above zero';
  END IF;
  FOR account IN SELECT * FROM "ledger_account" WHERE "id" IN (p_from, p_to) ORDER BY "id" FOR NO KEY UPDATE LOOP
    IF account."id" = p_from THEN giver := account; ELSE taker := account; END IF;
  END LOOP;
  IF giver."id" IS NULL OR taker."id" IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such account';
  END IF;

  IF giver."kind" <> 'customer' OR giver."balance" - giver."held" >= p_amount THEN
    INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
      "to_balance_after", "to_version", "subject_type", "subject_id", "description", "actor_id", "created_at")
    VALUES (p_id, p_key, p_kind, p_from, p_to, p_amount, giver."balance" - p_amount, giver."version" + 1,
      taker."balance" + p_amount, taker."version" + 1, p_subject_type, p_subject_id, coalesce(p_description, ''), p_actor, p_at)
    ON CONFLICT ("idempotency_key") DO NOTHING
    RETURNING * INTO result;
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
    IS DISTINCT FROM (p_kind, p_from, p_to, p_amount, NULL, p_subject_type, p_subject_id, coalesce(p_description, '')) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('the key %s was used for another transfer', p_key);
  END IF;
  RETURN NEXT result;
END
$$;

-- Reserves `p_amount` of a customer's available credits.
CREATE FUNCTION ledger_hold(
  p_id TEXT, p_key TEXT, p_account TEXT, p_amount BIGINT, p_subject_type TEXT, p_subject_id TEXT, p_description TEXT, p_at TIMESTAMPTZ
) RETURNS SETOF "hold" LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  account "ledger_account";
  result "hold";
BEGIN
  IF p_amount IS NULL OR p_amount <= 0 OR p_key IS NULL OR p_key = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SY400', MESSAGE = 'a hold needs a key and an amount above zero';
  END IF;
  SELECT * INTO account FROM "ledger_account" WHERE "id" = p_account AND "kind" = 'customer' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such account';
  END IF;

  IF account."balance" - account."held" >= p_amount THEN
    INSERT INTO "hold" ("id", "idempotency_key", "account_id", "amount", "subject_type", "subject_id", "description", "created_at")
    VALUES (p_id, p_key, p_account, p_amount, p_subject_type, p_subject_id, coalesce(p_description, ''), p_at)
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
  IF (result."account_id", result."amount", result."subject_type", result."subject_id", result."description")
    IS DISTINCT FROM (p_account, p_amount, p_subject_type, p_subject_id, coalesce(p_description, '')) THEN
    RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('the key %s was used for another hold', p_key);
  END IF;
  RETURN NEXT result;
END
$$;

-- Posts a pending hold as one transfer for each element of the arrays, all to `p_to`. Together at most the hold's amount; the rest is free again.
CREATE FUNCTION ledger_post_hold(
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

-- Gives a pending hold back. Voiding it again changes nothing.
CREATE FUNCTION ledger_void_hold(p_hold TEXT, p_at TIMESTAMPTZ) RETURNS SETOF "hold" LANGUAGE plpgsql VOLATILE AS $$
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
    IF result."status" <> 'voided' THEN
      RAISE EXCEPTION USING ERRCODE = 'SY409', MESSAGE = format('hold %s is %s already', p_hold, result."status");
    END IF;
  END IF;
  RETURN NEXT result;
END
$$;

-- Pays what an organization owes, the oldest hour first, as far as its available credits reach and at most one row for each id in `p_ids`
-- (the ids of the transfers to be made). An hour that is not covered stops the payment: a later, cheaper one does not pass it.
CREATE FUNCTION ledger_collect_usage(p_organization TEXT, p_revenue TEXT, p_ids TEXT[], p_at TIMESTAMPTZ)
RETURNS TABLE (paid INTEGER, paid_amount BIGINT, balance BIGINT, held BIGINT, owed_rows BIGINT, owed_amount BIGINT) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  account "ledger_account";
  giver "ledger_account";
  taker "ledger_account";
BEGIN
  FOR account IN
    SELECT * FROM "ledger_account" WHERE ("organization_id" = p_organization AND "kind" = 'customer') OR "id" = p_revenue ORDER BY "id" FOR NO KEY UPDATE
  LOOP
    IF account."kind" = 'customer' THEN giver := account; ELSE taker := account; END IF;
  END LOOP;
  IF giver."id" IS NULL OR taker."id" IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SY404', MESSAGE = 'there is no such account';
  END IF;

  WITH owed AS (
    SELECT * FROM "usage_record" WHERE "organization_id" = p_organization AND "transfer_id" IS NULL
    ORDER BY "hour_start", "resource_id", "component" LIMIT cardinality(p_ids)
  ), numbered AS (
    SELECT *, row_number() OVER w AS nth, sum("amount") OVER w AS running FROM owed
    WINDOW w AS (ORDER BY "hour_start", "resource_id", "component" ROWS UNBOUNDED PRECEDING)
  ), payable AS (
    SELECT *, p_ids[nth] AS id FROM numbered WHERE running <= giver."balance" - giver."held"
  ), sent AS (
    INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
      "to_balance_after", "to_version", "subject_type", "subject_id", "description", "created_at")
    SELECT id, usage_key("resource_id", "component", "hour_start"), 'usage', giver."id", taker."id", "amount", giver."balance" - running, giver."version" + nth,
      taker."balance" + running, taker."version" + nth, "resource_type", "resource_id", "resource_name" || ': ' || "component", p_at
    FROM payable ORDER BY nth
  ), marked AS (
    UPDATE "usage_record" u SET "transfer_id" = p.id FROM payable p
    WHERE u."resource_id" = p."resource_id" AND u."component" = p."component" AND u."hour_start" = p."hour_start"
    RETURNING u."amount"
  )
  SELECT count(*), coalesce(sum("amount"), 0) INTO paid, paid_amount FROM marked;

  SELECT a."balance", a."held" INTO balance, held FROM "ledger_account" a WHERE a."id" = giver."id";
  SELECT count(*), coalesce(sum("amount"), 0) INTO owed_rows, owed_amount FROM "usage_record" WHERE "organization_id" = p_organization AND "transfer_id" IS NULL;
  RETURN NEXT;
END
$$;

-- The idempotency key of a charge.
CREATE FUNCTION usage_key(p_resource TEXT, p_component TEXT, p_hour TIMESTAMPTZ) RETURNS TEXT LANGUAGE sql STABLE AS $$
  SELECT 'usage:' || p_resource || ':' || p_component || ':' || to_char(p_hour AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
