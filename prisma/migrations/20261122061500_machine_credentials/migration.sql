-- A table with rows would make this fail: before this migration nothing could write one.
ALTER TABLE "device_credential" ADD COLUMN     "mosquitto_hash" TEXT NOT NULL;

-- AlterTable
ALTER TABLE "rejected_message" ALTER COLUMN "machine_id" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "rejected_message_received_at_idx" ON "rejected_message"("received_at");

-- CreateTable
CREATE TABLE "machine_connection" (
    "id" TEXT NOT NULL,
    "machine_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "machine_connection_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "machine_connection_machine_id_id_idx" ON "machine_connection"("machine_id", "id");

-- AddForeignKey
ALTER TABLE "machine_connection" ADD CONSTRAINT "machine_connection_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;
