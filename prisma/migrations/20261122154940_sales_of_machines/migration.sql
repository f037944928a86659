-- AlterTable
ALTER TABLE "machine_order" ADD COLUMN     "checkout_key" TEXT,
ADD COLUMN     "disputed" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "order_line" ADD COLUMN     "price_minor" INTEGER;

-- AlterTable
ALTER TABLE "payment_event" ADD COLUMN     "order_id" TEXT;

-- AlterTable
ALTER TABLE "test_payment" ADD COLUMN     "captured_minor" INTEGER,
ADD COLUMN     "manual" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "order_id" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "machine_order_checkout_key_key" ON "machine_order"("checkout_key");

-- CreateIndex
CREATE INDEX "payment_event_order_id_idx" ON "payment_event"("order_id");

-- What customers pay for goods in credits goes to accounts of its own: the operator owes it to whoever sold them.
ALTER TABLE "ledger_account" DROP CONSTRAINT "ledger_account_kind";
ALTER TABLE "ledger_account" ADD CONSTRAINT "ledger_account_kind" CHECK (
  ("kind" = 'customer' AND "organization_id" IS NOT NULL AND "shard" = 0)
  OR ("kind" IN ('revenue', 'promotion', 'settlement', 'breakage', 'adjustment', 'sales') AND "organization_id" IS NULL AND "shard" BETWEEN 0 AND 15
    AND "id" = 'acc_' || "kind" || '_' || lpad("shard"::text, 2, '0')));
INSERT INTO "ledger_account" ("id", "kind", "shard", "created_at")
SELECT 'acc_sales_' || lpad(shard::text, 2, '0'), 'sales', shard, now() FROM generate_series(0, 15) AS shard;

ALTER TABLE "transfer" DROP CONSTRAINT "transfer_kind";
ALTER TABLE "transfer" ADD CONSTRAINT "transfer_kind" CHECK ("kind" IN ('grant', 'topup', 'usage', 'sale', 'expiry', 'adjustment', 'reversal'));

-- The test provider captures at most what was authorised.
ALTER TABLE "test_payment" ADD CONSTRAINT "test_payment_captured" CHECK ("captured_minor" IS NULL OR ("manual" AND "captured_minor" BETWEEN 1 AND "amount_minor"));
