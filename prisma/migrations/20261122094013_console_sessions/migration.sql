-- AlterTable
ALTER TABLE "console_ticket" ADD COLUMN     "live_until" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "console_ticket_live_until_idx" ON "console_ticket"("live_until");
