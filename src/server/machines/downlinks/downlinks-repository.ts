import type { Tx } from "#server/infra/events.ts";
import type { Downlink } from "#server/infra/prisma/client.ts";

export type DownlinkRow = Omit<Downlink, "seq">;

/**
 * Writes a row in its machine's order: the number is drawn under the machine's lock, so a row that is committed later has a higher one.
 * @returns false when there is no such machine
 */
export async function insertDownlink(tx: Tx, row: DownlinkRow): Promise<boolean> {
  const locked = await tx.$queryRaw<unknown[]>`select 1 from machine where id = ${row.machineId} for no key update`;
  if (locked.length === 0) return false;
  await tx.downlink.create({ data: row, select: { id: true } });
  return true;
}

/** The same for machines whose locks are held. */
export async function insertDownlinks(tx: Tx, rows: readonly DownlinkRow[]): Promise<void> {
  if (rows.length > 0) await tx.downlink.createMany({ data: [...rows] });
}

/**
 * The oldest rows of machines that nobody else is publishing to. Who holds the lock of a machine's oldest row is its only publisher: others skip that
 * row, and do not see the ones behind it as the oldest.
 */
export async function lockOldest(tx: Tx, machines: number, rowsEach: number): Promise<Downlink[]> {
  const heads = await tx.$queryRawUnsafe<{ machineId: string }[]>(
    `select machine_id as "machineId" from downlink head
      where not exists (select 1 from downlink earlier where earlier.machine_id = head.machine_id and earlier.seq < head.seq)
      order by seq limit $1::int for update skip locked`,
    machines,
  );
  if (heads.length === 0) return [];
  return tx.$queryRawUnsafe<Downlink[]>(
    `select row.id, row.seq, row.machine_id as "machineId", row.part, row.payload, row.retain, row.command_id as "commandId", row.expires_at as "expiresAt", row.created_at as "createdAt"
      from jsonb_array_elements_text($1::jsonb) as head (machine_id)
      cross join lateral (select * from downlink where downlink.machine_id = head.machine_id order by seq limit $2::int) row
      order by row.seq`,
    JSON.stringify(heads.map((head) => head.machineId)),
    rowsEach,
  );
}

export async function deleteDownlinks(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.downlink.deleteMany({ where: { id: { in: [...ids] } } });
}
