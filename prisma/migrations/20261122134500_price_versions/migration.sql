-- Prices of plans and upgrades are versions with a time from which they hold; a VM keeps the ids of those that were agreed for it.

-- AlterTable
ALTER TABLE "vm" ADD COLUMN     "price_ids" TEXT[] DEFAULT ARRAY[]::TEXT[];

ALTER TABLE "price"
  ADD CONSTRAINT "price_amount" CHECK ("price_per_hour" BETWEEN 0 AND 999999999999999),
  ADD CONSTRAINT "price_subject" CHECK ("subject_type" IN ('plan', 'upgrade')),
  ADD CONSTRAINT "price_component" CHECK ("component" IN ('compute', 'storage')),
  ADD CONSTRAINT "price_applies" CHECK ("applies_to" IN ('new', 'all')),
  ADD CONSTRAINT "price_not_backdated" CHECK ("effective_from" >= "created_at"),
  ADD CONSTRAINT "price_applied" CHECK ("applied_at" IS NULL OR ("applies_to" = 'all' AND "applied_at" >= "effective_from"));
-- What is asked before every run of metering: nearly always there is none.
CREATE INDEX "price_unapplied_idx" ON "price"("effective_from") WHERE "applies_to" = 'all' AND "applied_at" IS NULL;

-- What everything costs now is the first version, from the epoch on. What VMs agreed on before, at other prices, are versions of the time before it.
-- What a VM pays is the sum of its plan's part and of the upgrades that it got; their prices are in the operations that made it larger.
CREATE TABLE "price_part" ("vm_id" TEXT, "subject_type" TEXT, "subject_id" TEXT, "component" TEXT, "price" BIGINT, "position" INT);
INSERT INTO "price_part"
SELECT o."subject_id", 'upgrade', u."id", c."component", c."price", 1
FROM "operation" o
JOIN "upgrade" u ON u."slug" = o."input"->>'upgrade'
CROSS JOIN LATERAL (VALUES ('compute', (o."input"->>'computePrice')::BIGINT), ('storage', (o."input"->>'storagePrice')::BIGINT)) AS c ("component", "price")
WHERE o."kind" = 'vm.upgrade' AND o."status" = 'succeeded' AND c."price" IS NOT NULL;
-- Those that are under way: their VMs cost more when they are done.
INSERT INTO "price_part"
SELECT NULL, 'upgrade', u."id", c."component", c."price", 1
FROM "operation" o
JOIN "upgrade" u ON u."slug" = o."input"->>'upgrade'
CROSS JOIN LATERAL (VALUES ('compute', (o."input"->>'computePrice')::BIGINT), ('storage', (o."input"->>'storagePrice')::BIGINT)) AS c ("component", "price")
WHERE o."kind" = 'vm.upgrade' AND o."status" IN ('queued', 'running') AND c."price" IS NOT NULL;
INSERT INTO "price_part"
SELECT v."id", 'plan', v."plan_id", c."component", greatest(0, c."price" - coalesce((SELECT sum(p."price") FROM "price_part" p WHERE p."vm_id" = v."id" AND p."component" = c."component"), 0)), 0
FROM "vm" v CROSS JOIN LATERAL (VALUES ('compute', v."compute_price_per_hour"), ('storage', v."storage_price_per_hour")) AS c ("component", "price")
WHERE v."status" NOT IN ('terminated', 'rolled_back');

INSERT INTO "price" ("id", "subject_type", "subject_id", "component", "price_per_hour", "effective_from", "created_at")
SELECT 'prc_0' || left(md5(concat_ws(':', "subject_type", "subject_id", "component", "price")), 25), "subject_type", "subject_id", "component", "price", at, at
FROM (
  SELECT "subject_type", "subject_id", "component", "price",
    TIMESTAMPTZ '1970-01-01T00:00:00Z' - INTERVAL '1 second' * CASE WHEN "current" THEN 0 ELSE row_number() OVER (PARTITION BY "subject_id", "component", "current" ORDER BY "price") END AS at
  FROM (
    SELECT "subject_type", "subject_id", "component", "price", bool_or("current") AS "current"
    FROM (
      SELECT 'plan' AS "subject_type", "id" AS "subject_id", 'compute' AS "component", "compute_price_per_hour" AS "price", true AS "current" FROM "plan"
      UNION ALL SELECT 'plan', "id", 'storage', "storage_price_per_hour", true FROM "plan"
      UNION ALL SELECT 'upgrade', "id", 'compute', "compute_price_per_hour", true FROM "upgrade"
      UNION ALL SELECT 'upgrade', "id", 'storage', "storage_price_per_hour", true FROM "upgrade"
      UNION ALL SELECT "subject_type", "subject_id", "component", "price", false FROM "price_part" WHERE "vm_id" IS NULL OR "vm_id" IN (SELECT "id" FROM "vm" WHERE "status" NOT IN ('terminated', 'rolled_back'))
    ) AS every
    GROUP BY 1, 2, 3, 4
  ) AS versions
) AS timed;

UPDATE "vm" v SET "price_ids" = agreed."ids"
FROM (
  SELECT "vm_id", array_agg('prc_0' || left(md5(concat_ws(':', "subject_type", "subject_id", "component", "price")), 25) ORDER BY "position", "subject_id", "component") AS "ids" FROM "price_part" GROUP BY 1
) AS agreed
WHERE agreed."vm_id" = v."id" AND v."status" NOT IN ('terminated', 'rolled_back');
UPDATE "meter_span" s SET "price_ids" = (SELECT array_agg(i."id" ORDER BY i."n") FROM unnest(v."price_ids") WITH ORDINALITY AS i ("id", "n") JOIN "price" p ON p."id" = i."id" AND p."component" = s."component")
FROM "vm" v
WHERE v."id" = s."resource_id" AND s."due_at" IS NOT NULL AND cardinality(v."price_ids") > 0
  -- Not what was charged at a price of before the VM's last upgrade.
  AND s."price_per_hour" = CASE s."component" WHEN 'compute' THEN v."compute_price_per_hour" ELSE v."storage_price_per_hour" END;
UPDATE "operation" o SET "input" = o."input" || jsonb_build_object('priceIds', jsonb_build_array(
  'prc_0' || left(md5(concat_ws(':', 'upgrade', u."id", 'compute', o."input"->>'computePrice')), 25),
  'prc_0' || left(md5(concat_ws(':', 'upgrade', u."id", 'storage', o."input"->>'storagePrice')), 25)))
FROM "upgrade" u
WHERE o."kind" = 'vm.upgrade' AND o."status" IN ('queued', 'running') AND u."slug" = o."input"->>'upgrade';
DROP TABLE "price_part";

-- AlterTable
ALTER TABLE "plan" DROP COLUMN "compute_price_per_hour",
DROP COLUMN "storage_price_per_hour";

-- AlterTable
ALTER TABLE "upgrade" DROP COLUMN "compute_price_per_hour",
DROP COLUMN "storage_price_per_hour";

-- A price that is known is never another one. That it was applied to what runs is noted once.
CREATE FUNCTION price_unchanged() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."applied_at" IS NOT NULL OR (to_jsonb(NEW) - 'applied_at') <> (to_jsonb(OLD) - 'applied_at') THEN
    RAISE EXCEPTION 'price % cannot be changed: add a version', OLD."id" USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "price_unchanged" BEFORE UPDATE ON "price" FOR EACH ROW EXECUTE FUNCTION price_unchanged();

-- Only what is not in effect yet can be withdrawn. The time is the database's, or the one that price_withdraw is told.
CREATE FUNCTION price_kept() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'prices are kept' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD."effective_from" <= coalesce(nullif(current_setting('switchyard.price_time', true), '')::TIMESTAMPTZ, now()) THEN
    RAISE EXCEPTION 'price % is in effect', OLD."id" USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER "price_kept" BEFORE DELETE ON "price" FOR EACH ROW EXECUTE FUNCTION price_kept();
CREATE TRIGGER "price_all_kept" BEFORE TRUNCATE ON "price" FOR EACH STATEMENT EXECUTE FUNCTION price_kept();

CREATE FUNCTION price_withdraw(p_subject TEXT, p_effective_from TIMESTAMPTZ, p_at TIMESTAMPTZ) RETURNS INT LANGUAGE plpgsql AS $$
DECLARE gone INT;
BEGIN
  PERFORM set_config('switchyard.price_time', p_at::TEXT, true);
  DELETE FROM "price" WHERE "subject_id" = p_subject AND "effective_from" = p_effective_from;
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('switchyard.price_time', '', true);
  RETURN gone;
END $$;

-- The versions that hold at a time where `ids` were agreed: each is followed by the last of its subject and component that applied to all, if one did since.
CREATE FUNCTION price_ids_at(ids TEXT[], at TIMESTAMPTZ) RETURNS TEXT[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(coalesce(n."id", i."id") ORDER BY i."n"), '{}')
  FROM unnest(ids) WITH ORDINALITY AS i ("id", "n")
  LEFT JOIN "price" p ON p."id" = i."id"
  LEFT JOIN LATERAL (
    SELECT q."id" FROM "price" q
    WHERE q."subject_type" = p."subject_type" AND q."subject_id" = p."subject_id" AND q."component" = p."component"
      AND q."applies_to" = 'all' AND q."effective_from" > p."effective_from" AND q."effective_from" <= at
    ORDER BY q."effective_from" DESC LIMIT 1
  ) n ON true
$$;

CREATE FUNCTION price_sum(ids TEXT[], wanted TEXT) RETURNS BIGINT LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(p."price_per_hour"), 0)::BIGINT FROM unnest(ids) AS i ("id") JOIN "price" p ON p."id" = i."id" AND p."component" = wanted
$$;

-- What a VM costs an hour follows from the versions that were agreed for it.
CREATE FUNCTION vm_priced() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(NEW."price_ids") > 0 THEN
    NEW."compute_price_per_hour" := price_sum(NEW."price_ids", 'compute');
    NEW."storage_price_per_hour" := price_sum(NEW."price_ids", 'storage');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "vm_priced" BEFORE INSERT OR UPDATE OF "price_ids" ON "vm" FOR EACH ROW EXECUTE FUNCTION vm_priced();
