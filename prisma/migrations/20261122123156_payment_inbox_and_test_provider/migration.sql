-- AlterTable
ALTER TABLE "payment_event" ADD COLUMN     "payment_ref" TEXT,
ADD COLUMN     "top_up_id" TEXT;

-- CreateTable
CREATE TABLE "test_payment" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "top_up_id" TEXT,
    "request_key" TEXT NOT NULL,
    "payment_ref" TEXT,
    "amount_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "save_method" BOOLEAN NOT NULL DEFAULT false,
    "customer_ref" TEXT,
    "method_ref" TEXT,
    "return_url" TEXT,
    "failure" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "test_payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "test_payment_event" (
    "id" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "delivered_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "test_payment_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "test_payment_request_key_key" ON "test_payment"("request_key");

-- CreateIndex
CREATE INDEX "test_payment_payment_ref_idx" ON "test_payment"("payment_ref");

-- CreateIndex
CREATE INDEX "test_payment_status_expires_at_idx" ON "test_payment"("status", "expires_at");

-- CreateIndex
CREATE INDEX "test_payment_event_due_at_idx" ON "test_payment_event"("due_at");

-- CreateIndex
CREATE INDEX "clawback_top_up_id_idx" ON "clawback"("top_up_id");

-- CreateIndex
CREATE INDEX "payment_event_top_up_id_idx" ON "payment_event"("top_up_id");

-- CreateIndex
CREATE INDEX "payment_event_provider_payment_ref_idx" ON "payment_event"("provider", "payment_ref");

-- What must hold of each row, whoever writes it.
ALTER TABLE "top_up"
  ADD CONSTRAINT "top_up_status" CHECK ("status" IN ('created', 'paid', 'failed', 'expired', 'refunded', 'disputed')),
  ADD CONSTRAINT "top_up_amounts" CHECK ("credits" > 0 AND "amount_minor" > 0 AND "refunded_minor" BETWEEN 0 AND "amount_minor"),
  ADD CONSTRAINT "top_up_currency" CHECK ("currency" ~ '^[A-Z]{3}$'),
  -- A receipt for each payment, and for nothing else.
  ADD CONSTRAINT "top_up_receipt" CHECK (("paid_at" IS NULL) = ("receipt_number" IS NULL)),
  ADD CONSTRAINT "top_up_paid" CHECK ("status" NOT IN ('paid', 'refunded', 'disputed') OR "paid_at" IS NOT NULL);

-- One automatic top-up of an organization is under way at a time, however many jobs look.
CREATE UNIQUE INDEX "top_up_automatic_open_key" ON "top_up"("organization_id") WHERE "user_id" IS NULL AND "status" = 'created';

ALTER TABLE "clawback" ADD CONSTRAINT "clawback_amounts" CHECK ("amount" >= "paid_amount" AND "paid_amount" >= 0 AND ("settled_at" IS NULL) = ("amount" > "paid_amount"));

ALTER TABLE "auto_top_up" ADD CONSTRAINT "auto_top_up_amounts" CHECK ("threshold" >= 0 AND "credits" > 0 AND "monthly_cap" >= "credits" AND "failures" >= 0);
