import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Scope } from "#server/identity/actor.ts";
import { visibleMachines } from "../policy.ts";

const PLANOGRAM = {
  id: true,
  organizationId: true,
  status: true,
  configVersion: true,
  slots: { include: { product: true }, orderBy: [{ row: "asc" }, { column: "asc" }] },
} as const satisfies Prisma.MachineSelect;

export type PlanogramRow = Prisma.MachineGetPayload<{ select: typeof PLANOGRAM }>;

export async function findPlanogram(tx: Tx, scope: Scope, machineId: string): Promise<PlanogramRow | null> {
  return tx.machine.findFirst({ where: { id: machineId, ...visibleMachines(scope) }, select: PLANOGRAM });
}

/** What a slot is, apart from how much is in it. */
export interface SlotSettings {
  code: string;
  row: number;
  column: number;
  capacity: number;
  par: number | null;
  mechanism: string;
  productId: string | null;
  price: bigint | null;
  disabledReason: string | null;
}

/** What the machine's slots keep when it is saved again, by code. */
export async function findSettings(tx: Tx, machineId: string): Promise<Map<string, Pick<SlotSettings, "par" | "mechanism" | "disabledReason">>> {
  const rows = await tx.slot.findMany({ where: { machineId }, select: { code: true, par: true, mechanism: true, disabledReason: true } });
  return new Map(rows.map(({ code, ...settings }) => [code, settings]));
}

/** What is in the machine's slots, by code. */
export async function findContents(tx: Tx, machineId: string): Promise<Map<string, { count: number; productId: string | null }>> {
  const rows = await tx.slot.findMany({ where: { machineId }, select: { code: true, count: true, productId: true } });
  return new Map(rows.map(({ code, count, productId }) => [code, { count, productId }]));
}

/** Writes the settings of slots, those that are new and those that are there. One that is for sale again begins without failures. */
export async function upsertSettings(tx: Tx, machineId: string, slots: readonly SlotSettings[]): Promise<void> {
  await tx.$executeRawUnsafe(
    `insert into slot (machine_id, code, "row", "column", capacity, par, mechanism, product_id, price, disabled_reason)
      select $1, code, "row", "column", capacity, par, mechanism, product_id, price, disabled_reason
      from jsonb_to_recordset($2::jsonb) as said (code text, "row" int, "column" int, capacity int, par int, mechanism text, product_id text, price bigint, disabled_reason text)
      on conflict (machine_id, code) do update set "row" = excluded."row", "column" = excluded."column", capacity = excluded.capacity, par = excluded.par, mechanism = excluded.mechanism,
        product_id = excluded.product_id, price = excluded.price, disabled_reason = excluded.disabled_reason,
        failures = case when slot.disabled_reason is not null and excluded.disabled_reason is null then 0 else slot.failures end`,
    machineId,
    JSON.stringify(slots.map(({ productId, price, disabledReason, ...slot }) => ({ ...slot, product_id: productId, price: price?.toString() ?? null, disabled_reason: disabledReason }))),
  );
}

export async function deleteSlots(tx: Tx, machineId: string, codes: readonly string[]): Promise<void> {
  await tx.slot.deleteMany({ where: { machineId, code: { in: [...codes] } } });
}

/** Those of `ids` that are products of the organization and still sold. */
export async function soldProductIds(tx: Tx, organizationId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.product.findMany({ where: { organizationId, id: { in: [...ids] }, archivedAt: null }, select: { id: true } });
  return new Set(rows.map((row) => row.id));
}
