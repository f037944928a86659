-- AlterTable
ALTER TABLE "host" ADD COLUMN     "checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "cpu_percent" DOUBLE PRECISION,
ADD COLUMN     "credentials" TEXT,
ADD COLUMN     "endpoint" TEXT,
ADD COLUMN     "health" TEXT NOT NULL DEFAULT 'unknown',
ADD COLUMN     "health_message" TEXT,
ADD COLUMN     "health_since" TIMESTAMPTZ(3),
ADD COLUMN     "hypervisor" TEXT,
ADD COLUMN     "memory_free_mb" INTEGER,
ADD COLUMN     "memory_reserve_mb" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "node" TEXT,
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "storage_free_gb" INTEGER,
ADD COLUMN     "storage_reserve_gb" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tls_fingerprint" TEXT,
ADD COLUMN     "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
ADD COLUMN     "vcpu_ratio" DOUBLE PRECISION NOT NULL DEFAULT 1,
ADD COLUMN     "version" TEXT;

-- AlterTable
ALTER TABLE "operation" ADD COLUMN     "abandoned" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "plan" ADD COLUMN     "clone_mode" TEXT NOT NULL DEFAULT 'full',
ADD COLUMN     "description" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "expire_in_days" INTEGER;

-- AlterTable
ALTER TABLE "vm" ADD COLUMN     "compute_price_per_hour" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "expire_at" TIMESTAMPTZ(3),
ADD COLUMN     "expiry_stopped_at" TIMESTAMPTZ(3),
ADD COLUMN     "expiry_warned_at" TIMESTAMPTZ(3),
ADD COLUMN     "snapshot_due_at" TIMESTAMPTZ(3),
ADD COLUMN     "snapshot_every_hours" INTEGER,
ADD COLUMN     "snapshot_keep" INTEGER NOT NULL DEFAULT 7,
ADD COLUMN     "storage_price_per_hour" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "host_finding" (
    "id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "vm_id" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "ignored_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "resolution" TEXT,

    CONSTRAINT "host_finding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proxmox_vmid" (
    "cluster" TEXT NOT NULL,
    "vmid" INTEGER NOT NULL,
    "ref" TEXT NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "proxmox_vmid_pkey" PRIMARY KEY ("cluster","vmid")
);

-- CreateTable
CREATE TABLE "plan_host" (
    "plan_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "storage" TEXT,

    CONSTRAINT "plan_host_pkey" PRIMARY KEY ("plan_id","host_id")
);

-- CreateTable
CREATE TABLE "upgrade" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "vcpu" INTEGER NOT NULL DEFAULT 0,
    "memory_mb" INTEGER NOT NULL DEFAULT 0,
    "storage_gb" INTEGER NOT NULL DEFAULT 0,
    "compute_price_per_hour" BIGINT NOT NULL,
    "storage_price_per_hour" BIGINT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "active" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "upgrade_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image_source" (
    "image_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "source" TEXT NOT NULL,

    CONSTRAINT "image_source_pkey" PRIMARY KEY ("image_id","host_id")
);

-- CreateTable
CREATE TABLE "ip_pool" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "family" INTEGER NOT NULL,
    "network" TEXT NOT NULL,
    "first_address" TEXT NOT NULL,
    "last_address" TEXT NOT NULL,
    "gateway" TEXT,
    "nameservers" TEXT[],
    "bridge" TEXT,
    "vlan" INTEGER,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ip_pool_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ip_address" (
    "address" TEXT NOT NULL,
    "pool_id" TEXT NOT NULL,
    "vm_id" TEXT,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "ip_address_pkey" PRIMARY KEY ("address")
);

-- CreateTable
CREATE TABLE "quota" (
    "tier" TEXT NOT NULL,
    "vms" INTEGER NOT NULL,
    "vcpu" INTEGER NOT NULL,
    "memory_mb" INTEGER NOT NULL,
    "storage_gb" INTEGER NOT NULL,
    "snapshots" INTEGER NOT NULL,

    CONSTRAINT "quota_pkey" PRIMARY KEY ("tier")
);

-- CreateTable
CREATE TABLE "vm_snapshot" (
    "id" TEXT NOT NULL,
    "vm_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "automatic" BOOLEAN NOT NULL DEFAULT false,
    "with_memory" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL,
    "size_mb" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ready_at" TIMESTAMPTZ(3),

    CONSTRAINT "vm_snapshot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vm_log" (
    "id" BIGSERIAL NOT NULL,
    "vm_id" TEXT NOT NULL,
    "operation_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "vm_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "console_ticket" (
    "token_hash" TEXT NOT NULL,
    "vm_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "console_ticket_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "vm_metric_rollup" (
    "vm_id" TEXT NOT NULL,
    "resolution" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "samples" INTEGER NOT NULL,
    "up_seconds" INTEGER NOT NULL,
    "cpu_percent" DOUBLE PRECISION NOT NULL,
    "cpu_percent_max" DOUBLE PRECISION NOT NULL,
    "memory_used_mb" DOUBLE PRECISION NOT NULL,
    "disk_read_bps" DOUBLE PRECISION NOT NULL,
    "disk_write_bps" DOUBLE PRECISION NOT NULL,
    "network_rx_bps" DOUBLE PRECISION NOT NULL,
    "network_tx_bps" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "vm_metric_rollup_pkey" PRIMARY KEY ("vm_id","resolution","at")
);

-- CreateIndex
CREATE UNIQUE INDEX "host_finding_host_id_kind_ref_key" ON "host_finding"("host_id", "kind", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "proxmox_vmid_cluster_ref_key" ON "proxmox_vmid"("cluster", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "upgrade_slug_key" ON "upgrade"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "ip_pool_name_key" ON "ip_pool"("name");

-- CreateIndex
CREATE INDEX "ip_pool_region_idx" ON "ip_pool"("region");

-- CreateIndex
CREATE INDEX "ip_address_vm_id_idx" ON "ip_address"("vm_id");

-- CreateIndex
CREATE INDEX "ip_address_pool_id_idx" ON "ip_address"("pool_id");

-- CreateIndex
CREATE INDEX "vm_snapshot_vm_id_created_at_idx" ON "vm_snapshot"("vm_id", "created_at");

-- CreateIndex
CREATE INDEX "vm_log_vm_id_id_idx" ON "vm_log"("vm_id", "id");

-- CreateIndex
CREATE INDEX "vm_log_at_idx" ON "vm_log"("at");

-- CreateIndex
CREATE INDEX "console_ticket_expires_at_idx" ON "console_ticket"("expires_at");

-- CreateIndex
CREATE INDEX "vm_metric_rollup_resolution_at_idx" ON "vm_metric_rollup"("resolution", "at");

-- CreateIndex
CREATE INDEX "vm_expire_at_idx" ON "vm"("expire_at");

-- CreateIndex
CREATE INDEX "vm_snapshot_due_at_idx" ON "vm"("snapshot_due_at");

-- AddForeignKey
ALTER TABLE "host_finding" ADD CONSTRAINT "host_finding_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_host" ADD CONSTRAINT "plan_host_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan_host" ADD CONSTRAINT "plan_host_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_source" ADD CONSTRAINT "image_source_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_source" ADD CONSTRAINT "image_source_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ip_pool" ADD CONSTRAINT "ip_pool_region_fkey" FOREIGN KEY ("region") REFERENCES "region"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ip_address" ADD CONSTRAINT "ip_address_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "ip_pool"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ip_address" ADD CONSTRAINT "ip_address_vm_id_fkey" FOREIGN KEY ("vm_id") REFERENCES "vm"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm_snapshot" ADD CONSTRAINT "vm_snapshot_vm_id_fkey" FOREIGN KEY ("vm_id") REFERENCES "vm"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm_log" ADD CONSTRAINT "vm_log_vm_id_fkey" FOREIGN KEY ("vm_id") REFERENCES "vm"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm_metric_rollup" ADD CONSTRAINT "vm_metric_rollup_vm_id_fkey" FOREIGN KEY ("vm_id") REFERENCES "vm"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a schema cannot say.
ALTER TABLE "host" ALTER COLUMN "updated_at" DROP DEFAULT;
UPDATE "vm" v SET "compute_price_per_hour" = p.compute_price_per_hour, "storage_price_per_hour" = p.storage_price_per_hour FROM "plan" p WHERE p.id = v.plan_id;
UPDATE "host" SET "health" = 'healthy', "health_since" = "created_at", "hypervisor" = 'simulated' WHERE "driver" = 'simulated';
ALTER TABLE "host" ADD CONSTRAINT "host_status_check" CHECK ("status" IN ('active', 'draining', 'maintenance'));
ALTER TABLE "host" ADD CONSTRAINT "host_health_check" CHECK ("health" IN ('unknown', 'healthy', 'unreachable'));
ALTER TABLE "host" ADD CONSTRAINT "host_capacity_check" CHECK ("vcpu" > 0 AND "memory_mb" > 0 AND "storage_gb" > 0 AND "vcpu_ratio" >= 1 AND "memory_reserve_mb" >= 0 AND "storage_reserve_gb" >= 0);
ALTER TABLE "plan" ADD CONSTRAINT "plan_clone_mode_check" CHECK ("clone_mode" IN ('full', 'linked'));
ALTER TABLE "plan" ADD CONSTRAINT "plan_sizes_check" CHECK ("vcpu" > 0 AND "memory_mb" > 0 AND "storage_gb" > 0 AND "compute_price_per_hour" >= 0 AND "storage_price_per_hour" >= 0 AND ("expire_in_days" IS NULL OR "expire_in_days" > 0));
ALTER TABLE "upgrade" ADD CONSTRAINT "upgrade_adds_check" CHECK ("vcpu" >= 0 AND "memory_mb" >= 0 AND "storage_gb" >= 0 AND "vcpu" + "memory_mb" + "storage_gb" > 0 AND "compute_price_per_hour" >= 0 AND "storage_price_per_hour" >= 0);
-- Text that inet cannot read is refused, and each address has one spelling: the key is then about addresses, not about texts.
ALTER TABLE "ip_pool" ADD CONSTRAINT "ip_pool_family_check" CHECK ("family" IN (4, 6) AND family("network"::cidr) = "family" AND family("first_address"::inet) = "family" AND family("last_address"::inet) = "family");
ALTER TABLE "ip_pool" ADD CONSTRAINT "ip_pool_range_check" CHECK ("first_address"::inet <<= "network"::cidr AND "last_address"::inet <<= "network"::cidr AND "first_address"::inet <= "last_address"::inet);
ALTER TABLE "ip_address" ADD CONSTRAINT "ip_address_spelling_check" CHECK ("address" = host("address"::inet));
ALTER TABLE "ip_address" ADD CONSTRAINT "ip_address_taken_check" CHECK (("vm_id" IS NULL) = ("released_at" IS NOT NULL));
ALTER TABLE "quota" ADD CONSTRAINT "quota_check" CHECK ("vms" >= 0 AND "vcpu" >= 0 AND "memory_mb" >= 0 AND "storage_gb" >= 0 AND "snapshots" >= 0);
ALTER TABLE "vm_snapshot" ADD CONSTRAINT "vm_snapshot_status_check" CHECK ("status" IN ('creating', 'ready', 'restoring', 'deleting', 'error'));
INSERT INTO "quota" ("tier", "vms", "vcpu", "memory_mb", "storage_gb", "snapshots") VALUES ('free', 20, 32, 65536, 1000, 5), ('pro', 50, 100, 204800, 4000, 20), ('business', 500, 1000, 2097152, 40000, 50);
