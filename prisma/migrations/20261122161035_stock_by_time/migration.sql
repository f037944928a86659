-- What sold in the last weeks: the forecast reads a machine's movements by time.
CREATE INDEX "stock_movement_machine_id_at_idx" ON "stock_movement"("machine_id", "at");

-- One person at a time fills a machine.
CREATE UNIQUE INDEX "refill_one_open" ON "refill"("machine_id") WHERE "status" = 'open';
