-- AlterTable
ALTER TABLE "vm" ADD COLUMN     "storage" TEXT,
ADD COLUMN     "target_storage" TEXT;

-- CreateTable
CREATE TABLE "host_storage" (
    "host_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL,
    "total_gb" INTEGER NOT NULL,
    "free_gb" INTEGER,

    CONSTRAINT "host_storage_pkey" PRIMARY KEY ("host_id","name")
);

-- AddForeignKey
ALTER TABLE "host_storage" ADD CONSTRAINT "host_storage_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What plans say of their storages now is the best that is known of VMs that are there.
UPDATE "vm" SET "storage" = p."storage" FROM "plan_host" p
WHERE p."plan_id" = "vm"."plan_id" AND p."host_id" = "vm"."host_id" AND "vm"."status" NOT IN ('terminated', 'rolled_back');
UPDATE "vm" SET "target_storage" = p."storage" FROM "plan_host" p
WHERE p."plan_id" = "vm"."plan_id" AND p."host_id" = "vm"."target_host_id";
