-- What is recorded and owed is looked up row by row, by its indexes. From statistics that were made while nothing was recorded or owed, the planner would read
-- the whole table for each organization: most of the time of a first run over 2,500 of them.
ALTER FUNCTION metering_charge(TEXT, TEXT, JSONB, JSONB, TEXT[], TIMESTAMPTZ, TIMESTAMPTZ) SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off;
