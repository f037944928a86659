import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { priceScheduleInput } from "#shared/billing/prices.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { runPriceRound } from "../price-round.ts";
import { createProject } from "../projects.ts";
import { createVm } from "../provision.ts";
import { lockVm } from "../repository.ts";
import { seedCatalog } from "../seed.ts";
import { settleVm } from "../vm-status.ts";
import { getVm } from "../vms.ts";
import { getCatalog } from "./catalog.ts";
import { listPrices, previewPrice, schedulePrice, withdrawPrice } from "./price-changes.ts";

let rt: TestRuntime;
let admin: Person;
let customer: Person;
let projectId: string;
let small: string;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  admin = await makePerson(rt, { platformRole: "admin" });
  customer = await makePerson(rt, { welcome: credits(100) });
  projectId = (await createProject(rt, customer.actor, { name: "Prices" })).id;
  small = (await rt.db.prisma.plan.findUniqueOrThrow({ where: { slug: "small" } })).id;
});
afterAll(() => rt.close());

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(rt.clock.now().getTime() + hours * HOUR_MS).toISOString();
const draft = (change: object = {}) => priceScheduleInput.parse({ subjectId: small, computePricePerHour: "20000", storagePricePerHour: "3000", appliesTo: "all", ...change });
const make = async (name: string, status: "running" | "stopped" | null = "running") => {
  const { id } = await createVm(rt, customer.actor, { name, projectId, plan: "small", templateId: "debian-12", sshKeys: [], metadata: {} });
  if (status) await settle(id, status);
  return id;
};
const settle = (id: string, status: "running" | "stopped" | "terminated") => transact(rt, async (tx) => settleVm(tx, await lockVm(tx, id), { status, reason: null, at: rt.clock.now() }));
const priceOf = async (id: string) => {
  const { computePricePerHour, storagePricePerHour } = await rt.db.prisma.vm.findUniqueOrThrow({ where: { id } });
  return [computePricePerHour, storagePricePerHour];
};
const openSpans = async (resourceId: string) => (await rt.db.prisma.meterSpan.findMany({ where: { resourceId, endedAt: null }, orderBy: { component: "asc" } })).map(({ pricePerHour, startedAt }) => ({ pricePerHour, startedAt }));

describe("a price from a time on", () => {
  it("is shown before it is saved, told to whom it concerns, and holds from its instant on, late as the round may be", async () => {
    const running = await make("runs");
    const stopped = await make("stands", "stopped");
    const at = inHours(24);
    const effect = { running: 1, stopped: 1, customers: 1, before: "17000", after: "26000" };
    expect(await previewPrice(rt, draft({ effectiveFrom: at }))).toEqual({ ...effect, biggest: [{ organizationId: customer.organizationId, organizationName: expect.any(String), vms: 2, before: "17000", after: "26000" }] });
    expect(await previewPrice(rt, draft({ effectiveFrom: at, appliesTo: "new" }))).toMatchObject({ customers: 0, before: "0" });

    const made = await schedulePrice(rt, admin.actor, draft({ effectiveFrom: at }));
    expect(made).toMatchObject({ state: "scheduled", effectiveFrom: at, createdBy: admin.actor.name });
    expect(await rt.db.prisma.event.findMany({ where: { type: "prices.changed" }, select: { organizationId: true, data: true } })).toEqual([
      { organizationId: customer.organizationId, data: { subjectType: "plan", subjectId: small, name: "Small", effectiveFrom: at, change: "scheduled" } },
    ]);
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { action: "price.schedule" } })).toMatchObject({ subjectId: small, before: { computePricePerHour: "12000" }, after: { computePricePerHour: "20000", appliesTo: "all" } });
    expect((await getVm(rt, customer.actor, running)).nextPrice).toEqual({ at, running: "23000", stopped: "3000" });
    expect((await listPrices(rt, small)).data.map(({ state, computePricePerHour }) => [state, computePricePerHour])).toEqual([["scheduled", "20000"], ["current", "12000"]]);
    expect((await getCatalog(rt)).plans.find(({ id }) => id === small)).toMatchObject({ pricePerHour: "14500" });

    // Two days of no worker. In between VMs are made and switched.
    rt.clock.advance(25 * HOUR_MS);
    const later = await make("later");
    expect(await priceOf(later)).toEqual([20_000n, 3_000n]);
    await settle(stopped, "running");
    expect((await openSpans(stopped))[0]?.pricePerHour).toBe(20_000n);
    rt.clock.advance(24 * HOUR_MS);
    expect(await priceOf(running)).toEqual([12_000n, 2_500n]);
    await Promise.all([runPriceRound(rt), runPriceRound(rt)]);
    for (const id of [running, stopped, later]) expect(await priceOf(id)).toEqual([20_000n, 3_000n]);
    expect(await openSpans(running)).toEqual([{ pricePerHour: 20_000n, startedAt: new Date(at) }, { pricePerHour: 3_000n, startedAt: new Date(at) }]);
    expect((await listPrices(rt, small)).data.map(({ state }) => state)).toEqual(["current", "past"]);
    expect((await getVm(rt, customer.actor, running)).nextPrice).toBeNull();
    expect(await rt.db.prisma.price.findMany({ where: { subjectId: small, appliedAt: null, appliesTo: "all" } })).toEqual([]);
  });

  it("for new VMs leaves those that exist, and upgrades, as they are", async () => {
    const before = await make("old");
    const had = await priceOf(before);
    await schedulePrice(rt, admin.actor, draft({ computePricePerHour: "1", storagePricePerHour: "2", appliesTo: "new" }));
    rt.clock.advance(1);
    await runPriceRound(rt);
    expect(await priceOf(before)).toEqual(had);
    expect(await priceOf(await make("new", null))).toEqual([1n, 2n]);
  });

  it("reaches a VM that is being made when it begins, after the first hour that was held for", async () => {
    const id = await make("slow", null);
    await schedulePrice(rt, admin.actor, draft({ computePricePerHour: "5000", storagePricePerHour: "500", effectiveFrom: inHours(1) }));
    rt.clock.advance(2 * HOUR_MS);
    await runPriceRound(rt);
    expect(await priceOf(id)).toEqual([5_000n, 500n]);
    await settle(id, "running");
    expect((await openSpans(id)).map(({ pricePerHour }) => pricePerHour)).toEqual([5_000n, 500n]);
  });

  it("can be withdrawn until it begins, and not after", async () => {
    const at = inHours(5);
    await schedulePrice(rt, admin.actor, draft({ effectiveFrom: at }));
    await withdrawPrice(rt, admin.actor, { subjectId: small, effectiveFrom: at });
    expect((await listPrices(rt, small)).data.map(({ effectiveFrom }) => effectiveFrom)).not.toContain(at);
    expect(await rt.db.prisma.auditEntry.count({ where: { action: "price.withdraw", subjectId: small } })).toBe(1);
    expect(await rt.db.prisma.event.findFirst({ where: { type: "prices.changed" }, orderBy: { seq: "desc" } })).toMatchObject({ data: { change: "withdrawn" } });
    await expect(withdrawPrice(rt, admin.actor, { subjectId: small, effectiveFrom: at })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const current = (await listPrices(rt, small)).data.find(({ state }) => state === "current");
    await expect(withdrawPrice(rt, admin.actor, { subjectId: small, effectiveFrom: current?.effectiveFrom ?? "" })).rejects.toMatchObject({ code: "CONFLICT" });
    const soon = new Date(rt.clock.now().getTime() + 5_000).toISOString();
    await schedulePrice(rt, admin.actor, draft({ effectiveFrom: soon }));
    await expect(withdrawPrice(rt, admin.actor, { subjectId: small, effectiveFrom: soon })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("is refused in the past, twice at one instant, for what there is not, and counted otherwise for an upgrade", async () => {
    const past = { code: "INVALID_REQUEST", extras: { details: [{ field: "effectiveFrom" }] } };
    await expect(schedulePrice(rt, admin.actor, draft({ effectiveFrom: inHours(-0.001) }))).rejects.toMatchObject(past);
    await expect(previewPrice(rt, draft({ effectiveFrom: inHours(-1) }))).rejects.toMatchObject(past);
    const at = inHours(9);
    await schedulePrice(rt, admin.actor, draft({ effectiveFrom: at }));
    await expect(schedulePrice(rt, admin.actor, draft({ effectiveFrom: at, computePricePerHour: "7" }))).rejects.toMatchObject({ code: "CONFLICT", extras: { details: [{ field: "effectiveFrom" }] } });
    for (const call of [() => schedulePrice(rt, admin.actor, draft({ subjectId: newId("plan") })), () => previewPrice(rt, draft({ subjectId: newId("upgrade") })), () => listPrices(rt, newId("plan"))]) await expect(call()).rejects.toMatchObject({ code: "NOT_FOUND" });
    const upgrade = await rt.db.prisma.upgrade.findFirstOrThrow();
    await expect(schedulePrice(rt, admin.actor, draft({ subjectId: upgrade.id, policy: {} }))).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "policy" }] } });
  });

  it.each([
    { computePricePerHour: "-1" }, { computePricePerHour: "1.5" }, { storagePricePerHour: "1".repeat(16) }, { storagePricePerHour: 5 }, { effectiveFrom: "tomorrow" }, { effectiveFrom: "2100-01-01T00:00:00.000Z" },
    { appliesTo: "some" }, { subjectId: "pln_1" }, { subjectId: newId("vm") }, { policy: { unit: "day" } }, { policy: { monthlyCapHours: 0 } },
  ])("with %j does not reach the service", (change) => {
    expect(priceScheduleInput.safeParse({ ...draft(), ...change }).success).toBe(false);
  });
});

describe("the database", () => {
  it("changes and deletes no price that is in effect, and knows none that began before it was made", async () => {
    const row = await rt.db.prisma.price.findFirstOrThrow({ where: { subjectId: small, effectiveFrom: { lte: rt.clock.now() } }, orderBy: { effectiveFrom: "asc" } });
    // The test's clock is ahead of the database's.
    const told = (statement: string) => transact(rt, async (tx) => {
      await tx.$queryRawUnsafe("select set_config('switchyard.price_time', $1, true)", rt.clock.now().toISOString());
      await tx.$executeRawUnsafe(statement, row.id);
    });
    await expect(told("delete from price where id = $1")).rejects.toThrow(/in effect/);
    await expect(told("update price set price_per_hour = 1 where id = $1")).rejects.toThrow(/add a version/);
    await expect(told("update price set effective_from = effective_from + interval '1 day' where id = $1")).rejects.toThrow(/add a version/);
    await expect(rt.db.prisma.$executeRawUnsafe("truncate price")).rejects.toThrow(/kept/);
    const { appliedAt: _applied, policy: _policy, ...fields } = row;
    const insert = (change: object) => rt.db.prisma.price.create({ data: { ...fields, id: newId("price"), effectiveFrom: new Date(row.effectiveFrom.getTime() + 1), ...change } });
    await expect(insert({ effectiveFrom: new Date(row.createdAt.getTime() - 1) })).rejects.toThrow(/not_backdated/);
    await expect(insert({ pricePerHour: -1n })).rejects.toThrow(/price_amount/);
    await expect(insert({ appliesTo: "some" })).rejects.toThrow(/price_applies/);
  });
});
