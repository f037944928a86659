-- What a round of evaluation has to know of a machine's alerts: what is not over, and what waits for its condition to end. History is not in it.
DROP INDEX "alert_held_key";
CREATE INDEX "alert_watched_idx" ON "alert" ("machine_id") WHERE "state" <> 'resolved' OR "held";
