import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { PriceChangeInput, PricePreview, priceApplyInput, priceApplyOutput } from "#shared/machines/price-changes.ts";
import { priceProblem } from "#shared/machines/price-rule.ts";
import type { MachineStatus } from "#shared/machines/states.ts";
import type { Actor } from "#server/identity/actor.ts";
import { sha256 } from "#server/infra/crypto.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { lockMachinesOf } from "../assortment/assortment-repository.ts";
import { tellMachines } from "../assortment/tell-machines.ts";
import { type PricePlan, planPrices, planText, type ProductRow, type SlotLine, touches } from "./price-plan.ts";
import {
  findChosenMachines, findGroups, findPriced, findUnpaidLines, finishPriceChange, getPriceChange, insertPriceChange, lockProducts, machinesWithAny, writeProductPrices, writeSlotPrices,
} from "./pricing-repository.ts";

type ApplyInput = z.output<typeof priceApplyInput>;
type Applied = z.output<typeof priceApplyOutput>;

const MACHINES_LISTED = 100;
/** Prices that an audit entry holds; all of them are in the change's own record. */
const PRICES_AUDITED = 100;

/**
 * What a change of many prices would do: each price as it is and as it becomes, and how many machines sell by it.
 * @throws AppError NOT_FOUND for a product or a machine of somebody else's, INVALID_STATE for a machine that is decommissioned
 */
export async function previewPrices(rt: Runtime, organizationId: string, input: PriceChangeInput): Promise<PricePreview> {
  const tx = rt.db.prisma;
  const plan = await planOf(tx, organizationId, input);
  const [machines, unpaid] = await Promise.all([machinesOf(tx, plan), findUnpaidLines(tx, organizationId)]);
  const changed = touches(plan);
  const shown = plan.slots.filter((line) => line.after !== line.before);
  const byMachine = [...Map.groupBy(shown, (line) => line.group.machineId).values()];
  return {
    fingerprint: sha256(planText(plan)),
    products: plan.products.map(({ product, before, after }) => ({ ...view(product, before, after, product.slots), machines: product.machines })),
    machines: byMachine.slice(0, MACHINES_LISTED).flatMap((lines) => {
      const group = lines[0]?.group;
      // The column holds only what our own code writes from this list.
      return group ? [{ machineId: group.machineId, name: group.machineName, status: group.status as MachineStatus, lines: lines.map((line) => view(line.product, line.before, line.after, line.group.slots)) }] : [];
    }),
    moreMachines: Math.max(0, byMachine.length - MACHINES_LISTED),
    total: { products: plan.products.length, machines: machines.length, slots: slotsOf(plan), problems: problemsOf(plan).length },
    openOrders: new Set(unpaid.filter(changed).map((line) => line.orderId)).size,
  };
}

/**
 * Changes the prices that a preview showed, once: a repetition with the same key answers the same. Machines get their new configuration in the same transaction.
 * @throws AppError like the preview; CONFLICT with reason `stale` when prices are not those of the preview any more, or `idempotency_key_reused`; INVALID_REQUEST
 *   with a detail for each price that cannot be one
 */
export async function changePrices(rt: Runtime, actor: Actor, organizationId: string, { fingerprint, idempotencyKey, ...input }: ApplyInput): Promise<Applied> {
  const at = rt.clock.now();
  const keyHash = sha256(`${organizationId}:${idempotencyKey}`);
  const change = await transact(rt, async (tx) => {
    const id = newId("priceChange");
    if (!(await insertPriceChange(tx, { id, organizationId, keyHash, fingerprint, input, actorId: actor.kind === "user" ? actor.userId : null, createdAt: at }))) return getPriceChange(tx, keyHash);
    await lockProducts(tx, organizationId, input.productIds ?? null);
    const productIds = (await findPriced(tx, organizationId, input.productIds ?? null)).map((product) => product.id);
    // All locks before anything is read that is changed, in the order of the ids.
    await lockMachinesOf(tx, await machinesWithAny(tx, productIds, input.machineIds ? { machineIds: input.machineIds } : {}));
    const plan = await planOf(tx, organizationId, input);
    if (sha256(planText(plan)) !== fingerprint) throw new AppError("CONFLICT", "These prices, or what the machines hold, have changed since the preview: look at it again.", { reason: "stale" });
    refuseProblems(plan);
    const machines = await machinesOf(tx, plan);
    await writeProductPrices(tx, plan.products);
    await writeSlotPrices(tx, plan.slots);
    await tellMachines(tx, organizationId, machines, at);
    await finishPriceChange(tx, id, { lines: linesOf(plan), machines: machines.length, slots: slotsOf(plan) });
    await audit(tx, actor, { id, organizationId, input, plan, machines: machines.length, at });
    return getPriceChange(tx, keyHash);
  });
  if (change.fingerprint !== fingerprint) throw new AppError("CONFLICT", "This key was used for another change of prices.", { reason: "idempotency_key_reused" });
  rt.signals.send("downlinks");
  return { id: change.id, machines: change.machines, slots: change.slots, at: change.createdAt.toISOString() };
}

async function planOf(tx: Tx, organizationId: string, input: PriceChangeInput): Promise<PricePlan> {
  const { productIds, machineIds } = input;
  if (machineIds) await checkMachines(tx, organizationId, machineIds);
  const products = await findPriced(tx, organizationId, productIds ?? null);
  const known = new Set(products.map((product) => product.id));
  const strange = [...new Set(productIds ?? [])].filter((id) => !known.has(id));
  if (strange.length > 0) throw strangers("product", "productIds", strange);
  return planPrices(input, products, await findGroups(tx, organizationId, [...known], machineIds ?? null));
}

async function checkMachines(tx: Tx, organizationId: string, ids: readonly string[]): Promise<void> {
  const states = await findChosenMachines(tx, organizationId, ids);
  const strange = ids.filter((id) => !states.has(id));
  if (strange.length > 0) throw strangers("machine", "machineIds", strange);
  const gone = ids.filter((id) => states.get(id) === "decommissioned");
  if (gone.length > 0) throw new AppError("INVALID_STATE", "Some of these machines are decommissioned.", { state: "decommissioned", details: gone.map((id) => ({ field: "machineIds", message: `${id} is decommissioned` })) });
}

function strangers(resource: string, field: string, ids: readonly string[]): AppError {
  const { code, message, extras } = notFound(resource);
  return new AppError(code, message, { ...extras, details: ids.map((id) => ({ field, message: `${id} is not there` })) });
}

/** Machines where something costs something else, in the order of their ids. */
async function machinesOf(tx: Tx, plan: PricePlan): Promise<string[]> {
  const following = plan.products.length === 0 ? [] : await machinesWithAny(tx, plan.products.map((line) => line.product.id), { following: true });
  return [...new Set([...following, ...plan.slots.filter((line) => line.after !== line.before).map((line) => line.group.machineId)])].sort();
}

function slotsOf(plan: PricePlan): number {
  const count = (lines: readonly SlotLine[]): number => lines.reduce((sum, line) => sum + (line.after === line.before ? 0 : line.group.slots), 0);
  return count(plan.slots) + plan.products.reduce((sum, line) => sum + line.product.slots, 0);
}

function problemsOf(plan: PricePlan): { field: string; message: string }[] {
  return [...plan.products.map(({ product, after }) => ({ product, after, where: "" })), ...plan.slots.map(({ product, after, group }) => ({ product, after, where: ` in ${group.machineName}` }))].flatMap(({ product, after, where }) => {
    const problem = priceProblem(after);
    return problem === null ? [] : [{ field: product.id, message: `${product.name}${where} would cost ${problem === "too_low" ? "nothing or less" : "more than 10,000 credits"}` }];
  });
}

function refuseProblems(plan: PricePlan): void {
  const details = problemsOf(plan);
  if (details.length > 0) throw new AppError("INVALID_REQUEST", `${details[0]?.message}.`, { reason: "price_impossible", details: details.slice(0, MACHINES_LISTED) });
}

function view(product: ProductRow, before: bigint, after: bigint, slots: number) {
  return { productId: product.id, productName: product.name, sku: product.sku, before: before.toString(), after: after.toString(), slots, problem: priceProblem(after) };
}

function linesOf(plan: PricePlan) {
  return [
    ...plan.products.map(({ product, before, after }) => ({ productId: product.id, before: before.toString(), after: after.toString() })),
    ...plan.slots.map(({ group, product, before, after }) => ({ productId: product.id, machineId: group.machineId, before: before.toString(), after: after.toString() })),
  ];
}

async function audit(tx: Tx, actor: Actor, change: { id: string; organizationId: string; input: PriceChangeInput; plan: PricePlan; machines: number; at: Date }): Promise<void> {
  const { id, organizationId, input, plan, machines, at } = change;
  const lines = [
    ...plan.products.map(({ product, before, after }) => ({ key: product.sku, before, after })),
    ...plan.slots.map(({ product, group, before, after }) => ({ key: `${product.sku} · ${group.machineName}`, before, after })),
  ].slice(0, PRICES_AUDITED);
  await recordAudit(tx, actor, {
    action: "product.price_change",
    subjectType: "price_change",
    subjectId: id,
    organizationId,
    before: Object.fromEntries(lines.map((line) => [line.key, line.before.toString()])),
    after: { ...Object.fromEntries(lines.map((line) => [line.key, line.after.toString()])), rule: JSON.stringify(input.rule), machines, slots: slotsOf(plan) },
    at,
  });
}
