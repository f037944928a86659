import type { Scope } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Machine, MachineConnection, Prisma, RejectedMessage } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { visibleMachines } from "./policy.ts";

const DETAIL = {
  template: { select: { name: true } },
  latest: true,
  slots: { include: { product: true }, orderBy: [{ row: "asc" }, { column: "asc" }] },
  claims: { orderBy: { createdAt: "desc" }, take: 1 },
  _count: { select: { rejected: true } },
} as const satisfies Prisma.MachineInclude;

export type MachineDetailRow = Prisma.MachineGetPayload<{ include: typeof DETAIL }>;
export type MachineListRow = Prisma.MachineGetPayload<{ include: { latest: true } }>;

export async function findMachine(tx: Tx, scope: Scope, id: string): Promise<MachineDetailRow | null> {
  return tx.machine.findFirst({ where: { id, ...visibleMachines(scope) }, include: DETAIL });
}

export async function isVisible(rt: Runtime, scope: Scope, id: string): Promise<boolean> {
  return (await rt.db.prisma.machine.findFirst({ where: { id, ...visibleMachines(scope) }, select: { id: true } })) !== null;
}

export async function findMachines(
  rt: Runtime,
  scope: Scope,
  filter: { status: string | undefined; search: string | undefined; limit: number; offset: number },
): Promise<{ rows: MachineListRow[]; total: number }> {
  const contains = { contains: filter.search ?? "", mode: "insensitive" } as const;
  const where: Prisma.MachineWhereInput = {
    ...visibleMachines(scope),
    ...(filter.status ? { status: filter.status } : {}),
    ...(filter.search ? { OR: [{ name: contains }, { slug: contains }, { address: contains }, { id: filter.search }, { hardwareId: filter.search }, { serial: filter.search }] } : {}),
  };
  const [rows, total] = await Promise.all([
    rt.db.prisma.machine.findMany({ where, include: { latest: true }, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: filter.limit, skip: filter.offset }),
    rt.db.prisma.machine.count({ where }),
  ]);
  return { rows, total };
}

/** The newest machines of an organization that have slots. */
export async function findWithSlots(rt: Runtime, organizationId: string, search: string | undefined, limit: number): Promise<{ id: string; name: string; address: string }[]> {
  const contains = { contains: search ?? "", mode: "insensitive" } as const;
  return rt.db.prisma.machine.findMany({
    where: { organizationId, slots: { some: {} }, ...(search ? { OR: [{ name: contains }, { address: contains }, { slug: contains }] } : {}) },
    select: { id: true, name: true, address: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
}

/** Names by id. */
export async function machineNames(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rt.db.prisma.machine.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** Items and places for items of each machine. */
export async function stockTotals(rt: Runtime, machineIds: readonly string[]): Promise<Map<string, { count: number; capacity: number }>> {
  const rows = await rt.db.prisma.slot.groupBy({ by: ["machineId"], where: { machineId: { in: [...machineIds] } }, _sum: { count: true, capacity: true } });
  return new Map(rows.map((row) => [row.machineId, { count: row._sum.count ?? 0, capacity: row._sum.capacity ?? 0 }]));
}

/** The machine, locked until the transaction ends: whoever changes its state, claims or slots takes this lock first. */
export async function lockMachine(tx: Tx, id: string): Promise<Machine | null> {
  await tx.$queryRaw`select id from machine where id = ${id} for update`;
  return tx.machine.findUnique({ where: { id } });
}

/** @returns false when the slug is taken */
export async function insertMachine(tx: Tx, machine: Prisma.MachineCreateManyInput): Promise<boolean> {
  return (await tx.machine.createMany({ data: [machine], skipDuplicates: true })).count === 1;
}

export async function updateMachine(tx: Tx, id: string, data: Prisma.MachineUncheckedUpdateInput): Promise<void> {
  await tx.machine.update({ where: { id }, data, select: { id: true } });
}

export async function hasOrders(tx: Tx, machineId: string): Promise<boolean> {
  return (await tx.machineOrder.findFirst({ where: { machineId }, select: { id: true } })) !== null;
}

export async function deleteMachine(tx: Tx, id: string): Promise<void> {
  await tx.machine.delete({ where: { id }, select: { id: true } });
}

export async function countSimulated(rt: Runtime, organizationId: string): Promise<number> {
  return rt.db.prisma.machine.count({ where: { organizationId, simulated: true } });
}

/** The machines whose devices run in the demo, in the order of their making. */
export async function findSimulated(rt: Runtime): Promise<Machine[]> {
  return rt.db.prisma.machine.findMany({ where: { simulated: true, status: { not: "draft" } }, orderBy: { id: "asc" }, take: 50 });
}

export async function insertConnections(tx: Tx, rows: readonly MachineConnection[]): Promise<void> {
  if (rows.length > 0) await tx.machineConnection.createMany({ data: [...rows] });
}

export async function findConnections(rt: Runtime, machineId: string, { before, limit }: { before: string | null; limit: number }): Promise<MachineConnection[]> {
  return rt.db.prisma.machineConnection.findMany({ where: { machineId, ...(before === null ? {} : { id: { lt: before } }) }, orderBy: { id: "desc" }, take: limit });
}

export async function findRejected(rt: Runtime, machineId: string, limit: number): Promise<RejectedMessage[]> {
  return rt.db.prisma.rejectedMessage.findMany({ where: { machineId }, orderBy: [{ receivedAt: "desc" }, { id: "desc" }], take: limit });
}
