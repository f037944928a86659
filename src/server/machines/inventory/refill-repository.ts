import type { Scope } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma, Refill } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { visibleMachines } from "../policy.ts";

const WITH_MACHINE = {
  machine: { select: { id: true, name: true, organizationId: true, status: true, slots: { include: { product: true }, orderBy: [{ row: "asc" }, { column: "asc" }] } } },
} as const satisfies Prisma.RefillInclude;

export type RefillRow = Prisma.RefillGetPayload<{ include: typeof WITH_MACHINE }>;

export async function findRefill(tx: Tx, scope: Scope, id: string): Promise<RefillRow | null> {
  return tx.refill.findFirst({ where: { id, machine: visibleMachines(scope) }, include: WITH_MACHINE });
}

export async function findOpenRefill(tx: Tx, machineId: string): Promise<Refill | null> {
  return tx.refill.findFirst({ where: { machineId, status: "open" } });
}

export async function insertRefill(tx: Tx, refill: Pick<Refill, "id" | "machineId" | "userId" | "startedAt">): Promise<void> {
  await tx.refill.create({ data: { ...refill, status: "open" }, select: { id: true } });
}

export async function updateRefill(tx: Tx, id: string, data: Prisma.RefillUncheckedUpdateInput): Promise<void> {
  await tx.refill.update({ where: { id }, data, select: { id: true } });
}

/** The open refills of some machines, by machine. */
export async function findOpenRefills(rt: Runtime, machineIds: readonly string[]): Promise<Map<string, { userId: string; startedAt: Date }>> {
  const rows = await rt.db.prisma.refill.findMany({ where: { machineId: { in: [...machineIds] }, status: "open" }, select: { machineId: true, userId: true, startedAt: true } });
  return new Map(rows.map(({ machineId, ...row }) => [machineId, row]));
}

/** A machine's refills before one of them, newest first. */
export async function findRefills(rt: Runtime, machineId: string, before: string | undefined, limit: number): Promise<Refill[]> {
  return rt.db.prisma.refill.findMany({ where: { machineId, ...(before === undefined ? {} : { id: { lt: before } }) }, orderBy: { id: "desc" }, take: limit });
}

/** How many pieces left a slot since a moment, sold or counted out by the device. */
export async function soldSince(tx: Tx, machineId: string, since: ReadonlyMap<string, string>): Promise<Map<string, number>> {
  const rows = await tx.$queryRawUnsafe<{ slot: string; pieces: number }[]>(
    `select said.slot, coalesce(sum(-movement.delta), 0)::int as pieces
      from jsonb_to_recordset($2::jsonb) as said (slot text, at timestamptz) join stock_movement movement
        on movement.machine_id = $1 and movement.slot = said.slot and movement.at > said.at and movement.kind in ('dispense', 'device') and movement.delta < 0
      group by said.slot`,
    machineId,
    JSON.stringify([...since].map(([slot, at]) => ({ slot, at }))),
  );
  return new Map(rows.map((row) => [row.slot, row.pieces]));
}

export interface RouteSlot {
  machineId: string;
  slot: string;
  productId: string;
  name: string;
  sku: string;
  pieces: number;
}

/** What slots of some machines lack to their par: of products that are still sold. */
export async function findMissing(rt: Runtime, machineIds: readonly string[]): Promise<RouteSlot[]> {
  return rt.db.query<RouteSlot>({
    name: "machines_missing",
    text: `select slot.machine_id as "machineId", slot.code as slot, product.id as "productId", product.name, product.sku, coalesce(slot.par, slot.capacity) - slot.count as pieces
      from slot join product on product.id = slot.product_id and product.archived_at is null
      where slot.machine_id in (select jsonb_array_elements_text($1::jsonb)) and coalesce(slot.par, slot.capacity) > slot.count
      order by slot."row", slot."column"`,
    values: [JSON.stringify(machineIds)],
  });
}

export async function findRoute(rt: Runtime, scope: Scope, machineIds: readonly string[]): Promise<Map<string, { id: string; name: string; address: string }>> {
  const rows = await rt.db.prisma.machine.findMany({ where: { id: { in: [...machineIds] }, ...visibleMachines(scope) }, select: { id: true, name: true, address: true } });
  return new Map(rows.map((row) => [row.id, row]));
}
