import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { getBalance, requireCreditsFor } from "./credits.ts";
import { firstHourPrice, postFirstHour } from "./first-hour.ts";
import { chargeDue } from "./jobs.ts";
import { chargeOrganization } from "./metering.ts";
import { hold, transfer } from "./ledger.ts";
import { closeAllSpans, closeSpan, type Component, openSpan, renameResource, type Resource } from "./spans.ts";
import { systemAccount } from "./system-accounts.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PRICES = { storagePricePerHour: 2n, computePricePerHour: 10n };

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime({ creditsGraceMinutes: 0, lowBalanceHours: [24] })));
beforeEach(() => rt.clock.set(TEST_START));
afterEach(async () => {
  for (const { resourceId } of await rt.db.prisma.meterSpan.findMany({ where: { endedAt: null }, distinct: ["resourceId"], select: { resourceId: true } })) await remove(resourceId);
});
afterAll(async () => {
  expect(await auditLedger(rt)).toEqual([]);
  await rt.close();
});

async function customer(welcome: bigint): Promise<{ account: string; organizationId: string }> {
  const organizationId = newId("organization");
  const account = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome, at: rt.clock.now() }));
  return { account, organizationId };
}

/** A VM that became ready now, its first hour paid by a hold. */
async function readyVm(owner: { account: string; organizationId: string }, name = "web"): Promise<Resource> {
  const resource: Resource = { organizationId: owner.organizationId, projectId: null, type: "vm", id: newId("vm"), name };
  const at = rt.clock.now();
  const held = await transact(rt, (tx) => hold(tx, { key: `op:${resource.id}`, accountId: owner.account, amount: firstHourPrice(PRICES), subject: { type: "vm", id: resource.id }, at }));
  await transact(rt, (tx) => postFirstHour(tx, { holdId: held.id, resource, ...PRICES, at }));
  return resource;
}

const start = (resource: Resource, pricePerHour = PRICES.computePricePerHour) => transact(rt, (tx) => openSpan(tx, { resource, component: "compute", pricePerHour, at: rt.clock.now() }));
const stop = (resource: Resource, component: Component = "compute") => transact(rt, (tx) => closeSpan(tx, { resourceId: resource.id, component, at: rt.clock.now() }));
const remove = (resourceId: string) => transact(rt, (tx) => closeAllSpans(tx, resourceId, rt.clock.now()));

async function topUp(owner: { account: string }, amount: bigint): Promise<void> {
  await transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "grant", from: systemAccount("promotion", owner.account), to: owner.account, amount, at: rt.clock.now() }));
}

async function balance(owner: { account: string }): Promise<bigint> {
  return (await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: owner.account } })).balance;
}

/** "compute 0 paid", by hour and component. */
async function usage(resource: Resource): Promise<string[]> {
  const rows = await rt.db.prisma.usageRecord.findMany({ where: { resourceId: resource.id }, orderBy: [{ hourStart: "asc" }, { component: "asc" }] });
  return rows.map((row) => `${row.component} ${(row.hourStart.getTime() - new Date(TEST_START).getTime()) / HOUR} ${row.transferId ? "paid" : "owed"}`);
}

async function events(owner: { organizationId: string }, type: string): Promise<unknown[]> {
  const rows = await rt.db.prisma.event.findMany({ where: { organizationId: owner.organizationId, type }, orderBy: { seq: "asc" } });
  return rows.map((row) => row.data);
}

describe("the first hour", () => {
  it("is paid by the hold, once, and not charged again by metering", async () => {
    const owner = await customer(100n);
    const resource = await readyVm(owner);
    expect(await balance(owner)).toBe(88n);
    await chargeDue(rt);
    rt.clock.advance(HOUR - 1);
    await chargeDue(rt);
    expect(await usage(resource)).toEqual(["compute 0 paid", "storage 0 paid"]);
    expect(await balance(owner)).toBe(88n);
    rt.clock.advance(1);
    await chargeDue(rt);
    expect(await balance(owner)).toBe(76n);
  });

  it("begins once when the step is repeated, also after the VM was stopped", async () => {
    const owner = await customer(100n);
    const resource: Resource = { organizationId: owner.organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web" };
    const held = await transact(rt, (tx) => hold(tx, { key: `op:${resource.id}`, accountId: owner.account, amount: 12n, subject: { type: "vm", id: resource.id }, at: rt.clock.now() }));
    const step = () => transact(rt, (tx) => postFirstHour(tx, { holdId: held.id, resource, ...PRICES, at: rt.clock.now() }));
    await step();
    rt.clock.advance(MINUTE);
    await step();
    await stop(resource);
    await step();
    expect(await rt.db.prisma.meterSpan.findMany({ where: { resourceId: resource.id, endedAt: null }, select: { component: true } })).toEqual([{ component: "storage" }]);
    expect(await balance(owner)).toBe(88n);
  });

  it("gives back what the hold has too much, and refuses a hold that is too small, void or another's", async () => {
    const owner = await customer(100n);
    const other = await customer(100n);
    const vm = (organizationId: string): Resource => ({ organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web" });
    const make = (amount: bigint, account = owner.account) => transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: account, amount, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));
    const begin = (holdId: string, resource: Resource, prices = PRICES) => transact(rt, (tx) => postFirstHour(tx, { holdId, resource, ...prices, at: rt.clock.now() }));
    await begin((await make(50n)).id, vm(owner.organizationId));
    expect(await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: owner.account } })).toMatchObject({ balance: 88n, held: 0n });
    const small = await make(11n);
    await expect(begin(small.id, vm(owner.organizationId))).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(begin(small.id, vm(owner.organizationId), { storagePricePerHour: -1n, computePricePerHour: 12n })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const foreign = vm(other.organizationId);
    await expect(begin((await make(12n)).id, foreign)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await balance(owner)).toBe(88n);
    expect(await rt.db.prisma.meterSpan.count({ where: { resourceId: foreign.id } })).toBe(0);
  });

  it("can cost nothing", async () => {
    const owner = await customer(0n);
    const resource: Resource = { organizationId: owner.organizationId, projectId: null, type: "vm", id: newId("vm"), name: "free" };
    await transact(rt, (tx) => postFirstHour(tx, { holdId: null, resource, storagePricePerHour: 0n, computePricePerHour: 0n, at: rt.clock.now() }));
    rt.clock.advance(5 * HOUR);
    await chargeDue(rt);
    expect(await usage(resource)).toEqual([]);
    expect(await events(owner, "credits.exhausted")).toEqual([]);
  });
});

describe("metering", () => {
  it("charges a stopped VM for its disk alone, and a deleted one for nothing", async () => {
    const owner = await customer(1_000n);
    const resource = await readyVm(owner);
    rt.clock.advance(30 * MINUTE);
    await stop(resource);
    rt.clock.advance(2 * HOUR);
    await chargeDue(rt);
    await remove(resource.id);
    rt.clock.advance(5 * HOUR);
    await chargeDue(rt);
    expect(await usage(resource)).toEqual(["compute 0 paid", "storage 0 paid", "storage 1 paid", "storage 2 paid"]);
    expect(await rt.db.prisma.meterSpan.count({ where: { resourceId: resource.id, dueAt: { not: null } } })).toBe(0);
  });

  it("charges compute once for an hour with many starts, and for a start that no run of metering saw", async () => {
    const owner = await customer(1_000n);
    const resource = await readyVm(owner);
    for (let nth = 0; nth < 4; nth += 1) {
      rt.clock.advance(5 * MINUTE);
      await stop(resource);
      rt.clock.advance(5 * MINUTE);
      await start(resource);
      await start(resource);
      await chargeDue(rt);
    }
    await stop(resource);
    rt.clock.advance(3 * HOUR);
    await start(resource);
    rt.clock.advance(MINUTE);
    await stop(resource);
    await chargeDue(rt);
    expect((await usage(resource)).filter((row) => row.startsWith("compute"))).toEqual(["compute 0 paid", "compute 3 paid"]);
  });

  it("keeps the price that an hour began with", async () => {
    const owner = await customer(1_000n);
    const resource = await readyVm(owner);
    rt.clock.advance(30 * MINUTE);
    await stop(resource);
    await start(resource, 40n);
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    const rows = await rt.db.prisma.usageRecord.findMany({ where: { resourceId: resource.id, component: "compute" }, orderBy: { hourStart: "asc" } });
    expect(rows.map((row) => row.amount)).toEqual([10n, 40n]);
  });

  it("goes on under a new name, and leaves what was charged under the old one", async () => {
    const owner = await customer(1_000n);
    const vm = await readyVm(owner, "before");
    await transact(rt, (tx) => renameResource(tx, vm.id, "after"));
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    const rows = await rt.db.prisma.usageRecord.findMany({ where: { resourceId: vm.id, component: "compute" }, orderBy: { hourStart: "asc" } });
    expect(rows.map((row) => row.resourceName)).toEqual(["before", "after"]);
  });

  it("catches up with a month in one run, more than one batch of it", async () => {
    const owner = await customer(1_000_000n);
    const resource = await readyVm(owner);
    rt.clock.advance(30 * 24 * HOUR);
    const charge = () => chargeOrganization(rt, owner.organizationId, rt.clock.now(), { wait: false });
    expect(await charge()).toEqual({ recorded: 2 * 30 * 24, paid: 2 * 30 * 24 });
    expect(await charge()).toEqual({ recorded: 0, paid: 0 });
    expect(await usage(resource)).toHaveLength(2 * (30 * 24 + 1));
    expect(await balance(owner)).toBe(1_000_000n - 12n * (30n * 24n + 1n));
  });

  it("charges once when several workers run at the same time", async () => {
    const owners = await Promise.all(Array.from({ length: 6 }, () => customer(1_000n)));
    await Promise.all(owners.map((owner) => readyVm(owner)));
    rt.clock.advance(3 * HOUR);
    await Promise.all(Array.from({ length: 5 }, () => chargeDue(rt)));
    for (const owner of owners) expect(await balance(owner)).toBe(1_000n - 12n * 4n);
  });

  it("is unmoved by a clock that was set back", async () => {
    const owner = await customer(1_000n);
    const resource = await readyVm(owner);
    rt.clock.advance(3 * HOUR);
    await chargeDue(rt);
    const rows = await usage(resource);
    rt.clock.advance(-5 * HOUR);
    await chargeDue(rt);
    await stop(resource);
    await start(resource);
    await chargeDue(rt);
    expect(await usage(resource)).toEqual(rows);
    rt.clock.advance(5 * HOUR);
    await chargeDue(rt);
    expect(await usage(resource)).toEqual(rows);
  });
});

describe("when credits don't suffice", () => {
  it("records what is owed, says so once for each resource, never goes below zero, and collects the oldest first after a top-up", async () => {
    const owner = await customer(12n + 12n + 5n);
    const resource = await readyVm(owner);
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    expect(await balance(owner)).toBe(5n);
    expect(await usage(resource)).toEqual(["compute 0 paid", "storage 0 paid", "compute 1 paid", "storage 1 paid", "compute 2 owed", "storage 2 owed"]);
    expect(await events(owner, "credits.exhausted")).toEqual([{ owed: "12", stopsAt: rt.clock.now().toISOString() }]);
    expect(await events(owner, "credits.stop.due")).toEqual([{ resourceType: "vm", resourceId: resource.id, owed: "12" }]);
    await stop(resource);
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    expect(await events(owner, "credits.exhausted")).toHaveLength(1);
    await expect(transact(rt, (tx) => requireCreditsFor(tx, { organizationId: owner.organizationId, needed: 1n }))).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });

    expect(await getBalance(rt, owner)).toMatchObject({ available: "5", burnPerHour: "2", runsOutAt: rt.clock.now().toISOString() });

    await topUp(owner, 6n);
    await chargeDue(rt);
    expect((await usage(resource)).slice(4)).toEqual(["compute 2 paid", "storage 2 owed", "storage 3 owed"]);
    await topUp(owner, 100n);
    await chargeDue(rt);
    expect((await usage(resource)).every((row) => row.endsWith("paid"))).toBe(true);
    expect(await balance(owner)).toBe(29n + 106n - 12n - 12n - 12n - 2n);
  });

  it("is said again of a VM that comes on while it owes", async () => {
    const owner = await customer(12n);
    const resource = await readyVm(owner);
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    await stop(resource);
    await start(resource);
    await chargeDue(rt);
    expect(await events(owner, "credits.stop.due")).toHaveLength(2);
    expect(await events(owner, "credits.exhausted")).toHaveLength(1);
  });

  it("does not charge what is held for something else", async () => {
    const owner = await customer(100n);
    const resource = await readyVm(owner);
    await transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: owner.account, amount: 80n, subject: { type: "vm", id: "vm_2" }, at: rt.clock.now() }));
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    expect((await usage(resource)).slice(2)).toEqual(["compute 1 owed", "storage 1 owed"]);
  });

  it("warns once for each time that less than 24 hours are left", async () => {
    const owner = await customer(12n * 27n);
    await readyVm(owner);
    for (let nth = 0; nth < 5; nth += 1) {
      rt.clock.advance(HOUR);
      await chargeDue(rt);
    }
    expect(await events(owner, "credits.low")).toEqual([{ available: (12n * 23n).toString(), hoursLeft: 23, thresholdHours: 24 }]);
    await topUp(owner, 12n * 10n);
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    for (let nth = 0; nth < 12; nth += 1) {
      rt.clock.advance(HOUR);
      await chargeDue(rt);
    }
    expect(await events(owner, "credits.low")).toHaveLength(2);
  });

  it("charges the others when one organization's charge fails", async () => {
    const broken = newId("organization");
    await rt.db.prisma.meterSpan.create({
      data: { id: newId("meterSpan"), organizationId: broken, resourceType: "vm", resourceId: newId("vm"), resourceName: "lost", component: "storage", pricePerHour: 1n, anchorAt: rt.clock.now(), startedAt: rt.clock.now(), dueAt: rt.clock.now() },
    });
    const owner = await customer(100n);
    await readyVm(owner);
    rt.clock.advance(HOUR);
    await chargeDue(rt);
    expect(await balance(owner)).toBe(76n);
  });
});
