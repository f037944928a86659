-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "time_zone" TEXT;

-- AlterTable
ALTER TABLE "quota" ADD COLUMN     "backups" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "vm" ADD COLUMN     "backup_due_at" TIMESTAMPTZ(3),
ADD COLUMN     "backup_every_hours" INTEGER,
ADD COLUMN     "backup_keep" INTEGER NOT NULL DEFAULT 7,
ADD COLUMN     "serial_offset" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "vm_metric" ADD COLUMN     "cpu_iowait_percent" DOUBLE PRECISION,
ADD COLUMN     "cpu_system_percent" DOUBLE PRECISION,
ADD COLUMN     "cpu_user_percent" DOUBLE PRECISION,
ADD COLUMN     "disk_read_iops" DOUBLE PRECISION,
ADD COLUMN     "disk_write_iops" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "vm_metric_rollup" ADD COLUMN     "cpu_iowait_percent" DOUBLE PRECISION,
ADD COLUMN     "cpu_system_percent" DOUBLE PRECISION,
ADD COLUMN     "cpu_user_percent" DOUBLE PRECISION,
ADD COLUMN     "disk_read_iops" DOUBLE PRECISION,
ADD COLUMN     "disk_write_iops" DOUBLE PRECISION;

-- CreateTable
CREATE TABLE "vm_backup" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "vm_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "image_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "automatic" BOOLEAN NOT NULL DEFAULT false,
    "status" TEXT NOT NULL,
    "storage_gb" INTEGER NOT NULL,
    "size_mb" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ready_at" TIMESTAMPTZ(3),

    CONSTRAINT "vm_backup_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "vm_backup_vm_id_created_at_idx" ON "vm_backup"("vm_id", "created_at");

-- CreateIndex
CREATE INDEX "vm_backup_organization_id_created_at_idx" ON "vm_backup"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "vm_backup_host_id_idx" ON "vm_backup"("host_id");

-- CreateIndex
CREATE INDEX "vm_backup_due_at_idx" ON "vm"("backup_due_at");

-- AddForeignKey
ALTER TABLE "vm_backup" ADD CONSTRAINT "vm_backup_vm_id_fkey" FOREIGN KEY ("vm_id") REFERENCES "vm"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm_backup" ADD CONSTRAINT "vm_backup_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm_backup" ADD CONSTRAINT "vm_backup_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Nobody decided on backups for the tiers that are there: as many as they may have VMs.
UPDATE "quota" SET "backups" = "vms";
