-- Metering by policies, in the order in which hours fall due (docs/decisions/0004-metering-by-resource-hours.md).
-- `due_at` of a span is from now on when its first hour not yet recorded falls due: what was written so far, the begin of that hour, is that for the usual policy.
-- `created_at` of a usage row is when it fell due, however late it was written: charges are paid in that order.

ALTER TABLE "usage_record"
  ADD CONSTRAINT "usage_record_seconds" CHECK ("seconds" BETWEEN 1 AND 3600),
  ADD CONSTRAINT "usage_record_price" CHECK ("price_per_hour" IS NULL OR "amount" <= "price_per_hour");

-- What is owed, in the order of payment.
CREATE INDEX "usage_record_owed_idx" ON "usage_record"("organization_id", "created_at", "resource_id" COLLATE "C", "component" COLLATE "C", "hour_start") WHERE "transfer_id" IS NULL;

-- Whether an hour is charged as soon as it begins (src/shared/billing/policy.ts).
CREATE FUNCTION policy_in_advance(p_policy JSONB) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(p_policy->>'unit', 'hour') = 'hour' AND coalesce(p_policy->>'rounding', 'up') = 'up'
$$;

DROP FUNCTION ledger_collect_usage(TEXT, TEXT, TEXT[], TIMESTAMPTZ);

-- Records hours that fell due, none twice, moves the spans on, and pays: what was owed by `p_until` and what is new, in the order in which it fell due, as far as the
-- available credits reach and at most one row for each id in `p_ids` (of the transfers to be made). An hour that is not covered is owed and stops the payment: a later,
-- cheaper one does not pass it. The caller has locked the organization's account in a statement before this one.
CREATE FUNCTION metering_charge(p_organization TEXT, p_revenue TEXT, p_rows JSONB, p_advanced JSONB, p_ids TEXT[], p_until TIMESTAMPTZ, p_at TIMESTAMPTZ)
RETURNS TABLE (recorded INTEGER, paid INTEGER, balance BIGINT, held BIGINT, owed_rows BIGINT, owed_amount BIGINT) LANGUAGE plpgsql VOLATILE AS $$
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

  WITH fresh AS (
    SELECT r.* FROM jsonb_to_recordset(p_rows) AS r (
      resource_id TEXT, component TEXT, hour_start TIMESTAMPTZ, due_at TIMESTAMPTZ, project_id TEXT, resource_type TEXT, resource_name TEXT,
      seconds INTEGER, price_per_hour BIGINT, price_ids TEXT[], amount BIGINT)
    WHERE NOT EXISTS (SELECT 1 FROM "usage_record" u WHERE u."resource_id" = r.resource_id AND u."component" = r.component AND u."hour_start" = r.hour_start)
  ), owed AS (
    SELECT * FROM "usage_record" WHERE "organization_id" = p_organization AND "transfer_id" IS NULL AND "created_at" <= p_until
    ORDER BY "created_at", "resource_id" COLLATE "C", "component" COLLATE "C", "hour_start" LIMIT cardinality(p_ids)
  ), due AS (
    SELECT resource_id, component, hour_start, due_at, resource_type, resource_name, amount, TRUE AS fresh FROM fresh
    UNION ALL SELECT "resource_id", "component", "hour_start", "created_at", "resource_type", "resource_name", "amount", FALSE FROM owed
  ), numbered AS (
    SELECT *, row_number() OVER w AS nth, sum(amount) OVER w AS running FROM due
    WINDOW w AS (ORDER BY due_at, resource_id COLLATE "C", component COLLATE "C", hour_start ROWS UNBOUNDED PRECEDING)
  ), payable AS (
    SELECT *, p_ids[nth] AS id FROM numbered WHERE running <= giver."balance" - giver."held" AND nth <= cardinality(p_ids)
  ), sent AS (
    INSERT INTO "transfer" ("id", "idempotency_key", "kind", "from_account_id", "to_account_id", "amount", "from_balance_after", "from_version",
      "to_balance_after", "to_version", "subject_type", "subject_id", "description", "created_at")
    SELECT id, usage_key(resource_id, component, hour_start), 'usage', giver."id", taker."id", amount, giver."balance" - running, giver."version" + nth,
      taker."balance" + running, taker."version" + nth, resource_type, resource_id, resource_name || ': ' || component, p_at
    FROM payable ORDER BY nth
  ), written AS (
    INSERT INTO "usage_record" ("resource_id", "component", "hour_start", "organization_id", "project_id", "resource_type", "resource_name",
      "seconds", "price_per_hour", "price_ids", "amount", "transfer_id", "created_at")
    SELECT f.resource_id, f.component, f.hour_start, p_organization, f.project_id, f.resource_type, f.resource_name,
      f.seconds, f.price_per_hour, f.price_ids, f.amount, p.id, f.due_at
    FROM fresh f LEFT JOIN payable p ON p.fresh AND p.resource_id = f.resource_id AND p.component = f.component AND p.hour_start = f.hour_start
    RETURNING 1
  ), marked AS (
    UPDATE "usage_record" u SET "transfer_id" = p.id FROM payable p
    WHERE NOT p.fresh AND u."resource_id" = p.resource_id AND u."component" = p.component AND u."hour_start" = p.hour_start
    RETURNING 1
  ), moved AS (
    UPDATE "meter_span" s SET "due_at" = a.due_at FROM jsonb_to_recordset(p_advanced) AS a (id TEXT, due_at TIMESTAMPTZ) WHERE s."id" = a.id
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM payable), (SELECT count(*) FROM marked), (SELECT count(*) FROM moved)
  INTO recorded, paid, owed_rows, owed_amount;

  SELECT a."balance", a."held" INTO balance, held FROM "ledger_account" a WHERE a."id" = giver."id";
  SELECT count(*), coalesce(sum("amount"), 0) INTO owed_rows, owed_amount FROM "usage_record" WHERE "organization_id" = p_organization AND "transfer_id" IS NULL;
  RETURN NEXT;
END
$$;
