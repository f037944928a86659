import type { Tx } from "#server/infra/events.ts";
import type { Plan, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const DETAILS = {
  hosts: { include: { host: { select: { name: true } } }, orderBy: { host: { name: "asc" } } },
  _count: { select: { vms: { where: { status: { notIn: ["terminated", "rolled_back"] } } } } },
} satisfies Prisma.PlanInclude;
export type PlanDetails = Prisma.PlanGetPayload<{ include: typeof DETAILS }>;

export function listPlanRows(rt: Runtime): Promise<PlanDetails[]> {
  return rt.db.prisma.plan.findMany({ include: DETAILS, orderBy: [{ active: "desc" }, { position: "asc" }, { id: "asc" }] });
}

export function planDetails(tx: Tx, id: string): Promise<PlanDetails | null> {
  return tx.plan.findUnique({ where: { id }, include: DETAILS });
}

export async function lockPlan(tx: Tx, id: string): Promise<Plan | null> {
  await tx.$queryRaw`select 1 from plan where id = ${id} for no key update`;
  return tx.plan.findUnique({ where: { id } });
}

/** @returns false when another plan has the slug */
export async function insertPlan(tx: Tx, plan: Prisma.PlanCreateManyInput): Promise<boolean> {
  return (await tx.plan.createMany({ data: [plan], skipDuplicates: true })).count === 1;
}

export async function changePlan(tx: Tx, id: string, data: Prisma.PlanUpdateManyMutationInput): Promise<void> {
  await tx.plan.updateMany({ where: { id }, data });
}

/** The plan may stand on these hosts and on no other; none: on every host. */
export async function replacePlanHosts(tx: Tx, planId: string, hosts: readonly { hostId: string; storage: string | null }[]): Promise<void> {
  await tx.planHost.deleteMany({ where: { planId } });
  await tx.planHost.createMany({ data: hosts.map((host) => ({ planId, ...host })) });
}
