import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { comingPricesOutput } from "#shared/billing/prices.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { getCreditChart } from "../chart.ts";
import { getBalance } from "../credits.ts";
import { chargeDue } from "../jobs.ts";
import { closeSpan, openSpan } from "../spans.ts";
import { listComingPrices } from "./coming.ts";
import type { PriceSubject } from "./prices.ts";
import { agreedPrices, pricesAt } from "./prices.ts";
import { addPrices, withdrawPrices } from "./schedule.ts";

let rt: TestRuntime;
let owner: Person;
beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(async () => {
  rt.clock.set(TEST_START);
  owner = await makePerson(rt, { welcome: credits(100) });
});
afterAll(() => rt.close());

const inHours = (hours: number) => new Date(new Date(TEST_START).getTime() + hours * 3_600_000);
const price = (subject: PriceSubject, compute: bigint, storage: bigint, effectiveFrom: Date, appliesTo: "new" | "all" = "all") =>
  transact(rt, (tx) => addPrices(tx, { subject, compute, storage, policy: {}, effectiveFrom, appliesTo, createdById: null, at: rt.clock.now() }));

async function offered(type: PriceSubject["type"], compute: bigint, storage: bigint): Promise<PriceSubject> {
  const subject: PriceSubject = { type, id: newId(type) };
  await price(subject, compute, storage, rt.clock.now(), "new");
  return subject;
}

/** What was sold at today's prices, and is on. */
async function sold(name: string, subjects: readonly PriceSubject[], person = owner): Promise<string> {
  const id = newId("vm");
  await transact(rt, async (tx) => {
    const at = rt.clock.now();
    const agreed = await Promise.all(subjects.map((subject) => pricesAt(tx, subject, at)));
    const prices = await agreedPrices(tx, agreed.flatMap(({ compute, storage }) => [compute.id, storage.id]), null);
    const resource = { organizationId: person.organizationId, projectId: null, type: "vm", id, name };
    for (const component of ["storage", "compute"] as const) await openSpan(tx, { resource, component, ...prices[component], at });
  });
  return id;
}

const coming = async (person = owner) => comingPricesOutput.parse(await listComingPrices(rt, person.actor)).data;

it("tells each moment, from what to what, of each resource and of all together", async () => {
  const [plan, memory] = [await offered("plan", 100n, 10n), await offered("upgrade", 30n, 0n)];
  const [web, db] = [await sold("web", [plan, memory]), await sold("db", [plan])];
  await price(plan, 150n, 10n, inHours(24));
  await price(memory, 20n, 0n, inHours(48));
  await price(plan, 150n, 15n, inHours(72));
  expect(await coming()).toEqual([
    {
      at: inHours(24).toISOString(), before: "250", after: "350", count: 2,
      resources: [web, db].toSorted().map((id) => ({ resourceType: "vm", resourceId: id, resourceName: id === web ? "web" : "db", before: id === web ? "140" : "110", after: id === web ? "190" : "160" })),
    },
    { at: inHours(48).toISOString(), before: "190", after: "180", count: 1, resources: [{ resourceType: "vm", resourceId: web, resourceName: "web", before: "190", after: "180" }] },
    expect.objectContaining({ at: inHours(72).toISOString(), before: "340", after: "350", count: 2 }),
  ]);
});

it("nothing of prices for new ones alone, of those that change nothing, of others, and of what has begun or was withdrawn", async () => {
  const plan = await offered("plan", 100n, 10n);
  const other = await offered("plan", 100n, 10n);
  const stranger = await makePerson(rt);
  await sold("web", [plan]);
  await sold("theirs", [other], stranger);
  await price(plan, 500n, 50n, inHours(1), "new");
  await price(plan, 100n, 10n, inHours(2));
  await price(other, 900n, 90n, inHours(3));
  expect(await coming()).toEqual([]);
  expect(await coming(stranger)).toHaveLength(1);
  await price(plan, 200n, 10n, inHours(4));
  expect(await coming()).toHaveLength(1);
  await transact(rt, (tx) => withdrawPrices(tx, plan.id, inHours(4), () => rt.clock.now()));
  expect(await coming()).toEqual([]);
  rt.clock.set(inHours(3));
  expect(await coming(stranger)).toEqual([]);
});

it("of what is off, its disk alone", async () => {
  const plan = await offered("plan", 100n, 10n);
  const web = await sold("web", [plan]);
  await transact(rt, (tx) => closeSpan(tx, { resourceId: web, component: "compute", at: rt.clock.now() }));
  await price(plan, 200n, 10n, inHours(5));
  await price(plan, 200n, 12n, inHours(6));
  expect(await coming()).toEqual([expect.objectContaining({ at: inHours(6).toISOString(), before: "10", after: "12" })]);
});

it("names the biggest changes of many, and adds up all of them", async () => {
  const [small, big] = [await offered("plan", 100n, 0n), await offered("plan", 1_000n, 0n)];
  for (let nth = 0; nth < 24; nth += 1) await sold(`small-${nth}`, [small]);
  const large = await sold("large", [big]);
  await price(small, 101n, 0n, inHours(1));
  await price(big, 900n, 0n, inHours(1));
  const [change] = await coming();
  expect(change).toMatchObject({ count: 25, before: "3400", after: "3324" });
  expect(change?.resources).toHaveLength(20);
  expect(change?.resources[0]).toMatchObject({ resourceId: large, before: "1000", after: "900" });
});

it("is what the forecast and the end of the credits reckon with", async () => {
  const [plan, rare] = [await offered("plan", credits(1), 0n), await offered("plan", credits(1), 0n)];
  for (const name of ["web", "db"]) await sold(name, [plan]);
  await sold("dark", [rare]);
  await price(plan, credits(2), 0n, inHours(10));
  await price(rare, 0n, 0n, inHours(10));
  await price(plan, credits(4), 0n, inHours(20));
  await price(rare, credits(9), 0n, inHours(9), "new");
  // Ten hours of 3 credits, ten of 4, then 8 an hour: 30 + 40 + 30 of 100.
  const end = new Date(inHours(20).getTime() + (30 / 8) * 3_600_000).toISOString();
  expect(await getBalance(rt, owner.actor)).toMatchObject({ burnPerHour: credits(3).toString(), runsOutAt: end });
  expect(await getCreditChart(rt, owner.actor, { range: "24h" })).toMatchObject({
    burnPerHour: credits(3).toString(),
    runsOutAt: end,
    coming: [{ at: inHours(10).toISOString(), perHour: credits(4).toString() }, { at: inHours(20).toISOString(), perHour: credits(8).toString() }],
    forecast: [
      { at: rt.clock.now().toISOString(), balance: credits(100).toString() },
      { at: inHours(10).toISOString(), balance: credits(70).toString() },
      { at: inHours(20).toISOString(), balance: credits(30).toString() },
      { at: end, balance: "0" },
    ],
  });
  // Somebody else's prices are no matter.
  expect(await getCreditChart(rt, (await makePerson(rt, { welcome: credits(1) })).actor, { range: "24h" })).toMatchObject({ coming: [], runsOutAt: null });
});

it("is what thresholds of low credits reckon with", async () => {
  const plan = await offered("plan", credits(1), 0n);
  await sold("web", [plan]);
  const low = async () => (await rt.db.prisma.event.findMany({ where: { organizationId: owner.organizationId, type: "credits.low" }, orderBy: { seq: "asc" } })).map(({ data }) => data);
  await chargeDue(rt);
  expect(await low()).toEqual([]);
  await price(plan, credits(9), 0n, inHours(2));
  rt.clock.set(inHours(1));
  await chargeDue(rt);
  // 98 left: one hour at 1, the rest at 9.
  expect(await low()).toEqual([72, 24].map((thresholdHours) => ({ available: credits(98).toString(), hoursLeft: 11.77, thresholdHours })));
});
