-- AlterTable
ALTER TABLE "vm" ADD COLUMN     "target_host_id" TEXT;

-- CreateIndex
CREATE INDEX "vm_target_host_id_idx" ON "vm"("target_host_id");
