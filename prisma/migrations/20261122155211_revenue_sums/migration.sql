-- CreateTable
CREATE TABLE "revenue_mark" (
    "account_id" TEXT NOT NULL,
    "version" BIGINT NOT NULL,
    "balance" BIGINT NOT NULL,

    CONSTRAINT "revenue_mark_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "revenue_day" (
    "day" DATE NOT NULL,
    "line" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "paid" BIGINT NOT NULL,

    CONSTRAINT "revenue_day_pkey" PRIMARY KEY ("day","line")
);

-- CreateTable
CREATE TABLE "revenue_customer" (
    "month" DATE NOT NULL,
    "account_id" TEXT NOT NULL,
    "line" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "paid" BIGINT NOT NULL,

    CONSTRAINT "revenue_customer_pkey" PRIMARY KEY ("month","account_id","line")
);

-- CreateTable
CREATE TABLE "revenue_product" (
    "month" DATE NOT NULL,
    "resource_type" TEXT NOT NULL,
    "component" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "seconds" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "paid" BIGINT NOT NULL,

    CONSTRAINT "revenue_product_pkey" PRIMARY KEY ("month","resource_type","component","plan_id")
);

-- CreateTable
CREATE TABLE "revenue_late" (
    "due_day" DATE NOT NULL,
    "paid_day" DATE NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "revenue_late_pkey" PRIMARY KEY ("due_day","paid_day")
);

-- The revenue report reads sums that follow the ledger. Transfers are append-only and each system account numbers its own without gaps, under the lock of its row, so
-- what is summed up to a version is summed for ever; a transfer that is booked late with an earlier time is beyond the mark and comes to its own day.
CREATE FUNCTION revenue_refuse() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SY403', MESSAGE = format('%s of %s is refused: revenue_roll() alone keeps the sums', lower(TG_OP), TG_TABLE_NAME);
END
$$;
-- The function raises a setting of the transaction: a trigger of a table cannot be told otherwise who writes.
CREATE FUNCTION revenue_rolling() RETURNS BOOLEAN LANGUAGE sql STABLE AS $$ SELECT coalesce(current_setting('switchyard.revenue_roll', TRUE), '') = 'on' $$;
CREATE TRIGGER "revenue_mark_kept" BEFORE INSERT OR UPDATE OR DELETE ON "revenue_mark" FOR EACH STATEMENT WHEN (NOT revenue_rolling()) EXECUTE FUNCTION revenue_refuse();
CREATE TRIGGER "revenue_day_kept" BEFORE INSERT OR UPDATE OR DELETE ON "revenue_day" FOR EACH STATEMENT WHEN (NOT revenue_rolling()) EXECUTE FUNCTION revenue_refuse();
CREATE TRIGGER "revenue_customer_kept" BEFORE INSERT OR UPDATE OR DELETE ON "revenue_customer" FOR EACH STATEMENT WHEN (NOT revenue_rolling()) EXECUTE FUNCTION revenue_refuse();
CREATE TRIGGER "revenue_product_kept" BEFORE INSERT OR UPDATE OR DELETE ON "revenue_product" FOR EACH STATEMENT WHEN (NOT revenue_rolling()) EXECUTE FUNCTION revenue_refuse();
CREATE TRIGGER "revenue_late_kept" BEFORE INSERT OR UPDATE OR DELETE ON "revenue_late" FOR EACH STATEMENT WHEN (NOT revenue_rolling()) EXECUTE FUNCTION revenue_refuse();

-- What a transfer between a customer and a system account is in the report.
CREATE FUNCTION revenue_line(p_other TEXT, p_kind TEXT, p_subject_type TEXT, p_received BOOLEAN) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_other
    WHEN 'settlement' THEN CASE
      WHEN p_kind = 'topup' THEN 'topup'
      -- A reversal has the subject of what it gives back: a grant is for an organization.
      WHEN p_kind = 'grant' OR (p_kind = 'reversal' AND p_subject_type = 'organization') THEN 'manual'
      WHEN p_kind = 'reversal' THEN 'taken_back'
      ELSE 'debt_paid' END
    WHEN 'promotion' THEN CASE
      WHEN p_kind = 'expiry' OR (p_kind = 'reversal' AND p_received) THEN 'promotion_expired'
      WHEN p_kind = 'reversal' THEN 'grant_revoked'
      ELSE 'grant' END
    WHEN 'revenue' THEN CASE WHEN p_received THEN 'usage_given_back' ELSE 'usage' END
    WHEN 'breakage' THEN 'breakage'
    WHEN 'sales' THEN 'sale'
    ELSE 'adjustment' END
$$;

-- Adds to the sums what was booked since, at most `p_most` transfers of each system account. Answers how many it added: zero when the sums are as the ledger is.
CREATE FUNCTION revenue_roll(p_most INTEGER) RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  rolled BIGINT;
BEGIN
  -- One at a time; in READ COMMITTED the statement after this one sees what the one before us left.
  PERFORM pg_advisory_xact_lock(hashtext('revenue_roll'));
  PERFORM set_config('switchyard.revenue_roll', 'on', TRUE);
  INSERT INTO "revenue_mark" ("account_id", "version", "balance") SELECT "id", 0, 0 FROM "ledger_account" WHERE "kind" <> 'customer' ON CONFLICT DO NOTHING;

  WITH "target" AS (
    SELECT a."id", a."kind", m."version" AS done, least(a."version", m."version" + p_most) AS upto
    FROM "ledger_account" a JOIN "revenue_mark" m ON m."account_id" = a."id" WHERE a."kind" <> 'customer' AND a."version" > m."version"
  ), "side" AS MATERIALIZED (
    SELECT t."id", t."created_at", t."kind", t."subject_type", t."reverses_id", t."amount", g."id" AS system_id, g."kind" AS other, TRUE AS received, t."to_account_id" AS account_id,
      t."from_version" AS version, t."from_balance_after" AS balance
    FROM "target" g JOIN "transfer" t ON t."from_account_id" = g."id" AND t."from_version" > g.done AND t."from_version" <= g.upto
    UNION ALL
    SELECT t."id", t."created_at", t."kind", t."subject_type", t."reverses_id", -t."amount", g."id", g."kind", FALSE, t."from_account_id", t."to_version", t."to_balance_after"
    FROM "target" g JOIN "transfer" t ON t."to_account_id" = g."id" AND t."to_version" > g.done AND t."to_version" <= g.upto
  ), "bought" AS (
    SELECT s."id", -sum(u."amount") AS paid FROM "side" s JOIN "lot_use" u ON u."transfer_id" = s."id" JOIN "credit_lot" l ON l."id" = u."lot_id" AND l."category" = 'paid' GROUP BY s."id"
    UNION ALL
    SELECT s."id", l."amount" FROM "side" s JOIN "credit_lot" l ON l."transfer_id" = s."id" AND l."category" = 'paid'
  ), "booked" AS MATERIALIZED (
    -- Between two of the system's accounts nothing happens to customers.
    SELECT s.*, (s."created_at" AT TIME ZONE 'UTC')::DATE AS day, date_trunc('month', s."created_at" AT TIME ZONE 'UTC')::DATE AS month,
      revenue_line(s.other, s."kind", s."subject_type", s.received) AS line, coalesce(b.paid, 0) AS paid
    FROM "side" s LEFT JOIN "bought" b ON b."id" = s."id" WHERE is_customer_account(s.account_id)
  ), "used" AS (
    SELECT b.day, b.month, b."amount", b.paid, coalesce(u."resource_type", '') AS resource_type, coalesce(u."component", '') AS component,
      -- What is given back takes no hours back: they were used.
      CASE WHEN b.received THEN 0 ELSE coalesce(u."seconds", 0) END AS seconds, coalesce(u."price_ids", '{}') AS price_ids,
      CASE WHEN NOT b.received THEN (u."created_at" AT TIME ZONE 'UTC')::DATE END AS due_day
    FROM "booked" b LEFT JOIN "usage_record" u ON u."transfer_id" = coalesce(b."reverses_id", b."id") WHERE b.line IN ('usage', 'usage_given_back')
  ), "planned" AS (
    SELECT month, resource_type, component, coalesce((SELECT p."subject_id" FROM "price" p WHERE p."id" = ANY (used.price_ids) AND p."subject_type" = 'plan' LIMIT 1), '') AS plan_id,
      sum(seconds)::BIGINT AS seconds, sum("amount")::BIGINT AS amount, sum(paid)::BIGINT AS paid
    FROM "used" GROUP BY month, resource_type, component, used.price_ids
  ), "days" AS (
    INSERT INTO "revenue_day" ("day", "line", "count", "amount", "paid") SELECT day, line, count(*), sum("amount"), sum(paid) FROM "booked" GROUP BY day, line
    ON CONFLICT ("day", "line") DO UPDATE SET "count" = "revenue_day"."count" + excluded."count", "amount" = "revenue_day"."amount" + excluded."amount", "paid" = "revenue_day"."paid" + excluded."paid"
  ), "customers" AS (
    INSERT INTO "revenue_customer" ("month", "account_id", "line", "count", "amount", "paid") SELECT month, account_id, line, count(*), sum("amount"), sum(paid) FROM "booked" GROUP BY month, account_id, line
    ON CONFLICT ("month", "account_id", "line") DO UPDATE
      SET "count" = "revenue_customer"."count" + excluded."count", "amount" = "revenue_customer"."amount" + excluded."amount", "paid" = "revenue_customer"."paid" + excluded."paid"
  ), "products" AS (
    INSERT INTO "revenue_product" ("month", "resource_type", "component", "plan_id", "seconds", "amount", "paid")
    SELECT month, resource_type, component, plan_id, sum(seconds), sum(amount), sum(paid) FROM "planned" GROUP BY month, resource_type, component, plan_id
    ON CONFLICT ("month", "resource_type", "component", "plan_id") DO UPDATE
      SET "seconds" = "revenue_product"."seconds" + excluded."seconds", "amount" = "revenue_product"."amount" + excluded."amount", "paid" = "revenue_product"."paid" + excluded."paid"
  ), "late" AS (
    INSERT INTO "revenue_late" ("due_day", "paid_day", "amount") SELECT due_day, day, -sum("amount") FROM "used" WHERE due_day < day GROUP BY due_day, day
    ON CONFLICT ("due_day", "paid_day") DO UPDATE SET "amount" = "revenue_late"."amount" + excluded."amount"
  ), "marked" AS (
    UPDATE "revenue_mark" m SET "version" = g.upto, "balance" = s.balance FROM "target" g JOIN "side" s ON s.system_id = g."id" AND s.version = g.upto WHERE m."account_id" = g."id"
  )
  SELECT count(*) INTO rolled FROM "side";
  PERFORM set_config('switchyard.revenue_roll', 'off', TRUE);
  RETURN rolled;
END
$$;
