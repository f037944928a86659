import type { Tx } from "#server/infra/events.ts";
import { type Level, periodEnd } from "./levels.ts";
import { MEASURE_COLUMNS, PEAK } from "./measures.ts";

/** Tables and statements of the partitions of vm_metric and vm_metric_rollup. Names are made of levels and dates alone: nothing here comes from outside. */
const LOCK = 62_610_001;

/** A partition of a level, by its begin. */
export interface Partition {
  level: Level;
  begin: Date;
}

/** One process at a time, until the transaction ends; and not for long in the way of those who read and write. @returns false when another process is at it */
export async function lockPartitions(tx: Tx): Promise<boolean> {
  const rows = await tx.$queryRaw<{ locked: boolean }[]>`select pg_try_advisory_xact_lock(${LOCK}::bigint) as locked`;
  await tx.$executeRaw`set local lock_timeout = '3s'`;
  return rows[0]?.locked ?? false;
}

/** Begins of the level's partitions, oldest first. */
export async function partitionBegins(db: Tx, level: Level): Promise<Date[]> {
  const rows = await db.$queryRaw<{ name: string }[]>`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${tableOf(level)}::regclass order by 1`;
  const prefix = `${prefixOf(level)}_`;
  return rows.flatMap(({ name }) => {
    const date = /^(\d{4})(\d\d)(\d\d)$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "");
    return date ? [new Date(Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3])))] : [];
  });
}

/** Times of the level's rows that lie in the default partition: one of each day. */
export async function strayDays(db: Tx, level: Level): Promise<Date[]> {
  const rows = await db.$queryRawUnsafe<{ at: Date }[]>(
    `select distinct date_bin('1 day', at, timestamptz '2000-01-01 00:00:00Z') as at from ${defaultOf(level)} ${level.seconds === 0 ? "" : `where resolution = ${level.seconds}`}`,
  );
  return rows.map((row) => row.at);
}

/** Makes the partition, with the rows of its time that lie in the default partition. */
export async function createPartition(tx: Tx, { level, begin }: Partition): Promise<void> {
  const [name, end] = [nameOf(level, begin), periodEnd(level, begin)];
  const its = `${level.seconds === 0 ? "" : `resolution = ${level.seconds} and `}at >= '${begin.toISOString()}' and at < '${end.toISOString()}'`;
  await createPartitionTable(tx, { level, begin });
  await tx.$executeRawUnsafe(`with moved as (delete from ${defaultOf(level)} where ${its} returning *) insert into ${name} select * from moved`);
  await attachPartition(tx, { level, begin });
}

/** A table by itself, to be filled and attached. @returns its name */
export async function createPartitionTable(tx: Tx, { level, begin }: Partition): Promise<string> {
  await tx.$executeRawUnsafe(`create table ${nameOf(level, begin)} (like ${tableOf(level)})`);
  return nameOf(level, begin);
}

/** Makes the table a partition, with its indexes. The default partition must have none of its rows. */
export async function attachPartition(tx: Tx, { level, begin }: Partition): Promise<void> {
  const [table, name, end] = [tableOf(level), nameOf(level, begin), periodEnd(level, begin)];
  const bound = (at: Date): string => (level.seconds === 0 ? `('${at.toISOString()}')` : `(${level.seconds}, '${at.toISOString()}')`);
  await tx.$executeRawUnsafe(`alter table ${table} attach partition ${name} for values from ${bound(begin)} to ${bound(end)}`);
  // A VM's rows of a year lie a day's rows of all VMs apart; this index has them side by side (docs/decisions/0014).
  if (level.seconds >= 3_600) {
    await tx.$executeRawUnsafe(`create index ${name}_series on ${name} (vm_id, resolution, at)
      include (${["samples", "up_seconds", PEAK, ...MEASURE_COLUMNS].join(", ")})`);
  }
}

/** Removes the partition with all that is in it. */
export async function dropPartition(tx: Tx, { level, begin }: Partition): Promise<void> {
  await tx.$executeRawUnsafe(`drop table ${nameOf(level, begin)}`);
}

/** Removes the level's rows of the default partition from before `before`. */
export async function deleteStrays(tx: Tx, level: Level, before: Date): Promise<void> {
  await tx.$executeRawUnsafe(`delete from ${defaultOf(level)} where ${level.seconds === 0 ? "" : `resolution = ${level.seconds} and `}at < '${before.toISOString()}'`);
}

function tableOf(level: Level): string {
  return level.seconds === 0 ? "vm_metric" : "vm_metric_rollup";
}

function prefixOf(level: Level): string {
  return level.seconds === 0 ? "vm_metric" : `vm_metric_rollup_${level.seconds}`;
}

function defaultOf(level: Level): string {
  return `${tableOf(level)}_default`;
}

function nameOf(level: Level, begin: Date): string {
  return `${prefixOf(level)}_${begin.toISOString().slice(0, 10).replaceAll("-", "")}`;
}
