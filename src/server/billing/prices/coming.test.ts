import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { comingPricesOutput } from "#shared/billing/prices.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
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
