import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { openDatabase } from "#server/infra/database.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "../accounts.ts";
import { auditLedger } from "../check.ts";
import { chargeDue } from "../jobs.ts";
import { openSpan } from "../spans.ts";
import { breakable } from "../testing/breakable.ts";
import { applyPricesEverywhere, notePricesApplied } from "./apply.ts";
import { agreedPrices, pricesAt } from "./prices.ts";
import { addPrices } from "./schedule.ts";

const HOUR = 3_600_000;
const AT = new Date(new Date(TEST_START).getTime() + 3.5 * HOUR);
let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

interface Customer {
  resourceId: string;
  account: string;
}

/** Somebody with a VM that runs since the start, whose price rises for all after an hour and a half. */
async function customer(): Promise<Customer> {
  const organizationId = newId("organization");
  const start = new Date(TEST_START);
  const subject = { type: "plan" as const, id: newId("plan") };
  const resource = { organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web" };
  const account = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome: credits(10), at: start }));
  const price = (compute: bigint, effectiveFrom: Date, appliesTo: "new" | "all") => transact(rt, (tx) => addPrices(tx, { subject, compute, storage: 3n, policy: {}, effectiveFrom, appliesTo, createdById: null, at: start }));
  await price(10n, start, "new");
  await price(25n, new Date(start.getTime() + 1.5 * HOUR), "all");
  await transact(rt, async (tx) => {
    const { compute, storage } = await pricesAt(tx, subject, start);
    const agreed = await agreedPrices(tx, [compute.id, storage.id], start);
    for (const component of ["storage", "compute"] as const) await openSpan(tx, { resource, component, ...agreed[component], at: start });
  });
  return { resourceId: resource.id, account };
}

/** What the worker does, once. */
async function round(on: Runtime): Promise<void> {
  const now = { ...on, clock: { now: () => AT } };
  await applyPricesEverywhere(now, AT);
  await chargeDue(now);
  await notePricesApplied(now, AT);
}

async function outcome({ resourceId, account }: Customer): Promise<unknown> {
  const spans = await rt.db.prisma.meterSpan.findMany({ where: { resourceId }, orderBy: [{ component: "asc" }, { startedAt: "asc" }], select: { component: true, pricePerHour: true, startedAt: true, endedAt: true, dueAt: true } });
  const usage = await rt.db.prisma.usageRecord.findMany({ where: { resourceId }, orderBy: [{ component: "asc" }, { hourStart: "asc" }], select: { component: true, hourStart: true, amount: true, pricePerHour: true } });
  const { balance } = await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: account } });
  return { spans, usage, balance, open: await rt.db.prisma.price.count({ where: { appliesTo: "all", appliedAt: null } }) };
}

it("a round of prices and charges does everything once, wherever between two statements it was cut off and begun again", { timeout: 300_000 }, async (context) => {
  if (!rt.databaseUrl) return context.skip("it cuts connections to a PostgreSQL");
  const expected = await customer();
  await round(rt);
  const reference = await outcome(expected);
  const compute = [10n, 10n, 25n, 25n];
  expect(reference).toMatchObject({ balance: credits(10) - compute.reduce((sum, amount) => sum + amount, 0n) - 12n, open: 0 });
  // What is done is not done again: no span is cut twice where it ends.
  expect((reference as { spans: unknown[] }).spans).toHaveLength(4);

  const db = await openDatabase({ ...rt.config, databaseUrl: rt.databaseUrl, databasePoolSize: 1 });
  const connection = breakable(db);
  try {
    let cuts = 0;
    for (let nth = 1; ; nth += 1) {
      const one = await customer();
      connection.after(nth);
      await round({ ...rt, db }).catch(() => {});
      const broke = connection.broke();
      connection.after(Number.POSITIVE_INFINITY);
      if (!broke) break;
      cuts += 1;
      await round(rt);
      expect(await outcome(one), `cut before statement ${nth}`).toEqual(reference);
    }
    expect(cuts).toBeGreaterThan(10);
  } finally {
    await db.close();
  }
  expect(await auditLedger(rt)).toEqual([]);
});
