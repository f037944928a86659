import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { credits } from "#shared/credits.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { chargeDue } from "../jobs.ts";
import { chargeOrganization } from "../metering.ts";
import { closeAllSpans, closeSpan, openSpan, type Resource } from "../spans.ts";
import { applyPricesEverywhere, applyPricesTo, notePricesApplied } from "./apply.ts";
import { agreedPrices, pricesAt } from "./prices.ts";
import { addPrices } from "./schedule.ts";

let rt: TestRuntime;
let owner: Person;
beforeAll(async () => {
  rt = await createTestRuntime();
  owner = await makePerson(rt, { welcome: credits(1_000_000) });
});
afterAll(() => rt.close());

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START = Date.parse("2028-03-01T00:00:00.000Z");
/** in minutes from the start; the resource is made in minute 0, and is gone after `end` */
interface History {
  versions: { at: number; known: number; compute: number; storage: number; all: boolean }[];
  /** when it is switched off and on, in turns */
  switches: number[];
  end: number;
  /** when metering, or the round of prices, happens to run */
  runs: { at: number; what: "charge" | "apply" }[];
}

const minutes = (max: number) => fc.oneof(fc.integer({ min: 1, max }), fc.integer({ min: 1, max: max / 60 }).map((hours) => hours * 60));
const histories: fc.Arbitrary<History> = fc.record({
  versions: fc.uniqueArray(
    fc.record({ at: minutes(720), known: fc.nat({ max: 100 }), compute: fc.integer({ min: 0, max: 50 }), storage: fc.integer({ min: 0, max: 20 }), all: fc.boolean() }).map((version) => ({ ...version, known: Math.max(0, version.at - version.known) })),
    { selector: ({ at }) => at, maxLength: 4 },
  ),
  switches: fc.uniqueArray(minutes(720), { maxLength: 4 }).map((times) => times.sort((a, b) => a - b)),
  end: minutes(900),
  runs: fc.array(fc.record({ at: minutes(900), what: fc.constantFrom("charge" as const, "apply" as const) }), { maxLength: 6 }),
});

const FIRST = { compute: 10, storage: 3 };

/** The rows that there must be, by asking of each hour: when was it on first in it, and what did it cost then? */
function expected(history: History): string[] {
  const { end } = history;
  const switches = history.switches.filter((at) => at < end);
  const bounds = [0, ...switches, end];
  const on = bounds.slice(0, -1).flatMap((from, index) => (index % 2 === 0 ? [{ from, to: bounds[index + 1] ?? end }] : []));
  const agreed = (at: number, component: "compute" | "storage") =>
    [...history.versions].filter((version) => version.all && version.at <= at && version.at > 0).sort((a, b) => b.at - a.at)[0]?.[component] ?? FIRST[component];
  const rows: string[] = [];
  for (let hour = 0; hour <= end; hour += 60) {
    for (const [component, spans] of [["compute", on], ["storage", [{ from: 0, to: end }]]] as const) {
      const began = spans.filter(({ from, to }) => from < hour + 60 && to >= hour).map(({ from }) => Math.max(from, hour))[0];
      if (began === undefined) continue;
      const price = agreed(began, component);
      if (price > 0) rows.push(`${component} ${hour} ${price}`);
    }
  }
  return rows.sort();
}

type Step = { at: number; order: number; run: () => Promise<unknown> };

async function play(history: History): Promise<string[]> {
  const plan = { type: "plan" as const, id: newId("plan") };
  const resource: Resource = { organizationId: owner.organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web-1" };
  const time = (minute: number) => new Date(START + minute * MINUTE_MS);
  const price = (compute: number, storage: number, at: Date, effectiveFrom: Date, all: boolean) =>
    transact(rt, (tx) => addPrices(tx, { subject: plan, compute: BigInt(compute), storage: BigInt(storage), policy: {}, effectiveFrom, appliesTo: all ? "all" : "new", createdById: null, at }));
  await price(FIRST.compute, FIRST.storage, time(0), time(0), false);
  const agreed = await transact(rt, (tx) => pricesAt(tx, plan, time(0)));
  const ids = [agreed.compute.id, agreed.storage.id];
  const open = (component: "compute" | "storage", at: Date) => transact(rt, async (tx) => openSpan(tx, { resource, component, ...(await agreedPrices(tx, ids, at))[component], at }));
  const charge = (at: Date) => chargeOrganization(rt, owner.organizationId, at, { wait: true });
  const steps: Step[] = [
    { at: 0, order: 1, run: async () => { await open("storage", time(0)); await open("compute", time(0)); } },
    ...history.versions.map((version) => ({ at: version.known, order: 0, run: () => price(version.compute, version.storage, time(version.known), time(version.at), version.all) })),
    ...history.switches.filter((at) => at < history.end).map((at, index) => ({ at, order: 2, run: () => (index % 2 === 0 ? transact(rt, (tx) => closeSpan(tx, { resourceId: resource.id, component: "compute", at: time(at) })) : open("compute", time(at))) })),
    ...history.runs.map(({ at, what }) => ({ at, order: 3, run: () => (what === "charge" ? charge(time(at)) : applyPricesEverywhere(rt, time(at))) })),
    { at: history.end, order: 2, run: () => transact(rt, (tx) => closeAllSpans(tx, resource.id, time(history.end))) },
  ];
  // All runs after the end are one: days late.
  for (const step of steps.sort((a, b) => a.at - b.at || a.order - b.order)) await step.run();
  await charge(time(2_000));
  const rows = await rt.db.prisma.usageRecord.findMany({ where: { resourceId: resource.id } });
  for (const row of rows) expect(row.priceIds).toHaveLength(1);
  // Nothing is left to be done, and what was done is not done again.
  const spans = await rt.db.prisma.meterSpan.findMany({ where: { resourceId: resource.id } });
  expect(spans.filter(({ dueAt }) => dueAt !== null)).toEqual([]);
  return rows.map((row) => `${row.component} ${(row.hourStart.getTime() - START) / MINUTE_MS} ${row.amount}`).sort();
}

describe("what a resource is charged", { timeout: 300_000 }, () => {
  it("follows from when it was on and from the prices, whenever metering and the round of prices run", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        expect(await play(history)).toEqual(expected(history));
      }),
      { numRuns: 40, examples: [[{ versions: [{ at: 60, known: 0, compute: 20, storage: 5, all: true }], switches: [], end: 180, runs: [] }]] },
    );
  });

  it("is at the new price when metering is the first to see it, customers together or one by one", async () => {
    const resource: Resource = { organizationId: owner.organizationId, projectId: null, type: "vm", id: newId("vm"), name: "first" };
    const plan = { type: "plan" as const, id: newId("plan") };
    const at = rt.clock.now();
    const add = (compute: bigint, effectiveFrom: Date, appliesTo: "new" | "all") => transact(rt, (tx) => addPrices(tx, { subject: plan, compute, storage: 1n, policy: {}, effectiveFrom, appliesTo, createdById: null, at }));
    await add(10n, at, "new");
    await add(25n, new Date(at.getTime() + 1.5 * HOUR_MS), "all");
    await transact(rt, async (tx) => openSpan(tx, { resource, component: "compute", ...(await agreedPrices(tx, [(await pricesAt(tx, plan, at)).compute.id], at)).compute, at }));
    rt.clock.advance(3 * HOUR_MS);
    await chargeDue(rt);
    expect((await rt.db.prisma.usageRecord.findMany({ where: { resourceId: resource.id }, orderBy: { hourStart: "asc" } })).map(({ amount }) => amount)).toEqual([10n, 10n, 25n, 25n]);
    await transact(rt, (tx) => closeAllSpans(tx, resource.id, rt.clock.now()));
  });

  it("keeps what was charged, at any price that comes", async () => {
    const resource: Resource = { organizationId: owner.organizationId, projectId: null, type: "vm", id: newId("vm"), name: "kept" };
    const plan = { type: "plan" as const, id: newId("plan") };
    const at = new Date(START + 5_000 * MINUTE_MS);
    const add = (compute: bigint, effectiveFrom: Date, now: Date) => transact(rt, (tx) => addPrices(tx, { subject: plan, compute, storage: 1n, policy: {}, effectiveFrom, appliesTo: "all", createdById: null, at: now }));
    await add(10n, at, at);
    await transact(rt, async (tx) => openSpan(tx, { resource, component: "compute", ...(await agreedPrices(tx, [(await pricesAt(tx, plan, at)).compute.id], at)).compute, at }));
    const later = new Date(at.getTime() + 2.5 * HOUR_MS);
    await chargeOrganization(rt, owner.organizationId, later, { wait: true });
    const rows = () => rt.db.prisma.usageRecord.findMany({ where: { resourceId: resource.id }, orderBy: { hourStart: "asc" } });
    const before = await rows();
    expect(before.map(({ amount }) => amount)).toEqual([10n, 10n, 10n]);
    await add(70n, later, later);
    // Twice, and by several at once.
    const end = new Date(later.getTime() + HOUR_MS);
    await Promise.all([applyPricesEverywhere(rt, end), chargeOrganization(rt, owner.organizationId, end, { wait: true }), applyPricesEverywhere(rt, end), transact(rt, (tx) => applyPricesTo(tx, resource, end))]);
    expect((await rows()).slice(0, 3)).toEqual(before);
    expect((await rows()).map(({ amount }) => amount)).toEqual([10n, 10n, 10n, 70n]);
    const spans = await rt.db.prisma.meterSpan.findMany({ where: { resourceId: resource.id }, orderBy: { startedAt: "asc" } });
    expect(spans.map(({ startedAt, endedAt, pricePerHour }) => [startedAt, endedAt, pricePerHour])).toEqual([[at, later, 10n], [later, null, 70n]]);
    expect(await notePricesApplied(rt, new Date(later.getTime() + HOUR_MS))).toBeGreaterThan(0);
    await transact(rt, (tx) => closeAllSpans(tx, resource.id, end));
  });
});
