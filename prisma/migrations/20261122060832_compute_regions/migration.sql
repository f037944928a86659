-- AlterTable
ALTER TABLE "operation_step" ADD COLUMN     "compensation_attempt" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "project" ADD COLUMN     "operation_id" TEXT;

-- AlterTable
ALTER TABLE "vm" ADD COLUMN     "region" TEXT NOT NULL;

-- CreateTable
CREATE TABLE "region" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "region_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "host_region_idx" ON "host"("region");

-- AddForeignKey
ALTER TABLE "host" ADD CONSTRAINT "host_region_fkey" FOREIGN KEY ("region") REFERENCES "region"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vm" ADD CONSTRAINT "vm_region_fkey" FOREIGN KEY ("region") REFERENCES "region"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
