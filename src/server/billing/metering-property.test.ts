import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { hold, transfer } from "./ledger.ts";
import { postFirstHour } from "./first-hour.ts";
import { chargeOrganization } from "./metering.ts";
import { closeAllSpans, closeSpan, openSpan, type Resource } from "./spans.ts";
import { systemAccount } from "./system-accounts.ts";

const HOUR = 3_600_000;
const PRICE = { storage: 3n, compute: 7n };

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

type Step =
  | { do: "wait"; ms: number }
  | { do: "start" | "stop" }
  | { do: "charge"; workers: number; behindMs: number }
  | { do: "topUp"; amount: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  // Also whole hours, to meet the very boundary of an hour, and days, for runs that were missed.
  { weight: 4, arbitrary: fc.oneof(fc.integer({ min: 0, max: 3 * HOUR }), fc.integer({ min: 0, max: 30 }).map((hours) => hours * HOUR), fc.constantFrom(HOUR - 1, HOUR + 1)).map((ms) => ({ do: "wait", ms }) as const) },
  { weight: 3, arbitrary: fc.constantFrom({ do: "start" } as const, { do: "stop" } as const) },
  // A worker's clock can be behind, and two can run at once.
  { weight: 3, arbitrary: fc.record({ do: fc.constant("charge" as const), workers: fc.integer({ min: 1, max: 2 }), behindMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5 * HOUR })) }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }).map((amount) => ({ do: "topUp", amount }) as const) },
);

/** The hours to be charged, found the slow way: every hour of the resource's life against every interval in which the component was on. */
function expectedHours(anchor: number, intervals: readonly { from: number; to: number | null }[], now: number): number[] {
  const hours: number[] = [];
  for (let begin = anchor; begin <= now; begin += HOUR) {
    if (intervals.some(({ from, to }) => from < begin + HOUR && (to ?? now) >= begin)) hours.push(begin);
  }
  return hours;
}

it("charges what the intervals say, however metering was run, and never below zero", { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), fc.integer({ min: 10, max: 300 }), async (steps, welcome) => {
      const organizationId = newId("organization");
      let now = new Date(TEST_START).getTime();
      const at = (): Date => new Date(now);
      const account = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome: BigInt(welcome), at: at() }));
      const topUp = (amount: bigint) => transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "grant", from: systemAccount("promotion", account), to: account, amount, at: at() }));
      const resource: Resource = { organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web" };
      const anchor = now;
      await transact(rt, async (tx) => {
        const made = await hold(tx, { key: `op:${resource.id}`, accountId: account, amount: 10n, subject: { type: "vm", id: resource.id }, at: at() });
        await postFirstHour(tx, { holdId: made.id, resource, storagePricePerHour: PRICE.storage, computePricePerHour: PRICE.compute, at: at() });
      });

      const compute: { from: number; to: number | null }[] = [{ from: anchor, to: null }];
      for (const one of steps) {
        const open = compute.find((interval) => interval.to === null);
        if (one.do === "wait") now += one.ms;
        if (one.do === "topUp") await topUp(BigInt(one.amount));
        if (one.do === "charge") await Promise.all(Array.from({ length: one.workers }, () => chargeOrganization(rt, organizationId, new Date(now - one.behindMs), { wait: true })));
        if (one.do === "start" && !open) {
          compute.push({ from: now, to: null });
          await transact(rt, (tx) => openSpan(tx, { resource, component: "compute", pricePerHour: PRICE.compute, at: at() }));
        }
        if (one.do === "stop" && open) {
          open.to = now;
          await transact(rt, (tx) => closeSpan(tx, { resourceId: resource.id, component: "compute", at: at() }));
        }
        const present = await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: account } });
        expect(present.balance - present.held).toBeGreaterThanOrEqual(0n);
      }
      await transact(rt, (tx) => closeAllSpans(tx, resource.id, at()));
      const deletedAt = now;
      for (const interval of compute) interval.to ??= deletedAt;
      now += 7 * HOUR;
      await chargeOrganization(rt, organizationId, at(), { wait: true });

      const rows = await rt.db.prisma.usageRecord.findMany({ where: { resourceId: resource.id }, orderBy: [{ hourStart: "asc" }, { component: "asc" }] });
      const hoursOf = (component: string) => rows.filter((row) => row.component === component).map((row) => row.hourStart.getTime());
      expect(hoursOf("compute")).toEqual(expectedHours(anchor, compute, now));
      expect(hoursOf("storage")).toEqual(expectedHours(anchor, [{ from: anchor, to: deletedAt }], now));
      expect(rows.every((row) => row.amount === (row.component === "compute" ? PRICE.compute : PRICE.storage))).toBe(true);
      // What is owed is the newest part. (Within one hour a component that came on after the other was paid can be the one that is owed.)
      const hours = (paid: boolean) => rows.filter((row) => (row.transferId !== null) === paid).map((row) => row.hourStart.getTime());
      expect(Math.max(...hours(true))).toBeLessThanOrEqual(Math.min(...hours(false), Number.POSITIVE_INFINITY));

      const total = rows.reduce((sum, row) => sum + row.amount, 0n);
      await topUp(total);
      await chargeOrganization(rt, organizationId, at(), { wait: true });
      expect(await rt.db.prisma.usageRecord.count({ where: { resourceId: resource.id, transferId: null } })).toBe(0);
      const received = await rt.db.prisma.transfer.aggregate({ where: { toAccountId: account }, _sum: { amount: true } });
      const left = await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: account } });
      expect(left.balance).toBe((received._sum.amount ?? 0n) - total);
    }),
    {
      numRuns: 30,
      // Found once: all is paid to the last credit at the first instant of an hour, and then compute comes on in that instant.
      examples: [[[{ do: "wait", ms: 2 * HOUR + 795_804 }, { do: "stop" }, { do: "topUp", amount: 21 }, { do: "wait", ms: HOUR - 795_804 }, { do: "charge", workers: 1, behindMs: 0 }, { do: "start" }, { do: "wait", ms: HOUR - 1 }], 12]],
    },
  );
  expect(await auditLedger(rt)).toEqual([]);
});
