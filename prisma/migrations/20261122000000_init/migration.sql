-- The first migration: every table of prisma/schema, and the relay of the event outbox.
-- The constraints and functions of the ledger come in a migration of their own.

-- CreateTable
CREATE TABLE "ledger_account" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT,
    "kind" TEXT NOT NULL,
    "shard" INTEGER NOT NULL DEFAULT 0,
    "balance" BIGINT NOT NULL DEFAULT 0,
    "held" BIGINT NOT NULL DEFAULT 0,
    "version" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transfer" (
    "id" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "from_account_id" TEXT NOT NULL,
    "to_account_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "from_balance_after" BIGINT NOT NULL,
    "from_version" BIGINT NOT NULL,
    "to_balance_after" BIGINT NOT NULL,
    "to_version" BIGINT NOT NULL,
    "hold_id" TEXT,
    "subject_type" TEXT,
    "subject_id" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "actor_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hold" (
    "id" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "posted_amount" BIGINT NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "subject_type" TEXT,
    "subject_id" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "meter_span" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "project_id" TEXT,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "resource_name" TEXT NOT NULL,
    "component" TEXT NOT NULL,
    "price_per_hour" BIGINT NOT NULL,
    "anchor_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "charged_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "meter_span_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_record" (
    "resource_id" TEXT NOT NULL,
    "component" TEXT NOT NULL,
    "hour_start" TIMESTAMPTZ(3) NOT NULL,
    "organization_id" TEXT NOT NULL,
    "project_id" TEXT,
    "resource_type" TEXT NOT NULL,
    "resource_name" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "transfer_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_record_pkey" PRIMARY KEY ("resource_id","component","hour_start")
);

-- CreateTable
CREATE TABLE "project" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ssh_key" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ssh_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "driver" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "vcpu" INTEGER NOT NULL,
    "memory_mb" INTEGER NOT NULL,
    "storage_gb" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "vcpu" INTEGER NOT NULL,
    "memory_mb" INTEGER NOT NULL,
    "storage_gb" INTEGER NOT NULL,
    "compute_price_per_hour" BIGINT NOT NULL,
    "storage_price_per_hour" BIGINT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "active" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "family" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "default_user" TEXT NOT NULL,
    "min_storage_gb" INTEGER NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "active" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vm" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_reason" TEXT,
    "host_id" TEXT,
    "hypervisor_ref" TEXT,
    "plan_id" TEXT NOT NULL,
    "image_id" TEXT NOT NULL,
    "vcpu" INTEGER NOT NULL,
    "memory_mb" INTEGER NOT NULL,
    "storage_gb" INTEGER NOT NULL,
    "ssh_keys" TEXT[],
    "private_ip" TEXT,
    "mac" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "operation_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "terminated_at" TIMESTAMPTZ(3),

    CONSTRAINT "vm_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vm_metric" (
    "vm_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "cpu_percent" DOUBLE PRECISION NOT NULL,
    "memory_used_mb" DOUBLE PRECISION NOT NULL,
    "disk_read_bps" DOUBLE PRECISION NOT NULL,
    "disk_write_bps" DOUBLE PRECISION NOT NULL,
    "network_rx_bps" DOUBLE PRECISION NOT NULL,
    "network_tx_bps" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "vm_metric_pkey" PRIMARY KEY ("vm_id","at")
);

-- CreateTable
CREATE TABLE "operation" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "subject_name" TEXT NOT NULL,
    "actor_id" TEXT,
    "status" TEXT NOT NULL,
    "compensating" BOOLEAN NOT NULL DEFAULT false,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "progress" INTEGER NOT NULL DEFAULT 0,
    "input" JSONB NOT NULL DEFAULT '{}',
    "error_code" TEXT,
    "error_message" TEXT,
    "correlation_id" TEXT,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "next_run_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation_step" (
    "operation_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "output" JSONB,
    "error" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_step_pkey" PRIMARY KEY ("operation_id","position")
);

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "phone_number" TEXT,
    "password_hash" TEXT NOT NULL,
    "platform_role" TEXT,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "theme" TEXT NOT NULL DEFAULT 'auto',
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "personal" BOOLEAN NOT NULL DEFAULT false,
    "tier" TEXT NOT NULL DEFAULT 'free',
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("organization_id","user_id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "ip" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_reason" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_token" (
    "token_hash" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "auth_attempt" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "succeeded" BOOLEAN NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "auth_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "machine_template" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "heartbeat_seconds" INTEGER NOT NULL DEFAULT 60,
    "slots" JSONB NOT NULL,

    CONSTRAINT "machine_template_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "price" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "machine" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "wizard_step" TEXT NOT NULL DEFAULT 'details',
    "notes" TEXT NOT NULL DEFAULT '',
    "address" TEXT NOT NULL DEFAULT '',
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "template_id" TEXT,
    "heartbeat_seconds" INTEGER NOT NULL DEFAULT 60,
    "network_kind" TEXT NOT NULL DEFAULT 'wifi',
    "wifi_ssid" TEXT,
    "provisioning_name" TEXT,
    "provisioning_user" TEXT,
    "provisioning_pop_sealed" TEXT,
    "config_version" INTEGER NOT NULL DEFAULT 1,
    "simulated" BOOLEAN NOT NULL DEFAULT false,
    "hardware_id" TEXT,
    "chip" TEXT,
    "firmware_version" TEXT,
    "ip" TEXT,
    "mqtt_session" TEXT,
    "claimed_at" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3),
    "first_reading_at" TIMESTAMPTZ(3),
    "status_changed_at" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3),
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "machine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "slot" (
    "machine_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "row" INTEGER NOT NULL,
    "column" INTEGER NOT NULL,
    "product_id" TEXT,
    "price" BIGINT,
    "capacity" INTEGER NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "slot_pkey" PRIMARY KEY ("machine_id","code")
);

-- CreateTable
CREATE TABLE "claim_token" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "medium" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "used_by" TEXT,
    "superseded_at" TIMESTAMPTZ(3),

    CONSTRAINT "claim_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_credential" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_message" (
    "machine_id" TEXT NOT NULL,
    "boot" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "device_time" TIMESTAMPTZ(3),
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "device_message_pkey" PRIMARY KEY ("machine_id","boot","seq")
);

-- CreateTable
CREATE TABLE "machine_latest" (
    "machine_id" TEXT NOT NULL,
    "metrics" JSONB NOT NULL DEFAULT '{}',
    "boot" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "machine_latest_pkey" PRIMARY KEY ("machine_id")
);

-- CreateTable
CREATE TABLE "rejected_message" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rejected_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" TEXT NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "position" BIGINT,
    "type" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "organization_id" TEXT,
    "data" JSONB NOT NULL,
    "correlation_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_cursor" (
    "name" TEXT NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "event_cursor_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL DEFAULT '',
    "organization_id" TEXT,
    "action" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "ip" TEXT NOT NULL DEFAULT '',
    "request_id" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "status" INTEGER,
    "body" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("scope","key")
);

-- CreateIndex
CREATE INDEX "ledger_account_kind_idx" ON "ledger_account"("kind");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_account_organization_id_kind_shard_key" ON "ledger_account"("organization_id", "kind", "shard");

-- CreateIndex
CREATE UNIQUE INDEX "transfer_idempotency_key_key" ON "transfer"("idempotency_key");

-- CreateIndex
CREATE INDEX "transfer_from_account_id_from_version_idx" ON "transfer"("from_account_id", "from_version");

-- CreateIndex
CREATE INDEX "transfer_to_account_id_to_version_idx" ON "transfer"("to_account_id", "to_version");

-- CreateIndex
CREATE INDEX "transfer_from_account_id_created_at_idx" ON "transfer"("from_account_id", "created_at");

-- CreateIndex
CREATE INDEX "transfer_to_account_id_created_at_idx" ON "transfer"("to_account_id", "created_at");

-- CreateIndex
CREATE INDEX "transfer_subject_id_idx" ON "transfer"("subject_id");

-- CreateIndex
CREATE UNIQUE INDEX "hold_idempotency_key_key" ON "hold"("idempotency_key");

-- CreateIndex
CREATE INDEX "hold_account_id_status_idx" ON "hold"("account_id", "status");

-- CreateIndex
CREATE INDEX "hold_subject_id_idx" ON "hold"("subject_id");

-- CreateIndex
CREATE INDEX "meter_span_resource_id_component_idx" ON "meter_span"("resource_id", "component");

-- CreateIndex
CREATE INDEX "meter_span_charged_until_idx" ON "meter_span"("charged_until");

-- CreateIndex
CREATE INDEX "meter_span_organization_id_ended_at_idx" ON "meter_span"("organization_id", "ended_at");

-- CreateIndex
CREATE INDEX "usage_record_organization_id_hour_start_idx" ON "usage_record"("organization_id", "hour_start");

-- CreateIndex
CREATE INDEX "usage_record_transfer_id_idx" ON "usage_record"("transfer_id");

-- CreateIndex
CREATE INDEX "project_organization_id_created_at_idx" ON "project"("organization_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "ssh_key_organization_id_fingerprint_key" ON "ssh_key"("organization_id", "fingerprint");

-- CreateIndex
CREATE UNIQUE INDEX "host_name_key" ON "host"("name");

-- CreateIndex
CREATE UNIQUE INDEX "plan_slug_key" ON "plan"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "image_slug_key" ON "image"("slug");

-- CreateIndex
CREATE INDEX "vm_organization_id_created_at_idx" ON "vm"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "vm_project_id_idx" ON "vm"("project_id");

-- CreateIndex
CREATE INDEX "vm_host_id_status_idx" ON "vm"("host_id", "status");

-- CreateIndex
CREATE INDEX "vm_status_idx" ON "vm"("status");

-- CreateIndex
CREATE INDEX "vm_metric_at_idx" ON "vm_metric"("at");

-- CreateIndex
CREATE INDEX "operation_status_next_run_at_idx" ON "operation"("status", "next_run_at");

-- CreateIndex
CREATE INDEX "operation_subject_id_created_at_idx" ON "operation"("subject_id", "created_at");

-- CreateIndex
CREATE INDEX "operation_organization_id_created_at_idx" ON "operation"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "operation_created_at_idx" ON "operation"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE INDEX "user_created_at_idx" ON "user"("created_at");

-- CreateIndex
CREATE INDEX "membership_user_id_idx" ON "membership"("user_id");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "refresh_token_session_id_idx" ON "refresh_token"("session_id");

-- CreateIndex
CREATE INDEX "auth_attempt_email_at_idx" ON "auth_attempt"("email", "at");

-- CreateIndex
CREATE INDEX "auth_attempt_ip_at_idx" ON "auth_attempt"("ip", "at");

-- CreateIndex
CREATE INDEX "auth_attempt_at_idx" ON "auth_attempt"("at");

-- CreateIndex
CREATE UNIQUE INDEX "machine_template_slug_key" ON "machine_template"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "product_organization_id_sku_key" ON "product"("organization_id", "sku");

-- CreateIndex
CREATE UNIQUE INDEX "machine_slug_key" ON "machine"("slug");

-- CreateIndex
CREATE INDEX "machine_organization_id_created_at_idx" ON "machine"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "machine_status_last_seen_at_idx" ON "machine"("status", "last_seen_at");

-- CreateIndex
CREATE UNIQUE INDEX "claim_token_token_hash_key" ON "claim_token"("token_hash");

-- CreateIndex
CREATE INDEX "claim_token_machine_id_idx" ON "claim_token"("machine_id");

-- CreateIndex
CREATE INDEX "device_credential_machine_id_idx" ON "device_credential"("machine_id");

-- CreateIndex
CREATE INDEX "device_message_machine_id_kind_received_at_idx" ON "device_message"("machine_id", "kind", "received_at");

-- CreateIndex
CREATE INDEX "device_message_received_at_idx" ON "device_message"("received_at");

-- CreateIndex
CREATE INDEX "rejected_message_machine_id_received_at_idx" ON "rejected_message"("machine_id", "received_at");

-- CreateIndex
CREATE UNIQUE INDEX "event_seq_key" ON "event"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "event_position_key" ON "event"("position");

-- CreateIndex
CREATE INDEX "event_organization_id_position_idx" ON "event"("organization_id", "position");

-- CreateIndex
CREATE INDEX "event_created_at_idx" ON "event"("created_at");

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_at_idx" ON "audit_entry"("organization_id", "at");

-- CreateIndex
CREATE INDEX "audit_entry_subject_id_at_idx" ON "audit_entry"("subject_id", "at");

-- CreateIndex
CREATE INDEX "audit_entry_actor_id_at_idx" ON "audit_entry"("actor_id", "at");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- AddForeignKey
ALTER TABLE "transfer" ADD CONSTRAINT "transfer_from_account_id_fkey" FOREIGN KEY ("from_account_id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transfer" ADD CONSTRAINT "transfer_to_account_id_fkey" FOREIGN KEY ("to_account_id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hold" ADD CONSTRAINT "hold_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "ledger_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm" ADD CONSTRAINT "vm_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm" ADD CONSTRAINT "vm_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm" ADD CONSTRAINT "vm_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plan"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm" ADD CONSTRAINT "vm_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm_metric" ADD CONSTRAINT "vm_metric_vm_id_fkey" FOREIGN KEY ("vm_id") REFERENCES "vm"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation_step" ADD CONSTRAINT "operation_step_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machine" ADD CONSTRAINT "machine_template_id_fkey" FOREIGN KEY ("template_id") REFERENCES "machine_template"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot" ADD CONSTRAINT "slot_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot" ADD CONSTRAINT "slot_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "claim_token" ADD CONSTRAINT "claim_token_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_credential" ADD CONSTRAINT "device_credential_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_message" ADD CONSTRAINT "device_message_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machine_latest" ADD CONSTRAINT "machine_latest_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rejected_message" ADD CONSTRAINT "rejected_message_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The relay of the event outbox (src/server/infra/events.ts). `event.seq` is taken inside the transaction of the change, so a smaller seq can
-- become visible after a larger one; whoever followed seq would miss it. Committed events therefore get their `position` here, one relay at a time.
INSERT INTO "event_cursor" ("name", "position") VALUES ('relay', 0);

-- What the relay looks for, however many events it has moved already.
CREATE INDEX "event_unrelayed_idx" ON "event"("seq") WHERE "position" IS NULL;

-- Gives up to `batch` committed events their positions, in the order of seq, and returns how many.
-- A second relay waits at the cursor's row until the first has committed. Under READ COMMITTED each statement of a volatile function has a new
-- snapshot, so the second then sees the first one's positions and gives none twice. The positions become visible together, without gaps.
CREATE FUNCTION relay_events(batch INTEGER) RETURNS INTEGER LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last_position BIGINT;
  moved INTEGER;
BEGIN
  SELECT "position" INTO STRICT last_position FROM "event_cursor" WHERE "name" = 'relay' FOR UPDATE;

  WITH waiting AS (
    SELECT "id", "seq" FROM "event" WHERE "position" IS NULL ORDER BY "seq" LIMIT batch
  ), numbered AS (
    SELECT "id", row_number() OVER (ORDER BY "seq") AS nth FROM waiting
  )
  UPDATE "event" SET "position" = last_position + numbered.nth FROM numbered WHERE "event"."id" = numbered."id";
  GET DIAGNOSTICS moved = ROW_COUNT;

  IF moved > 0 THEN
    UPDATE "event_cursor" SET "position" = last_position + moved WHERE "name" = 'relay';
  END IF;
  RETURN moved;
END
$$;
