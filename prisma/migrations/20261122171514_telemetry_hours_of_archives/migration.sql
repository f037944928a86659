-- CreateTable
CREATE TABLE "telemetry_hour" (
    "machine_id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "min" DOUBLE PRECISION NOT NULL,
    "avg" DOUBLE PRECISION NOT NULL,
    "max" DOUBLE PRECISION NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "telemetry_hour_pkey" PRIMARY KEY ("machine_id","metric","hour")
);

-- AddForeignKey
ALTER TABLE "telemetry_hour" ADD CONSTRAINT "telemetry_hour_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machine"("id") ON DELETE CASCADE ON UPDATE CASCADE;
