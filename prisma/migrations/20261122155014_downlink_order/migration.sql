-- DropIndex
DROP INDEX "downlink_machine_id_id_idx";

-- AlterTable
ALTER TABLE "downlink" ADD COLUMN     "seq" BIGSERIAL NOT NULL;

-- CreateIndex
CREATE INDEX "downlink_machine_id_seq_idx" ON "downlink"("machine_id", "seq");
