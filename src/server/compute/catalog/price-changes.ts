import type { z } from "zod";
import { USUAL_POLICY } from "#shared/billing/policy.ts";
import type { priceListOutput, pricePreviewOutput, priceScheduleInput, priceVersionOutput, priceWithdrawInput } from "#shared/billing/prices.ts";
import { notFound } from "#shared/errors.ts";
import { isId } from "#shared/ids.ts";
import { allPricesAt, type ComponentPrices, type PriceSubject } from "#server/billing/prices/prices.ts";
import { addPrices, requireFuture, withdrawPrices } from "#server/billing/prices/schedule.ts";
import { listVersions, priceEffect } from "#server/billing/prices/versions.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { namesOfOrganizations, namesOfUsers } from "#server/identity/directory.ts";
import { publishAll, type Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { organizationsWithPrice } from "../vm-price-repository.ts";
import { lockPlan, planDetails } from "./plan-repository.ts";
import { wrong } from "./refusals.ts";
import { findUpgrade, lockUpgrade } from "./upgrade-repository.ts";

type Draft = z.infer<typeof priceScheduleInput>;
type VersionView = z.infer<typeof priceVersionOutput>;

/** All prices that the plan or the upgrade had, has and will have, the latest first. @throws AppError NOT_FOUND */
export async function listPrices(rt: Runtime, subjectId: string): Promise<z.infer<typeof priceListOutput>> {
  const now = rt.clock.now().toISOString();
  const subject = subjectOf(subjectId);
  if (!(await exists(rt.db.prisma, subject))) throw notFound(subject.type);
  const versions = await listVersions(rt, subjectId);
  const current = versions.find(({ effectiveFrom }) => effectiveFrom <= now);
  const authors = await namesOfUsers(rt, [...new Set(versions.flatMap(({ createdById }) => createdById ?? []))]);
  return {
    data: versions.map(({ createdById, ...version }) => ({
      ...version,
      state: version.effectiveFrom > now ? "scheduled" : version.effectiveFrom === current?.effectiveFrom ? "current" : "past",
      createdBy: createdById && (authors.get(createdById) ?? createdById),
    })),
  };
}

/** What the price would do to what customers have now. @throws AppError NOT_FOUND, INVALID_REQUEST as `schedulePrice` */
export async function previewPrice(rt: Runtime, input: Draft): Promise<z.infer<typeof pricePreviewOutput>> {
  const now = rt.clock.now();
  const subject = subjectOf(input.subjectId);
  if (!(await exists(rt.db.prisma, subject))) throw notFound(subject.type);
  const effectiveFrom = beginning(input, now);
  requireFuture(effectiveFrom, now);
  refusePolicy(subject, input);
  if (input.appliesTo === "new") return { running: 0, stopped: 0, customers: 0, before: "0", after: "0", biggest: [] };
  const draft = { subjectId: subject.id, compute: BigInt(input.computePricePerHour), storage: BigInt(input.storagePricePerHour), effectiveFrom };
  const { biggest, before, after, ...counts } = await priceEffect(rt, draft);
  const names = await namesOfOrganizations(rt, biggest.map(({ organizationId }) => organizationId));
  return {
    ...counts,
    before: before.toString(),
    after: after.toString(),
    biggest: biggest.map((each) => ({
      organizationId: each.organizationId,
      organizationName: names.get(each.organizationId) ?? each.organizationId,
      vms: each.resources,
      before: each.before.toString(),
      after: each.after.toString(),
    })),
  };
}

/**
 * Adds a price from a time on. Customers whose VMs it will hold for are told at once.
 * @throws AppError NOT_FOUND, INVALID_REQUEST (in the past; how an upgrade is counted is its plan's matter), CONFLICT (another begins then)
 */
export async function schedulePrice(rt: Runtime, actor: UserActor, input: Draft): Promise<VersionView> {
  const subject = subjectOf(input.subjectId);
  refusePolicy(subject, input);
  return transact(rt, async (tx) => {
    const name = await lock(tx, subject);
    const at = rt.clock.now();
    const effectiveFrom = beginning(input, at);
    const { appliesTo } = input;
    const before = (await allPricesAt(tx, subject.type, effectiveFrom, subject.id)).get(subject.id);
    const policy = input.policy ?? before?.compute.policy ?? USUAL_POLICY;
    await addPrices(tx, {
      subject,
      compute: BigInt(input.computePricePerHour),
      storage: BigInt(input.storagePricePerHour),
      policy,
      effectiveFrom,
      appliesTo,
      createdById: actor.userId,
      at,
    });
    const prices = { computePricePerHour: input.computePricePerHour, storagePricePerHour: input.storagePricePerHour };
    const view = { ...prices, policy, appliesTo, effectiveFrom: effectiveFrom.toISOString() };
    await recordAudit(tx, actor, { action: "price.schedule", subjectType: subject.type, subjectId: subject.id, organizationId: null, ...(before ? { before: auditOf(before) } : {}), after: { name, ...view }, at });
    if (appliesTo === "all") await tellCustomers(tx, { subject, name, effectiveFrom, change: "scheduled", at });
    return { ...view, state: effectiveFrom > at ? "scheduled" : "current", createdBy: actor.name, createdAt: at.toISOString() };
  });
}

/** Takes back a price that is not in effect yet. @throws AppError NOT_FOUND, CONFLICT (it is, or is about to be) */
export async function withdrawPrice(rt: Runtime, actor: UserActor, input: z.infer<typeof priceWithdrawInput>): Promise<void> {
  const subject = subjectOf(input.subjectId);
  const effectiveFrom = new Date(input.effectiveFrom);
  await transact(rt, async (tx) => {
    const name = await lock(tx, subject);
    const view = await withdrawPrices(tx, subject.id, effectiveFrom, () => rt.clock.now());
    const at = rt.clock.now();
    await recordAudit(tx, actor, { action: "price.withdraw", subjectType: subject.type, subjectId: subject.id, organizationId: null, before: { name, ...view }, at });
    if (view?.appliesTo === "all") await tellCustomers(tx, { subject, name, effectiveFrom, change: "withdrawn", at });
  });
}

async function tellCustomers(tx: Tx, change: { subject: PriceSubject; name: string; effectiveFrom: Date; change: "scheduled" | "withdrawn"; at: Date }): Promise<void> {
  const { subject, name, effectiveFrom, at } = change;
  const data = { subjectType: subject.type, subjectId: subject.id, name, effectiveFrom: effectiveFrom.toISOString(), change: change.change };
  await publishAll(tx, (await organizationsWithPrice(tx, subject.id)).map((organizationId) => ({ type: "prices.changed" as const, subject: subject.id, organizationId, at, data })));
}

function subjectOf(id: string): PriceSubject {
  return { type: isId("upgrade", id) ? "upgrade" : "plan", id };
}

async function exists(db: Tx, subject: PriceSubject): Promise<boolean> {
  return (subject.type === "plan" ? await planDetails(db, subject.id) : await findUpgrade(db, subject.id)) !== null;
}

/** Of two administrators one comes after the other. @returns its name */
async function lock(tx: Tx, subject: PriceSubject): Promise<string> {
  const locked = subject.type === "plan" ? await lockPlan(tx, subject.id) : await lockUpgrade(tx, subject.id);
  if (!locked) throw notFound(subject.type);
  return locked.name;
}

function beginning(input: Draft, now: Date): Date {
  return input.effectiveFrom === undefined ? now : new Date(input.effectiveFrom);
}

function refusePolicy(subject: PriceSubject, input: Draft): void {
  if (subject.type === "upgrade" && input.policy !== undefined) throw wrong("policy", "is the plan's: an upgrade is counted as the VM is");
}

function auditOf(prices: ComponentPrices): Prisma.InputJsonObject {
  return { computePricePerHour: prices.compute.pricePerHour.toString(), storagePricePerHour: prices.storage.pricePerHour.toString(), policy: { ...prices.compute.policy } };
}
