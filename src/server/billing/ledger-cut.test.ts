import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { openDatabase } from "#server/infra/database.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { expireHold, expireLot, hold, postHold, reverse, transfer, voidHold } from "./ledger.ts";
import { systemAccount } from "./system-accounts.ts";
import { creditTopUp } from "./top-up-credits.ts";
import { breakable } from "./testing/breakable.ts";

const HOUR = 3_600_000;

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

interface Customer {
  id: string;
  organizationId: string;
}

/** Everything that moves credits, each with a key of its own: run again from the start, it goes on where it was cut off. */
async function scenario(on: Runtime, { id, organizationId }: Customer): Promise<void> {
  const at = on.clock.now();
  const later = new Date(at.getTime() + HOUR);
  const subject = { type: "vm", id: `vm_${id}` };
  const revenue = systemAccount("revenue", id);
  const give = { key: `grant:${id}`, kind: "grant", from: systemAccount("promotion", id), to: id, amount: 100n, terms: { priority: 10, expiresAt: later }, at } as const;
  const grant = await transact(on, async (tx) => (await transfer(tx, give)).transfer);
  const topUp = await transact(on, async (tx) => (await creditTopUp(tx, { organizationId, topUpId: id, credits: 50n, description: "Top-up", at })).transfer);
  const charge = await transact(on, async (tx) => (await transfer(tx, { key: `charge:${id}`, kind: "usage", from: id, to: revenue, amount: 110n, subject, at })).transfer);
  await transact(on, (tx) => reverse(tx, { key: `back:${id}`, transferId: charge.id, amount: 30n, at }));
  const posted = await transact(on, (tx) => hold(tx, { key: `posted:${id}`, accountId: id, amount: 20n, subject, at }));
  await transact(on, (tx) => postHold(tx, { holdId: posted.id, kind: "usage", to: revenue, parts: [{ key: `one:${id}`, amount: 3n }, { key: `two:${id}`, amount: 4n }], subject, at }));
  // A hold and its end in one transaction: both are there, or neither.
  await transact(on, async (tx) => voidHold(tx, (await hold(tx, { key: `voided:${id}`, accountId: id, amount: 20n, subject, at })).id, at));
  const expiring = await transact(on, (tx) => hold(tx, { key: `expiring:${id}`, accountId: id, amount: 5n, subject, expiresAt: later, at }));
  await transact(on, (tx) => reverse(tx, { key: `revoke:${id}`, transferId: grant.id, amount: 6n, at }));
  await transact(on, (tx) => reverse(tx, { key: `refund:${id}`, transferId: topUp.id, amount: 8n, upTo: true, at }));
  await transact(on, (tx) => expireHold(tx, expiring.id, later));
  await transact(on, (tx) => expireLot(tx, grant.id.replace("trf", "lot"), later));
}

async function customer(): Promise<Customer> {
  const organizationId = newId("organization");
  return { organizationId, id: await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome: 0n, at: rt.clock.now() })) };
}

/** What the scenario left: balances, lots, and how often each kind of thing happened. */
async function outcome({ id, organizationId }: Customer): Promise<unknown> {
  const account = await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id }, select: { balance: true, held: true, version: true } });
  const lots = await rt.db.prisma.creditLot.findMany({ where: { accountId: id }, select: { amount: true, remaining: true, category: true }, orderBy: { amount: "asc" } });
  const holds = await rt.db.prisma.hold.findMany({ where: { accountId: id }, select: { status: true, postedAmount: true }, orderBy: { status: "asc" } });
  const last = await rt.db.prisma.event.findFirst({ where: { organizationId, type: "credits.changed" }, orderBy: { seq: "desc" }, select: { data: true } });
  return { account, lots, holds, last };
}

it("does everything once, wherever between two statements it was cut off and begun again", { timeout: 300_000 }, async (context) => {
  if (!rt.databaseUrl) return context.skip("it cuts connections to a PostgreSQL; on PGlite the storm kills its process");
  const expected = await customer();
  await scenario(rt, expected);
  const reference = await outcome(expected);
  expect(reference).toMatchObject({ account: { balance: 42n, held: 0n }, last: { data: { balance: "42", held: "0" } } });

  const db = await openDatabase({ ...rt.config, databaseUrl: rt.databaseUrl, databasePoolSize: 1 });
  const connection = breakable(db);
  try {
    let cuts = 0;
    for (let nth = 1; ; nth += 1) {
      const one = await customer();
      connection.after(nth);
      const ended = await scenario({ ...rt, db }, one).then(() => "finished", () => "cut");
      connection.after(Number.POSITIVE_INFINITY);
      if (ended === "finished") break;
      cuts += 1;
      await scenario(rt, one);
      expect(await outcome(one), `cut before statement ${nth}`).toEqual(reference);
    }
    expect(cuts).toBeGreaterThan(50);
  } finally {
    await db.close();
  }
  expect(await auditLedger(rt)).toEqual([]);
});
