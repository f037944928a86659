-- AlterTable
ALTER TABLE "rollout" ADD COLUMN     "step_met_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "rollout_machine" ADD COLUMN     "installs" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "ota" JSONB,
ADD COLUMN     "round" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tolerated" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "firmware_key" (
    "kid" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "private_sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "firmware_key_pkey" PRIMARY KEY ("kid")
);

-- A machine is in one rollout at a time: of two that begin at once, one is refused by this.
CREATE UNIQUE INDEX "rollout_machine_open" ON "rollout_machine"("machine_id") WHERE "state" IN ('waiting', 'offered', 'downloading', 'verifying', 'installing');
