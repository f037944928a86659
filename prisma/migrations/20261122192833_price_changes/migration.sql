-- CreateTable
CREATE TABLE "price_change" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "lines" JSONB NOT NULL DEFAULT '[]',
    "machines" INTEGER NOT NULL DEFAULT 0,
    "slots" INTEGER NOT NULL DEFAULT 0,
    "actor_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "price_change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "price_change_key_hash_key" ON "price_change"("key_hash");

-- CreateIndex
CREATE INDEX "price_change_organization_id_created_at_idx" ON "price_change"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "slot_product_id_idx" ON "slot"("product_id");
