import type { Scope } from "#server/identity/actor.ts";
import type { DeviceCommand, OrderLine, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { OrderRow } from "./order-repository.ts";

const SHORT = { lines: { orderBy: { position: "asc" } }, machine: { select: { name: true, slug: true, status: true } } } as const satisfies Prisma.MachineOrderInclude;
const LONG = { ...SHORT, lines: { orderBy: { position: "asc" }, include: { commands: true } } } as const satisfies Prisma.MachineOrderInclude;

export type DetailedOrderRow = Omit<OrderRow, "lines"> & { lines: (OrderLine & { commands: DeviceCommand[] })[] };

/** Which orders a scope may see: an organization those of its machines, the platform all. */
function visible(scope: Scope): Prisma.MachineOrderWhereInput {
  return scope === "platform" ? {} : { organizationId: scope.organizationId };
}

/** The newest first, those after the cursor (an id of the same list). */
export async function orderPage(rt: Pick<Runtime, "db">, organizationId: string, filter: { machineId?: string | undefined; status?: string | undefined }, cursor: string | undefined, limit: number): Promise<OrderRow[]> {
  const { machineId, status } = filter;
  // Ids sort by time.
  const where = { organizationId, ...(machineId === undefined ? {} : { machineId }), ...(status === undefined ? {} : { status }), ...(cursor === undefined ? {} : { id: { lt: cursor } }) };
  return rt.db.prisma.machineOrder.findMany({ where, orderBy: { id: "desc" }, include: SHORT, take: limit });
}

export interface AdminFilter {
  status?: string | undefined;
  paymentState?: string | undefined;
  machineId?: string | undefined;
  search?: string | undefined;
}

export async function orderPageOfAll(rt: Pick<Runtime, "db">, filter: AdminFilter, skip: number, take: number): Promise<{ rows: OrderRow[]; total: number }> {
  const { search } = filter;
  const where: Prisma.MachineOrderWhereInput = {
    ...(filter.status ? { status: filter.status } : {}),
    ...(filter.paymentState ? { paymentState: filter.paymentState } : {}),
    ...(filter.machineId ? { machineId: filter.machineId } : {}),
    ...(search ? { OR: [{ id: search }, { receiptNumber: search.toUpperCase() }, { paymentRef: search }, { providerRef: search }] } : {}),
  };
  const [rows, total] = await Promise.all([rt.db.prisma.machineOrder.findMany({ where, orderBy: { id: "desc" }, include: SHORT, skip, take }), rt.db.prisma.machineOrder.count({ where })]);
  return { rows, total };
}

export async function detailedOrder(rt: Pick<Runtime, "db">, scope: Scope, id: string): Promise<DetailedOrderRow | null> {
  return rt.db.prisma.machineOrder.findFirst({ where: { id, ...visible(scope) }, include: LONG });
}
