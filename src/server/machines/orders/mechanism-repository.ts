import type { Tx } from "#server/infra/events.ts";

const MECHANISMS = ["motor", "servo", "lock"] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** How a slot lets a piece out. */
export async function mechanismOf(tx: Tx, machineId: string, code: string): Promise<Mechanism> {
  const slot = await tx.slot.findUnique({ where: { machineId_code: { machineId, code } }, select: { mechanism: true } });
  return MECHANISMS.find((mechanism) => mechanism === slot?.mechanism) ?? "motor";
}
