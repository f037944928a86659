-- AlterTable
ALTER TABLE "device_credential" ADD COLUMN     "revoked_reason" TEXT,
ADD COLUMN     "used_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "machine" ADD COLUMN     "archive_key" TEXT,
ADD COLUMN     "cloned_from_id" TEXT,
ADD COLUMN     "decommissioned_at" TIMESTAMPTZ(3),
ADD COLUMN     "import_key" TEXT,
ADD COLUMN     "metadata" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "reported_at" TIMESTAMPTZ(3),
ADD COLUMN     "reported_config" JSONB,
ADD COLUMN     "reported_version" INTEGER,
ADD COLUMN     "sales_open" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "machine_latest" ADD COLUMN     "diag" JSONB,
ADD COLUMN     "diag_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "machine_template" ADD COLUMN     "chip" TEXT,
ADD COLUMN     "firmware_project" TEXT,
ADD COLUMN     "ota_slot_bytes" INTEGER NOT NULL DEFAULT 1966080;

-- AlterTable
ALTER TABLE "product" ADD COLUMN     "archived_at" TIMESTAMPTZ(3),
ADD COLUMN     "description" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "import_key" TEXT,
ADD COLUMN     "metadata" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "slot" ADD COLUMN     "counted_at" TIMESTAMPTZ(3),
ADD COLUMN     "disabled_reason" TEXT,
ADD COLUMN     "failures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "mechanism" TEXT NOT NULL DEFAULT 'motor',
ADD COLUMN     "par" INTEGER,
ADD COLUMN     "reserved" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "uncertain" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "downlink" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "part" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "retain" BOOLEAN NOT NULL DEFAULT false,
    "command_id" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "downlink_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_command" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "args" JSONB NOT NULL DEFAULT '{}',
    "state" TEXT NOT NULL,
    "order_line_id" TEXT,
    "actor_id" TEXT,
    "code" TEXT,
    "data" JSONB,
    "late" JSONB,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_command_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock_movement" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "slot" TEXT NOT NULL,
    "product_id" TEXT,
    "kind" TEXT NOT NULL,
    "delta" INTEGER NOT NULL,
    "count_after" INTEGER NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "actor_id" TEXT,
    "refill_id" TEXT,
    "order_line_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stock_movement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refill" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "lines" JSONB NOT NULL DEFAULT '[]',
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "refill_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "machine_order" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "payment" TEXT NOT NULL,
    "payment_state" TEXT NOT NULL DEFAULT 'none',
    "provider" TEXT,
    "provider_ref" TEXT,
    "payment_ref" TEXT,
    "checkout_url" TEXT,
    "buyer_id" TEXT,
    "buyer_organization_id" TEXT,
    "hold_id" TEXT,
    "total" BIGINT NOT NULL,
    "captured" BIGINT NOT NULL DEFAULT 0,
    "currency" TEXT,
    "amount_minor" INTEGER,
    "captured_minor" INTEGER NOT NULL DEFAULT 0,
    "refunded_minor" INTEGER NOT NULL DEFAULT 0,
    "receipt_number" TEXT,
    "failure" TEXT,
    "import_key" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "paid_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "machine_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_line" (
    "id" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "slot" TEXT NOT NULL,
    "product_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "price" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "code" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_rule" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT,
    "machine_id" TEXT,
    "template_id" TEXT,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "metric" TEXT,
    "condition" JSONB NOT NULL,
    "escalate_minutes" INTEGER,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert" (
    "id" TEXT NOT NULL,
    "rule_id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "subject" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "fired_at" TIMESTAMPTZ(3),
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by_id" TEXT,
    "note" TEXT NOT NULL DEFAULT '',
    "escalated_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by_id" TEXT,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_mute" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "rule_id" TEXT,
    "reason" TEXT NOT NULL DEFAULT '',
    "until" TIMESTAMPTZ(3) NOT NULL,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_mute_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "firmware" (
    "id" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "chip" TEXT NOT NULL,
    "secure_version" INTEGER NOT NULL,
    "idf_version" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "storage_key" TEXT NOT NULL,
    "manifest" JSONB NOT NULL,
    "signature" TEXT NOT NULL,
    "notes" TEXT NOT NULL DEFAULT '',
    "uploaded_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "firmware_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout" (
    "id" TEXT NOT NULL,
    "firmware_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_reason" TEXT,
    "target" JSONB NOT NULL,
    "steps" JSONB NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "success_threshold" INTEGER NOT NULL,
    "failure_threshold" INTEGER NOT NULL,
    "window" JSONB,
    "soak_minutes" INTEGER NOT NULL DEFAULT 0,
    "step_started_at" TIMESTAMPTZ(3),
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout_machine" (
    "rollout_id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "percent" INTEGER NOT NULL DEFAULT 0,
    "from_version" TEXT,
    "error" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "offered_at" TIMESTAMPTZ(3),
    "retry_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rollout_machine_pkey" PRIMARY KEY ("rollout_id","machine_id")
);

-- CreateTable
CREATE TABLE "notification" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "organization_id" TEXT,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "downlink_machine_id_id_idx" ON "downlink"("machine_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "device_command_order_line_id_key" ON "device_command"("order_line_id");

-- CreateIndex
CREATE INDEX "device_command_machine_id_id_idx" ON "device_command"("machine_id", "id");

-- CreateIndex
CREATE INDEX "device_command_state_expires_at_idx" ON "device_command"("state", "expires_at");

-- CreateIndex
CREATE INDEX "stock_movement_machine_id_slot_id_idx" ON "stock_movement"("machine_id", "slot", "id");

-- CreateIndex
CREATE INDEX "stock_movement_machine_id_id_idx" ON "stock_movement"("machine_id", "id");

-- CreateIndex
CREATE INDEX "stock_movement_product_id_at_idx" ON "stock_movement"("product_id", "at");

-- CreateIndex
CREATE INDEX "refill_machine_id_id_idx" ON "refill"("machine_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "machine_order_receipt_number_key" ON "machine_order"("receipt_number");

-- CreateIndex
CREATE INDEX "machine_order_machine_id_created_at_idx" ON "machine_order"("machine_id", "created_at");

-- CreateIndex
CREATE INDEX "machine_order_organization_id_created_at_idx" ON "machine_order"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "machine_order_status_expires_at_idx" ON "machine_order"("status", "expires_at");

-- CreateIndex
CREATE INDEX "machine_order_payment_ref_idx" ON "machine_order"("payment_ref");

-- CreateIndex
CREATE UNIQUE INDEX "machine_order_provider_provider_ref_key" ON "machine_order"("provider", "provider_ref");

-- CreateIndex
CREATE UNIQUE INDEX "machine_order_organization_id_import_key_key" ON "machine_order"("organization_id", "import_key");

-- CreateIndex
CREATE INDEX "order_line_product_id_idx" ON "order_line"("product_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_line_order_id_position_key" ON "order_line"("order_id", "position");

-- CreateIndex
CREATE INDEX "alert_rule_organization_id_idx" ON "alert_rule"("organization_id");

-- CreateIndex
CREATE INDEX "alert_machine_id_state_idx" ON "alert"("machine_id", "state");

-- CreateIndex
CREATE INDEX "alert_organization_id_state_idx" ON "alert"("organization_id", "state");

-- CreateIndex
CREATE INDEX "alert_state_fired_at_idx" ON "alert"("state", "fired_at");

-- CreateIndex
CREATE INDEX "alert_mute_machine_id_until_idx" ON "alert_mute"("machine_id", "until");

-- CreateIndex
CREATE UNIQUE INDEX "firmware_project_chip_version_key" ON "firmware"("project", "chip", "version");

-- CreateIndex
CREATE INDEX "rollout_status_idx" ON "rollout"("status");

-- CreateIndex
CREATE INDEX "rollout_machine_machine_id_idx" ON "rollout_machine"("machine_id");

-- CreateIndex
CREATE INDEX "rollout_machine_rollout_id_state_idx" ON "rollout_machine"("rollout_id", "state");

-- CreateIndex
CREATE INDEX "notification_user_id_id_idx" ON "notification"("user_id", "id");

-- CreateIndex
CREATE INDEX "notification_created_at_idx" ON "notification"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "machine_organization_id_import_key_key" ON "machine"("organization_id", "import_key");

-- CreateIndex
CREATE UNIQUE INDEX "product_organization_id_import_key_key" ON "product"("organization_id", "import_key");

-- AddForeignKey
ALTER TABLE "downlink" ADD CONSTRAINT "downlink_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_command" ADD CONSTRAINT "device_command_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_command" ADD CONSTRAINT "device_command_order_line_id_fkey" FOREIGN KEY ("order_line_id") REFERENCES "order_line"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stock_movement" ADD CONSTRAINT "stock_movement_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refill" ADD CONSTRAINT "refill_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machine_order" ADD CONSTRAINT "machine_order_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_line" ADD CONSTRAINT "order_line_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "machine_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert" ADD CONSTRAINT "alert_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "alert_rule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert" ADD CONSTRAINT "alert_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_mute" ADD CONSTRAINT "alert_mute_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_firmware_id_fkey" FOREIGN KEY ("firmware_id") REFERENCES "firmware"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_machine" ADD CONSTRAINT "rollout_machine_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_machine" ADD CONSTRAINT "rollout_machine_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a slot holds is never negative, nor what of it is promised.
ALTER TABLE "slot" ADD CONSTRAINT "slot_not_negative" CHECK ("count" >= 0 AND "reserved" >= 0 AND "capacity" >= 0 AND "failures" >= 0);

-- One alert at a time for each rule, machine and subject; one refill and one rollout at a time for each machine.
CREATE UNIQUE INDEX "alert_open_key" ON "alert" ("rule_id", "machine_id", "subject") WHERE "state" <> 'resolved';
CREATE UNIQUE INDEX "refill_open_key" ON "refill" ("machine_id") WHERE "status" = 'open';
CREATE UNIQUE INDEX "rollout_machine_active_key" ON "rollout_machine" ("machine_id") WHERE "state" IN ('offered', 'downloading', 'verifying', 'installing');

-- Why a count is what it is does not change afterwards. A machine that is deleted before it was claimed takes its rows with it.
CREATE FUNCTION stock_movement_unchanged() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'stock movements are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "stock_movement_unchanged" BEFORE UPDATE ON "stock_movement" FOR EACH ROW EXECUTE FUNCTION stock_movement_unchanged();
CREATE TRIGGER "stock_movement_kept" BEFORE TRUNCATE ON "stock_movement" FOR EACH STATEMENT EXECUTE FUNCTION stock_movement_unchanged();

-- Money never exceeds what was agreed.
ALTER TABLE "machine_order" ADD CONSTRAINT "machine_order_money" CHECK (
  "total" > 0 AND "captured" BETWEEN 0 AND "total"
  AND "captured_minor" >= 0 AND "refunded_minor" >= 0 AND "captured_minor" <= coalesce("amount_minor", 0) AND "refunded_minor" <= "captured_minor");
