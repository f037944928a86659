import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { meterPolicy, type MeterPolicy } from "#shared/billing/policy.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { transfer } from "./ledger.ts";
import { chargeOrganization } from "./metering.ts";
import { applyPricesTo } from "./prices/apply.ts";
import { closeAllSpans, closeSpan, openSpan, type Resource } from "./spans.ts";
import { systemAccount } from "./system-accounts.ts";

const HOUR = 3_600_000;
const TIME_ZONE = process.env.TZ;
let rt: TestRuntime;
beforeAll(async () => {
  // A process in a zone with daylight saving: nothing may depend on it.
  process.env.TZ = "America/New_York";
  rt = await createTestRuntime();
});
afterAll(async () => {
  if (TIME_ZONE === undefined) delete process.env.TZ;
  else process.env.TZ = TIME_ZONE;
  expect(await auditLedger(rt)).toEqual([]);
  await rt.close();
});

/** The eves of a leap day's month end, of both changes of the clocks in New York, and of a new year. */
const STARTS = ["2028-02-29T13:07:30.250Z", "2028-03-12T03:30:00.000Z", "2028-11-05T02:45:10.001Z", "2027-12-31T20:00:00.000Z"];

const policies: fc.Arbitrary<MeterPolicy> = fc
  .record({
    unit: fc.constantFrom("hour" as const, "minute" as const, "second" as const),
    rounding: fc.constantFrom("up" as const, "nearest" as const, "down" as const),
    minimumSeconds: fc.constantFrom(0, 0, 60, 1_000, 3_600),
    monthlyCapHours: fc.constantFrom(null, null, 1, 2, 5),
    chargesWhen: fc.constantFrom("running" as const, "running" as const, "exists" as const),
  })
  .map((policy) => meterPolicy.parse(policy));

type Step = { do: "wait"; ms: number } | { do: "start" | "stop" } | { do: "reprice"; price: bigint; ms: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(fc.integer({ min: 1, max: 2 * HOUR }), fc.integer({ min: 1, max: 8 }).map((hours) => hours * HOUR), fc.constantFrom(HOUR - 1, HOUR + 1, 1)).map((ms) => ({ do: "wait", ms }) as const) },
  { weight: 3, arbitrary: fc.constantFrom({ do: "start" } as const, { do: "stop" } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reprice" as const), price: fc.bigInt({ min: 1n, max: 9_999n }), ms: fc.integer({ min: 1, max: 1_000 }) }) },
);

interface Model {
  anchor: number;
  policy: MeterPolicy;
  on: { from: number; to: number | null }[];
  /** prices by the time from which they hold */
  prices: { from: number; price: bigint }[];
  gone: number;
}

/** What is charged, found the slow way, hour by hour of the resource's life, with seconds and amount. */
function expected({ anchor, policy, on, prices, gone }: Model): string[] {
  const rows: string[] = [];
  const months = new Map<string, number>();
  for (let begin = anchor; begin <= gone; begin += HOUR) {
    const end = begin + HOUR;
    // Charged in advance, what was off again at the hour's first instant was on in it; in arrears, by its time, it was not.
    const inside = on.filter(({ from, to }) => from < end && (policy.unit === "hour" && policy.rounding === "up" ? (to ?? gone) >= begin : (to ?? gone) > begin));
    if (inside.length === 0) continue;
    const ms = inside.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(end, to ?? gone) - Math.max(begin, from)), 0);
    const unit = { hour: HOUR, minute: 60_000, second: 1_000 }[policy.unit];
    let seconds = 3_600;
    if (policy.unit !== "hour" || policy.rounding !== "up") {
      if (ms === 0) continue;
      const rest = ms % unit;
      const up = policy.rounding === "up" ? rest > 0 : policy.rounding === "nearest" && rest * 2 >= unit;
      seconds = Math.min(3_600, Math.max(policy.minimumSeconds, ((ms - rest) / unit + (up ? 1 : 0)) * (unit / 1_000)));
    }
    const month = new Date(begin).toISOString().slice(0, 7);
    const used = months.get(month) ?? 0;
    if (policy.monthlyCapHours !== null) seconds = Math.min(seconds, policy.monthlyCapHours * 3_600 - used);
    if (seconds <= 0) continue;
    // The hour's price is the one that held when the component was first on in it.
    const first = Math.max(begin, Math.min(...inside.map(({ from }) => from)));
    const { price } = prices.findLast(({ from }) => from <= first) ?? { price: 0n };
    const amount = (price * BigInt(seconds)) / 3_600n;
    if (amount === 0n) continue;
    months.set(month, used + seconds);
    rows.push(`${new Date(begin).toISOString()} ${seconds} s ${amount}`);
  }
  return rows;
}

async function newCustomer(at: Date, welcome = 10_000_000n) {
  const organizationId = newId("organization");
  const account = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome, at }));
  const resource: Resource = { organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web" };
  return { organizationId, account, resource };
}

it("charges by any policy what the intervals say, whether metering runs at each step or once at the end", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(policies, fc.constantFrom(...STARTS), fc.array(step, { minLength: 2, maxLength: 16 }), fc.bigInt({ min: 1n, max: 9_999n }), async (policy, start, steps, price) => {
      const begin = new Date(start).getTime();
      const often = await newCustomer(new Date(begin));
      const late = await newCustomer(new Date(begin));
      const both = [often, late];
      let now = begin;
      const at = () => new Date(now);
      const subject = { subjectType: "plan", subjectId: newId("plan"), component: "compute" };
      const version = async (pricePerHour: bigint, appliesTo: "new" | "all") => {
        const id = newId("price");
        await rt.db.prisma.price.create({ data: { ...subject, id, pricePerHour, policy, effectiveFrom: at(), appliesTo, createdAt: at() } });
        return id;
      };
      let priceId = await version(price, "new");
      const run = (of: typeof often, time = at()) => chargeOrganization(rt, of.organizationId, time, { wait: true });
      const open = async (pricePerHour: bigint) => {
        for (const { resource } of both) await transact(rt, (tx) => openSpan(tx, { resource, component: "compute", pricePerHour, priceIds: [priceId], policy, at: at() }));
      };
      for (const { resource } of both) await transact(rt, (tx) => openSpan(tx, { resource, component: "storage", pricePerHour: 0n, at: at() }));
      await open(price);
      const exists = policy.chargesWhen === "exists";
      const model: Model = { anchor: begin, policy, on: [{ from: begin, to: null }], prices: [{ from: begin, price }], gone: 0 };
      for (const one of steps) {
        const on = model.on.find((interval) => interval.to === null);
        const current = model.prices.at(-1)?.price ?? price;
        if (one.do === "wait") {
          now += one.ms;
          // The clock of a second worker is behind.
          await run(often);
          await run(often, new Date(now - HOUR));
        }
        if (one.do === "start" && !on) {
          model.on.push({ from: now, to: null });
          await open(current);
        }
        if (one.do === "stop" && on) {
          if (!exists) on.to = now;
          for (const { resource } of both) await transact(rt, (tx) => closeSpan(tx, { resourceId: resource.id, component: "compute", at: at() }));
        }
        if (one.do === "reprice") {
          now += one.ms;
          model.prices.push({ from: now, price: one.price });
          priceId = await version(one.price, "all");
          // Told twice, or not at all until it is charged: the same.
          for (let nth = 0; nth < 2; nth += 1) await transact(rt, (tx) => applyPricesTo(tx, often.resource, at()));
        }
      }
      now += 1;
      for (const { resource } of both) await transact(rt, (tx) => closeAllSpans(tx, resource.id, at()));
      model.gone = now;
      for (const interval of model.on) interval.to ??= now;
      // At the moment it is gone all is due, the last part of an hour too.
      await Promise.all([run(often), run(often), run(late), run(late)]);
      now += 3 * 24 * HOUR;
      await run(late);
      const rowsOf = async ({ resource }: typeof often) => rt.db.prisma.usageRecord.findMany({ where: { resourceId: resource.id }, orderBy: { hourStart: "asc" } });
      const shown = (rows: Awaited<ReturnType<typeof rowsOf>>) => rows.map((row) => `${row.hourStart.toISOString()} ${row.seconds} s ${row.amount}`);
      const [a, b] = [await rowsOf(often), await rowsOf(late)];
      expect(shown(b)).toEqual(expected(model));
      expect(a.map((row) => [row.hourStart, row.seconds, row.amount, row.pricePerHour, row.priceIds, row.createdAt, row.transferId !== null])).toEqual(
        b.map((row) => [row.hourStart, row.seconds, row.amount, row.pricePerHour, row.priceIds, row.createdAt, row.transferId !== null]),
      );
      expect(await rt.db.prisma.meterSpan.count({ where: { resourceId: late.resource.id, dueAt: { not: null } } })).toBe(0);
    }),
    {
      numRuns: 30,
      examples: [
        // A second that costs nothing before the hours that fill the month's cap.
        [
          meterPolicy.parse({ unit: "second", rounding: "up", monthlyCapHours: 2 }),
          STARTS[0] ?? "",
          [{ do: "stop" }, { do: "wait", ms: HOUR - 1 }, { do: "start" }, { do: "wait", ms: HOUR - 1 }, { do: "wait", ms: HOUR }, { do: "wait", ms: 1 }, { do: "wait", ms: 1 }],
          1n,
        ],
      ],
    },
  );
});

it("lets credits expire between the hours before and after, days late as if it had run each hour: the same rows out of the same lots", { timeout: 240_000 }, async () => {
  const lots = fc.array(fc.record({ amount: fc.bigInt({ min: 1n, max: 400n }), priority: fc.constantFrom(10, 50), minutes: fc.oneof(fc.integer({ min: 0, max: 30 * 60 }), fc.integer({ min: 0, max: 30 }).map((hours) => hours * 60)), paid: fc.boolean() }), { minLength: 1, maxLength: 5 });
  const machines = fc.array(fc.record({ policy: policies, minute: fc.integer({ min: 0, max: 119 }), price: fc.bigInt({ min: 1n, max: 90n }), hours: fc.integer({ min: 1, max: 40 }) }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(lots, machines, async (given, made) => {
      const begin = new Date(STARTS[0] ?? "").getTime();
      const minute = (nth: number) => new Date(begin + nth * 60_000);
      const setUp = async () => {
        const owner = await newCustomer(minute(0), 1n);
        for (const lot of given) {
          const terms = { priority: lot.priority, expiresAt: minute(lot.minutes + 1), category: lot.paid ? ("paid" as const) : ("promotional" as const) };
          await transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "grant", from: systemAccount("promotion", owner.account), to: owner.account, amount: lot.amount, terms, at: minute(0) }));
        }
        for (const [nth, machine] of made.entries()) {
          // The same order of ids for both, and of the machines.
          const resource = { ...owner.resource, id: `${owner.resource.id.slice(0, -1)}${nth}`, name: String(nth) };
          await transact(rt, (tx) => openSpan(tx, { resource, component: "compute", pricePerHour: machine.price, policy: machine.policy, at: minute(machine.minute) }));
          await transact(rt, (tx) => closeAllSpans(tx, resource.id, minute(machine.minute + machine.hours * 60 - 7)));
        }
        return owner;
      };
      const run = (owner: { organizationId: string }, at: Date) => chargeOrganization(rt, owner.organizationId, at, { wait: true });
      const [hourly, late] = [await setUp(), await setUp()];
      for (let nth = 0; nth <= 48 * 60; nth += 59) await run(hourly, minute(nth));
      for (const owner of [hourly, late]) await run(owner, minute(50 * 60));
      const uses = async ({ account, organizationId }: typeof hourly) => {
        const transfers = await rt.db.prisma.transfer.findMany({ where: { fromAccountId: account }, include: { usage: true }, orderBy: { fromVersion: "asc" } });
        const lotUses = await rt.db.prisma.lotUse.findMany({ where: { transferId: { in: transfers.map((each) => each.id) } } });
        const all = await rt.db.prisma.creditLot.findMany({ where: { accountId: account }, orderBy: { transfer: { toVersion: "asc" } } });
        const owed = await rt.db.prisma.usageRecord.findMany({ where: { organizationId, transferId: null }, orderBy: [{ createdAt: "asc" }, { resourceName: "asc" }] });
        return {
          moves: transfers.map((each) => [
            each.kind,
            each.amount,
            each.toAccountId.replace(/_\d+$/, ""),
            each.usage.map((row) => [row.resourceName, row.hourStart, row.seconds, row.createdAt]),
            lotUses.filter((use) => use.transferId === each.id).map((use) => [all.findIndex((lot) => lot.id === use.lotId), use.amount]).sort(),
          ]),
          left: all.map((lot) => lot.remaining),
          owed: owed.map((row) => [row.resourceName, row.hourStart, row.seconds, row.amount]),
        };
      };
      expect(await uses(late)).toEqual(await uses(hourly));
      for (const lot of await rt.db.prisma.creditLot.findMany({ where: { accountId: late.account, expiresAt: { lte: minute(50 * 60) } } })) expect(lot.remaining).toBe(0n);
    }),
    { numRuns: 15 },
  );
});
