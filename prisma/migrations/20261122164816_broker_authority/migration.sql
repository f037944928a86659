-- CreateTable
CREATE TABLE "broker_authority" (
    "id" TEXT NOT NULL,
    "certificate_pem" TEXT NOT NULL,
    "key_sealed" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "broker_authority_pkey" PRIMARY KEY ("id")
);
