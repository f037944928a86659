-- DropIndex
DROP INDEX "vm_organization_id_created_at_idx";

-- CreateIndex
CREATE INDEX "vm_organization_id_created_at_id_status_idx" ON "vm"("organization_id", "created_at", "id", "status");
