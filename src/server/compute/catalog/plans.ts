import type { z } from "zod";
import type { planAdminOutput, planCreateInput, planListOutput, planUpdateInput } from "#shared/compute/catalog.ts";
import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { given } from "./given.ts";
import { changePlan, insertPlan, listPlanRows, lockPlan, type PlanDetails, planDetails, replacePlanHosts } from "./plan-repository.ts";
import { namedHosts } from "./places.ts";
import { taken } from "./refusals.ts";

type PlanView = z.infer<typeof planAdminOutput>;

/** All plans, archived ones last. */
export async function listPlans(rt: Runtime): Promise<z.infer<typeof planListOutput>> {
  return { data: (await listPlanRows(rt)).map(toView) };
}

/** @throws AppError CONFLICT (slug), INVALID_REQUEST (a host that is none) */
export async function createPlan(rt: Runtime, actor: UserActor, input: z.infer<typeof planCreateInput>): Promise<PlanView> {
  const id = newId("plan");
  const { hosts, ...fields } = input;
  return transact(rt, async (tx) => {
    await namedHosts(tx, "hosts", hosts);
    const row = { ...fields, id, computePricePerHour: BigInt(fields.computePricePerHour), storagePricePerHour: BigInt(fields.storagePricePerHour) };
    if (!(await insertPlan(tx, row))) throw taken("slug");
    await replacePlanHosts(tx, id, hosts);
    const made = await viewIn(tx, id);
    await recordAudit(tx, actor, { action: "plan.create", subjectType: "plan", subjectId: id, organizationId: null, after: auditOf(made), at: rt.clock.now() });
    return made;
  });
}

/** Changes what new VMs get. VMs that exist keep their size and their price. `active: false` archives it. @throws AppError NOT_FOUND, INVALID_REQUEST */
export async function updatePlan(rt: Runtime, actor: UserActor, input: z.infer<typeof planUpdateInput>): Promise<PlanView> {
  const { id, hosts, computePricePerHour, storagePricePerHour, ...fields } = input;
  return transact(rt, async (tx) => {
    if (!(await lockPlan(tx, id))) throw notFound("plan");
    const before = await viewIn(tx, id);
    if (hosts) await namedHosts(tx, "hosts", hosts);
    await changePlan(tx, id, {
      ...given(fields),
      ...(computePricePerHour === undefined ? {} : { computePricePerHour: BigInt(computePricePerHour) }),
      ...(storagePricePerHour === undefined ? {} : { storagePricePerHour: BigInt(storagePricePerHour) }),
    });
    if (hosts) await replacePlanHosts(tx, id, hosts);
    const after = await viewIn(tx, id);
    const action = input.active === false && before.active ? "plan.archive" : "plan.update";
    await recordAudit(tx, actor, { action, subjectType: "plan", subjectId: id, organizationId: null, before: auditOf(before), after: auditOf(after), at: rt.clock.now() });
    return after;
  });
}

async function viewIn(tx: Tx, id: string): Promise<PlanView> {
  const plan = await planDetails(tx, id);
  if (!plan) throw notFound("plan");
  return toView(plan);
}

function toView(plan: PlanDetails): PlanView {
  const { hosts, _count, computePricePerHour, storagePricePerHour, cloneMode, ...fields } = plan;
  return {
    ...fields,
    cloneMode: cloneMode === "linked" ? "linked" : "full",
    computePricePerHour: computePricePerHour.toString(),
    storagePricePerHour: storagePricePerHour.toString(),
    hosts: hosts.map(({ hostId, host, storage }) => ({ hostId, hostName: host.name, storage })),
    vmCount: _count.vms,
  };
}

function auditOf(plan: PlanView): Prisma.InputJsonObject {
  const { vmCount: _count, hosts, ...view } = plan;
  return { ...view, hosts: hosts.map(({ hostName, storage }) => ({ host: hostName, storage })) };
}
