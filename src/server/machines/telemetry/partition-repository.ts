import type { Tx } from "#server/infra/events.ts";
import { type Level, periodEnd } from "./levels.ts";

/** Tables and statements of the partitions of device_message and telemetry_rollup. Names are made of levels and dates alone: nothing here comes from outside. */
const LOCK = 62_610_052;

/** A partition of a level, by its begin. */
export interface Partition {
  level: Level;
  begin: Date;
}

/** One process at a time, until the transaction ends; and not for long in the way of those who store messages. @returns false when another process is at it */
export async function lockPartitions(tx: Tx): Promise<boolean> {
  await tx.$executeRaw`set local lock_timeout = '3s'`;
  const rows = await tx.$queryRaw<{ locked: boolean }[]>`select pg_try_advisory_xact_lock(${LOCK}::bigint) as locked`;
  return rows[0]?.locked ?? false;
}

/** Begins of the level's partitions. */
export async function partitionBegins(tx: Tx, level: Level): Promise<Date[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = ${tableOf(level)}::regclass order by 1`;
  const prefix = `${prefixOf(level)}_`;
  return rows.flatMap(({ name }) => {
    const date = /^(\d{4})(\d\d)(\d\d)$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "");
    return date ? [new Date(Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3])))] : [];
  });
}

/** Times of the level's rows before `before` that lie in the default partition: one of each day. */
export async function strayDays(tx: Tx, level: Level, before: Date): Promise<Date[]> {
  const rows = await tx.$queryRawUnsafe<{ at: Date }[]>(`select distinct date_bin('1 day', ${timeOf(level)}, timestamptz '2000-01-01 00:00:00Z') as at from ${tableOf(level)}_default where ${itsRows(level)} < $1`, before);
  return rows.map((row) => row.at);
}

/** Makes the partition, with the rows of its time that lie in the default partition. Whoever would put one there meanwhile waits. */
export async function createPartition(tx: Tx, { level, begin }: Partition): Promise<void> {
  const [table, name, end] = [tableOf(level), nameOf(level, begin), periodEnd(level, begin)];
  const bound = (at: Date): string => (level.seconds === 0 ? `('${at.toISOString()}')` : `(${level.seconds}, '${at.toISOString()}')`);
  // Rows of roll-ups are added to again and again: with room on their page that touches no index.
  await tx.$executeRawUnsafe(`create table ${name} (like ${table} including defaults) ${level.seconds === 0 ? "" : "with (fillfactor = 80)"}`);
  await tx.$executeRawUnsafe(`lock table ${table}_default in access exclusive mode`);
  await tx.$executeRawUnsafe(`with moved as (delete from ${table}_default where ${itsRows(level)} >= '${begin.toISOString()}' and ${timeOf(level)} < '${end.toISOString()}' returning *) insert into ${name} select * from moved`);
  await tx.$executeRawUnsafe(`alter table ${table} attach partition ${name} for values from ${bound(begin)} to ${bound(end)}`);
}

/** Removes the partition with all that is in it. */
export async function dropPartition(tx: Tx, { level, begin }: Partition): Promise<void> {
  await tx.$executeRawUnsafe(`drop table ${nameOf(level, begin)}`);
}

/** Removes the level's rows of the default partition from before `before`. */
export async function deleteStrays(tx: Tx, level: Level, before: Date): Promise<void> {
  await tx.$executeRawUnsafe(`delete from ${tableOf(level)}_default where ${itsRows(level)} < $1`, before);
}

/** To be followed by a comparison with a time. */
function itsRows(level: Level): string {
  return level.seconds === 0 ? "received_at" : `resolution = ${level.seconds} and at`;
}

function timeOf(level: Level): string {
  return level.seconds === 0 ? "received_at" : "at";
}

function tableOf(level: Level): string {
  return level.seconds === 0 ? "device_message" : "telemetry_rollup";
}

function prefixOf(level: Level): string {
  return level.seconds === 0 ? "device_message" : `telemetry_rollup_${level.seconds}`;
}

function nameOf(level: Level, begin: Date): string {
  return `${prefixOf(level)}_${begin.toISOString().slice(0, 10).replaceAll("-", "")}`;
}
