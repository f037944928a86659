import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Queries of how far a VM's serial output is in its log. */
export interface SerialPosition {
  offset: number;
  /** since when its last line is without its end */
  tailAt: Date | null;
}

/** The position, for one reader: who asks again before `pauseMs` are over, in any process, gets null. */
export async function claimSerial(rt: Runtime, vmId: string, at: Date, pauseMs: number): Promise<SerialPosition | null> {
  const rows = await rt.db.query<SerialPosition>({
    name: "vm_serial_claim",
    text: `update vm set serial_read_at = $2 where id = $1 and (serial_read_at is null or serial_read_at <= $3) returning serial_offset::float8 as offset, serial_tail_at as "tailAt"`,
    values: [vmId, at, new Date(at.getTime() - pauseMs)],
  });
  return rows[0] ?? null;
}

/** Nobody reads before `until`. */
export async function postponeSerial(rt: Runtime, vmId: string, until: Date): Promise<void> {
  await rt.db.query({ name: "vm_serial_postpone", text: "update vm set serial_read_at = $2 where id = $1", values: [vmId, until] });
}

/** Its row is locked until the transaction ends. @returns false when another reader has moved it */
export async function moveSerial(tx: Tx, vmId: string, from: number, to: SerialPosition): Promise<boolean> {
  const moved = await tx.vm.updateMany({ where: { id: vmId, serialOffset: BigInt(from) }, data: { serialOffset: BigInt(to.offset), serialTailAt: to.tailAt } });
  return moved.count === 1;
}

/** Deletes all but the newest `keep` serial lines of the VM. */
export async function trimSerial(tx: Tx, vmId: string, keep: number): Promise<void> {
  await tx.$executeRaw`delete from vm_log where vm_id = ${vmId} and source = 'serial'
    and id <= (select id from vm_log where vm_id = ${vmId} and source = 'serial' order by id desc offset ${keep} limit 1)`;
}
