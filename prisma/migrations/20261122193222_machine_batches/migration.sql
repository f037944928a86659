-- AlterTable
ALTER TABLE "machine" ADD COLUMN     "batch_id" TEXT,
ADD COLUMN     "batch_row" INTEGER,
ADD COLUMN     "serial" TEXT;

-- CreateTable
CREATE TABLE "machine_batch" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "file_hash" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "sources" JSONB NOT NULL,
    "created_by_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "machine_batch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "machine_batch_created_at_idx" ON "machine_batch"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "machine_batch_organization_id_file_hash_key" ON "machine_batch"("organization_id", "file_hash");

-- CreateIndex
CREATE UNIQUE INDEX "machine_batch_id_batch_row_key" ON "machine"("batch_id", "batch_row");

-- AddForeignKey
ALTER TABLE "machine" ADD CONSTRAINT "machine_batch_id_fkey" FOREIGN KEY ("batch_id") REFERENCES "machine_batch"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- One machine in service for each number of its owner's; a decommissioned one gives it free. What a schema cannot say.
CREATE UNIQUE INDEX "machine_serial_key" ON "machine"("organization_id", "serial") WHERE "status" <> 'decommissioned';
