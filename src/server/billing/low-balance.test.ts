import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { chargeDue } from "./jobs.ts";
import { hold, transfer } from "./ledger.ts";
import { closeAllSpans, closeSpan, openSpan, type Resource } from "./spans.ts";
import { systemAccount } from "./system-accounts.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PRICE = credits(2);

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(() => rt.clock.set(TEST_START));
afterAll(() => rt.close());

type Owner = { account: string; organizationId: string };

async function customer(welcome: bigint): Promise<Owner> {
  const organizationId = newId("organization");
  const account = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome, at: rt.clock.now() }));
  return { account, organizationId };
}

async function machine(owner: Owner): Promise<Resource> {
  const resource: Resource = { organizationId: owner.organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web" };
  await transact(rt, (tx) => openSpan(tx, { resource, component: "storage", pricePerHour: 0n, at: rt.clock.now() }));
  await on(resource);
  return resource;
}

const on = (resource: Resource) => transact(rt, (tx) => openSpan(tx, { resource, component: "compute", pricePerHour: PRICE, at: rt.clock.now() }));
const off = (resource: Resource) => transact(rt, (tx) => closeSpan(tx, { resourceId: resource.id, component: "compute", at: rt.clock.now() }));

async function topUp(owner: Owner, amount: bigint, expiresInHours?: number): Promise<void> {
  const at = rt.clock.now();
  const terms = expiresInHours === undefined ? {} : { terms: { expiresAt: new Date(at.getTime() + expiresInHours * HOUR) } };
  await transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "grant", from: systemAccount("promotion", owner.account), to: owner.account, amount, ...terms, at }));
}

/** A run of metering by two workers after a while. */
async function after(ms: number): Promise<void> {
  rt.clock.advance(ms);
  await Promise.all([chargeDue(rt), chargeDue(rt)]);
}

/** What was announced of low credits, in order. */
async function steps({ organizationId }: Owner): Promise<string[]> {
  const rows = await rt.db.prisma.event.findMany({ where: { organizationId, type: { startsWith: "credits.", not: "credits.changed" } }, orderBy: { seq: "asc" } });
  return rows.map(({ type, data }) => `${type.slice("credits.".length)}${type === "credits.low" ? ` ${(data as { thresholdHours: number }).thresholdHours}` : ""}`);
}

describe("thresholds", () => {
  it("are each told once for a crossing, and again only after a recovery that is more than a hair", async () => {
    const owner = await customer(PRICE * 80n);
    const resource = await machine(owner);
    await after(0);
    await after(6 * HOUR);
    expect(await steps(owner)).toEqual([]);
    await after(HOUR);
    await after(HOUR);
    expect(await steps(owner)).toEqual(["low 72"]);
    await topUp(owner, PRICE * 2n);
    await after(0);
    await after(HOUR);
    await after(HOUR);
    expect(await steps(owner)).toEqual(["low 72"]);
    // Stopped and started again: nothing is on in between, and nothing was crossed.
    await off(resource);
    await after(2 * HOUR);
    await on(resource);
    await after(HOUR);
    expect(await steps(owner)).toEqual(["low 72"]);
    await topUp(owner, PRICE * 30n);
    await after(HOUR);
    await after(40 * HOUR);
    expect(await steps(owner)).toEqual(["low 72", "low 72"]);
    await after(36 * HOUR);
    expect(await steps(owner)).toEqual(["low 72", "low 72", "low 24"]);
  });
});

describe("credits that expire unspent", () => {
  const low = async ({ organizationId }: Owner) => (await rt.db.prisma.event.findMany({ where: { organizationId, type: "credits.low" }, orderBy: { seq: "asc" } })).map(({ data }) => data);

  it("do not hold a threshold up: it is told when what is left of them without that is too little", async () => {
    const owner = await customer(PRICE * 11n);
    await topUp(owner, PRICE * 500n, 90);
    await machine(owner);
    await after(0);
    await after(28 * HOUR);
    expect(await low(owner)).toEqual([]);
    // 90 hours of the 500 are used, then the other eleven: 101 hours from the beginning.
    await after(HOUR);
    await after(HOUR);
    expect(await low(owner)).toEqual([{ available: (PRICE * 480n).toString(), hoursLeft: 71, thresholdHours: 72, expiring: (PRICE * 409n).toString() }]);
    await after(48 * HOUR);
    await after(HOUR);
    expect((await steps(owner)).slice(0, 2)).toEqual(["low 72", "low 24"]);
    // Nothing new is told when they are gone.
    await after(18 * HOUR);
    expect(await steps(owner)).toEqual(["low 72", "low 24"]);
  });

  it("are no matter when they are used in time, or when what comes after them is enough", async () => {
    const [used, rich] = [await customer(PRICE * 100n), await customer(PRICE * 100n)];
    await topUp(used, PRICE * 10n, 20);
    await topUp(rich, PRICE * 500n, 10);
    await Promise.all([machine(used), machine(rich)]);
    await after(0);
    expect([await steps(used), await steps(rich)]).toEqual([[], []]);
  });

  it("count without what is held of them", async () => {
    const owner = await customer(PRICE * 80n);
    await topUp(owner, PRICE * 20n, 30);
    await transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: owner.account, amount: PRICE * 15n, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));
    await machine(owner);
    await after(0);
    expect(await low(owner)).toEqual([]);
    await transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: owner.account, amount: PRICE * 20n, subject: { type: "vm", id: "vm_2" }, at: rt.clock.now() }));
    await after(HOUR);
    expect(await low(owner)).toMatchObject([{ hoursLeft: 63, thresholdHours: 72 }]);
  });
});

describe("exhausted credits", () => {
  it("leave a grace, which is owed; then what runs is stopped; paid with an hour to go it starts again", async () => {
    const owner = await customer(PRICE);
    const [first, second] = [await machine(owner), await machine(owner)];
    await after(0);
    expect((await steps(owner)).slice(-1)).toEqual(["exhausted"]);
    const [exhausted] = await rt.db.prisma.event.findMany({ where: { organizationId: owner.organizationId, type: "credits.exhausted" } });
    expect(exhausted?.data).toEqual({ owed: PRICE.toString(), stopsAt: new Date(new Date(TEST_START).getTime() + HOUR).toISOString() });
    await after(59 * MINUTE);
    expect((await steps(owner)).slice(-1)).toEqual(["exhausted"]);
    await after(MINUTE);
    await after(MINUTE);
    expect((await steps(owner)).slice(-3)).toEqual(["exhausted", "stop.due", "stop.due"]);
    for (const resource of [first, second]) await off(resource);
    const owed = await rt.db.prisma.usageRecord.count({ where: { organizationId: owner.organizationId, transferId: null } });
    expect(owed).toBe(3);

    // What is owed, and not enough beyond it: nothing starts, and no new grace begins.
    await topUp(owner, PRICE * 3n + PRICE / 2n);
    await after(0);
    expect((await steps(owner)).slice(-1)).toEqual(["stop.due"]);
    await topUp(owner, PRICE);
    await after(MINUTE);
    await after(MINUTE);
    expect((await steps(owner)).slice(-2)).toEqual(["stop.due", "start.due"]);
    await topUp(owner, PRICE);
    await after(MINUTE);
    expect((await steps(owner)).slice(-3)).toEqual(["start.due", "start.due", "recovered"]);
    await after(MINUTE);
    expect((await steps(owner)).filter((step) => step === "start.due")).toHaveLength(2);
    const audit = await rt.db.prisma.auditEntry.findMany({ where: { organizationId: owner.organizationId }, orderBy: { at: "asc" } });
    expect(audit.map((entry) => entry.action)).toEqual(["credits.exhausted", "credits.recovered"]);
  });

  it("that are paid within the grace stop nothing; what then runs out again at once gets no new grace", async () => {
    const owner = await customer(PRICE);
    const resource = await machine(owner);
    await after(0);
    await after(HOUR);
    await topUp(owner, PRICE);
    await after(30 * MINUTE);
    expect((await steps(owner)).slice(-1)).toEqual(["exhausted"]);
    await after(30 * MINUTE);
    expect((await steps(owner)).slice(-2)).toEqual(["exhausted", "stop.due"]);
    await topUp(owner, PRICE * 50n);
    await after(0);
    // It may be on its way down: whoever stops it looks at this.
    expect((await steps(owner)).slice(-2)).toEqual(["start.due", "recovered"]);
    await transact(rt, (tx) => closeAllSpans(tx, resource.id, rt.clock.now()));
  });

  it("start nothing that is gone", async () => {
    const owner = await customer(0n);
    const resource = await machine(owner);
    await after(0);
    await after(HOUR);
    expect((await steps(owner)).slice(-1)).toEqual(["stop.due"]);
    await off(resource);
    await transact(rt, (tx) => closeAllSpans(tx, resource.id, rt.clock.now()));
    await topUp(owner, PRICE * 50n);
    await after(MINUTE);
    expect((await steps(owner)).slice(-2)).toEqual(["stop.due", "recovered"]);
  });
});
