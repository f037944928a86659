-- A table with rows would make this fail: before this migration nothing could write one.
ALTER TABLE "device_credential" ADD COLUMN     "mosquitto_hash" TEXT NOT NULL;

-- AlterTable
ALTER TABLE "rejected_message" ALTER COLUMN "machine_id" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "rejected_message_received_at_idx" ON "rejected_message"("received_at");
