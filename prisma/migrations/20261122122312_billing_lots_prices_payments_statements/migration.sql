-- AlterTable
ALTER TABLE "credit_alert" DROP CONSTRAINT "credit_alert_pkey",
ADD COLUMN     "hours" INTEGER NOT NULL DEFAULT 24,
ADD CONSTRAINT "credit_alert_pkey" PRIMARY KEY ("organization_id", "hours");

-- AlterTable
ALTER TABLE "hold" ADD COLUMN     "expires_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "meter_span" ADD COLUMN     "policy" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "price_ids" TEXT[];

-- AlterTable
ALTER TABLE "transfer" ADD COLUMN     "reverses_id" TEXT;

-- AlterTable
ALTER TABLE "usage_record" ADD COLUMN     "price_ids" TEXT[],
ADD COLUMN     "price_per_hour" BIGINT,
ADD COLUMN     "seconds" INTEGER NOT NULL DEFAULT 3600;

-- CreateTable
CREATE TABLE "credit_lot" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "transfer_id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 50,
    "amount" BIGINT NOT NULL,
    "remaining" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "credit_lot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lot_use" (
    "transfer_id" TEXT NOT NULL,
    "lot_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "lot_use_pkey" PRIMARY KEY ("transfer_id","lot_id")
);

-- CreateTable
CREATE TABLE "price" (
    "id" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "component" TEXT NOT NULL,
    "price_per_hour" BIGINT NOT NULL,
    "policy" JSONB NOT NULL DEFAULT '{}',
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "applies_to" TEXT NOT NULL DEFAULT 'new',
    "applied_at" TIMESTAMPTZ(3),
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "price_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "top_up" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT,
    "provider" TEXT NOT NULL,
    "provider_ref" TEXT,
    "payment_ref" TEXT,
    "status" TEXT NOT NULL,
    "credits" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "refunded_minor" INTEGER NOT NULL DEFAULT 0,
    "receipt_number" TEXT,
    "failure" TEXT,
    "checkout_url" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "paid_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "top_up_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_event" (
    "provider" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "processed_at" TIMESTAMPTZ(3),
    "outcome" TEXT,

    CONSTRAINT "payment_event_pkey" PRIMARY KEY ("provider","event_id")
);

-- CreateTable
CREATE TABLE "auto_top_up" (
    "organization_id" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "threshold" BIGINT NOT NULL,
    "credits" BIGINT NOT NULL,
    "monthly_cap" BIGINT NOT NULL,
    "provider" TEXT NOT NULL,
    "customer_ref" TEXT,
    "method_ref" TEXT,
    "method_label" TEXT,
    "last_attempt_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_failure" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "auto_top_up_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "clawback" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "top_up_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "paid_amount" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "clawback_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "statement" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "period_end" TIMESTAMPTZ(3) NOT NULL,
    "from_version" BIGINT NOT NULL,
    "to_version" BIGINT NOT NULL,
    "opening" BIGINT NOT NULL,
    "closing" BIGINT NOT NULL,
    "totals" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "statement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_check" (
    "id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,
    "findings" TEXT[],

    CONSTRAINT "ledger_check_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "credit_lot_transfer_id_key" ON "credit_lot"("transfer_id");

-- CreateIndex
CREATE INDEX "credit_lot_account_id_created_at_idx" ON "credit_lot"("account_id", "created_at");

-- CreateIndex
CREATE INDEX "credit_lot_expires_at_idx" ON "credit_lot"("expires_at");

-- CreateIndex
CREATE INDEX "lot_use_lot_id_idx" ON "lot_use"("lot_id");

-- CreateIndex
CREATE INDEX "price_effective_from_idx" ON "price"("effective_from");

-- CreateIndex
CREATE UNIQUE INDEX "price_subject_type_subject_id_component_effective_from_key" ON "price"("subject_type", "subject_id", "component", "effective_from");

-- CreateIndex
CREATE UNIQUE INDEX "top_up_receipt_number_key" ON "top_up"("receipt_number");

-- CreateIndex
CREATE INDEX "top_up_organization_id_created_at_idx" ON "top_up"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "top_up_payment_ref_idx" ON "top_up"("payment_ref");

-- CreateIndex
CREATE INDEX "top_up_status_created_at_idx" ON "top_up"("status", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "top_up_provider_provider_ref_key" ON "top_up"("provider", "provider_ref");

-- CreateIndex
CREATE INDEX "payment_event_processed_at_idx" ON "payment_event"("processed_at");

-- CreateIndex
CREATE INDEX "clawback_organization_id_settled_at_idx" ON "clawback"("organization_id", "settled_at");

-- CreateIndex
CREATE UNIQUE INDEX "statement_number_key" ON "statement"("number");

-- CreateIndex
CREATE UNIQUE INDEX "statement_organization_id_period_key" ON "statement"("organization_id", "period");

-- CreateIndex
CREATE INDEX "ledger_check_started_at_idx" ON "ledger_check"("started_at");

-- CreateIndex
CREATE INDEX "hold_status_expires_at_idx" ON "hold"("status", "expires_at");

-- CreateIndex
CREATE INDEX "transfer_reverses_id_idx" ON "transfer"("reverses_id");

-- AddForeignKey
ALTER TABLE "transfer" ADD CONSTRAINT "transfer_reverses_id_fkey" FOREIGN KEY ("reverses_id") REFERENCES "transfer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_lot" ADD CONSTRAINT "credit_lot_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credit_lot" ADD CONSTRAINT "credit_lot_transfer_id_fkey" FOREIGN KEY ("transfer_id") REFERENCES "transfer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lot_use" ADD CONSTRAINT "lot_use_transfer_id_fkey" FOREIGN KEY ("transfer_id") REFERENCES "transfer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lot_use" ADD CONSTRAINT "lot_use_lot_id_fkey" FOREIGN KEY ("lot_id") REFERENCES "credit_lot"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
