import type { z } from "zod";
import type { planAdminOutput, planCreateInput, planListOutput, planUpdateInput } from "#shared/compute/catalog.ts";
import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { allPricesAt, type ComponentPrices } from "#server/billing/prices/prices.ts";
import { addPrices } from "#server/billing/prices/schedule.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { given } from "./given.ts";
import { changePlan, insertPlan, listPlanRows, lockPlan, type PlanDetails, planDetails, replacePlanHosts } from "./plan-repository.ts";
import { namedHosts } from "./places.ts";
import { priceView } from "./price-view.ts";
import { taken } from "./refusals.ts";

type PlanView = z.infer<typeof planAdminOutput>;

/** All plans, archived ones last. */
export async function listPlans(rt: Runtime): Promise<z.infer<typeof planListOutput>> {
  const [plans, prices] = await Promise.all([listPlanRows(rt), allPricesAt(rt.db.prisma, "plan", rt.clock.now())]);
  return { data: plans.map((plan) => toView(plan, prices.get(plan.id))) };
}

/** @throws AppError CONFLICT (slug), INVALID_REQUEST (a host that is none) */
export async function createPlan(rt: Runtime, actor: UserActor, input: z.infer<typeof planCreateInput>): Promise<PlanView> {
  const id = newId("plan");
  const { hosts, computePricePerHour, storagePricePerHour, policy, ...fields } = input;
  return transact(rt, async (tx) => {
    const at = rt.clock.now();
    await namedHosts(tx, "hosts", hosts);
    if (!(await insertPlan(tx, { ...fields, id }))) throw taken("slug");
    await replacePlanHosts(tx, id, hosts);
    await addPrices(tx, {
      subject: { type: "plan", id },
      compute: BigInt(computePricePerHour),
      storage: BigInt(storagePricePerHour),
      policy,
      effectiveFrom: at,
      appliesTo: "new",
      createdById: actor.userId,
      at,
    });
    const made = await viewIn(tx, id, at);
    await recordAudit(tx, actor, { action: "plan.create", subjectType: "plan", subjectId: id, organizationId: null, after: auditOf(made), at });
    return made;
  });
}

/** Changes what new VMs get. VMs that exist keep their size. Its price is another matter: price-changes.ts. `active: false` archives it. @throws AppError NOT_FOUND, INVALID_REQUEST */
export async function updatePlan(rt: Runtime, actor: UserActor, input: z.infer<typeof planUpdateInput>): Promise<PlanView> {
  const { id, hosts, ...fields } = input;
  return transact(rt, async (tx) => {
    if (!(await lockPlan(tx, id))) throw notFound("plan");
    const at = rt.clock.now();
    const before = await viewIn(tx, id, at);
    if (hosts) await namedHosts(tx, "hosts", hosts);
    await changePlan(tx, id, given(fields));
    if (hosts) await replacePlanHosts(tx, id, hosts);
    const after = await viewIn(tx, id, at);
    const action = input.active === false && before.active ? "plan.archive" : "plan.update";
    await recordAudit(tx, actor, { action, subjectType: "plan", subjectId: id, organizationId: null, before: auditOf(before), after: auditOf(after), at });
    return after;
  });
}

async function viewIn(tx: Tx, id: string, at: Date): Promise<PlanView> {
  const plan = await planDetails(tx, id);
  if (!plan) throw notFound("plan");
  return toView(plan, (await allPricesAt(tx, "plan", at, id)).get(id));
}

function toView(plan: PlanDetails, prices: ComponentPrices | undefined): PlanView {
  const { hosts, _count, cloneMode, ...fields } = plan;
  return {
    ...fields,
    cloneMode: cloneMode === "linked" ? "linked" : "full",
    ...priceView(prices),
    hosts: hosts.map(({ hostId, host, storage }) => ({ hostId, hostName: host.name, storage })),
    vmCount: _count.vms,
  };
}

function auditOf(plan: PlanView): Prisma.InputJsonObject {
  const { vmCount: _count, hosts, ...view } = plan;
  return { ...view, hosts: hosts.map(({ hostName, storage }) => ({ host: hostName, storage })) };
}
