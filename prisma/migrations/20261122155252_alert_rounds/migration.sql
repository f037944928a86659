-- AlterTable
ALTER TABLE "alert" ADD COLUMN     "end_reason" TEXT,
ADD COLUMN     "held" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "told_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "alert_rule" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "key" TEXT;

-- AlterTable
ALTER TABLE "notification" ADD COLUMN     "event_id" TEXT;

-- CreateTable
CREATE TABLE "alert_round" (
    "name" TEXT NOT NULL,
    "evaluated_at" TIMESTAMPTZ(3) NOT NULL,
    "leased_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_round_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "alert_organization_id_id_idx" ON "alert"("organization_id", "id");

-- CreateIndex
CREATE INDEX "alert_machine_id_id_idx" ON "alert"("machine_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "alert_rule_key_key" ON "alert_rule"("key");

-- CreateIndex
CREATE UNIQUE INDEX "notification_user_id_event_id_key" ON "notification"("user_id", "event_id");

-- What was resolved by a person while its condition was met: few at any time, asked for in every round.
CREATE INDEX "alert_held_key" ON "alert" ("machine_id") WHERE "held";
