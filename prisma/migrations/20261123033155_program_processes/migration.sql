-- CreateTable
CREATE TABLE "program_process" (
    "id" TEXT NOT NULL,
    "roles" TEXT[],
    "broker" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "program_process_pkey" PRIMARY KEY ("id")
);
