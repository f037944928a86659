import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { meterPolicy } from "#shared/billing/policy.ts";
import { statementDetail } from "#shared/billing/statements.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { auditLedger } from "./check.ts";
import { getBalance } from "./credits.ts";
import { chargeDue } from "./jobs.ts";
import { hold, postHold, transfer } from "./ledger.ts";
import { addPrices } from "./prices/schedule.ts";
import { closeAllSpans, openSpan, type Resource, type SpanPrice } from "./spans.ts";
import { issueStatements } from "./statements/issue.ts";
import { getStatement, listStatements } from "./statements/statements.ts";
import { systemAccount } from "./system-accounts.ts";

/** Faults that other ledgers were published with, each as a case that ours must not have. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(() => rt.clock.set(TEST_START));
afterAll(async () => {
  expect(await auditLedger(rt)).toEqual([]);
  await rt.close();
});

const accountOf = async (person: Person): Promise<string> => (await rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: person.organizationId } })).id;
const balanceOf = async (person: Person) => (await rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: person.organizationId } })).balance;

async function running(person: Person, price: SpanPrice): Promise<Resource> {
  const resource: Resource = { organizationId: person.organizationId, projectId: null, type: "vm", id: newId("vm"), name: "web" };
  await transact(rt, (tx) => openSpan(tx, { resource, component: "compute", ...price, at: rt.clock.now() }));
  return resource;
}

async function metering(ms: number): Promise<void> {
  rt.clock.advance(ms);
  await Promise.all([chargeDue(rt), chargeDue(rt)]);
}

describe("a price of -1, which stood for 'not known', gave back more than was reserved (elizaOS/eliza#22681)", () => {
  it("a settlement is within the reservation, whatever it is told that something cost", async () => {
    const person = await makePerson(rt, { welcome: credits(10) });
    const [accountId, at, subject] = [await accountOf(person), rt.clock.now(), { type: "vm", id: newId("vm") }];
    for (const cost of [-1n, -credits(1), 0n, credits(3) + 1n]) {
      const held = await transact(rt, (tx) => hold(tx, { key: newId("event"), accountId, amount: credits(3), subject, at }));
      const settle = transact(rt, (tx) => postHold(tx, { holdId: held.id, kind: "usage", to: systemAccount("revenue", accountId), parts: [{ key: newId("event"), amount: cost }], subject, at }));
      await expect(settle, String(cost)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
      await rt.db.query({ text: "select ledger_void_hold($1, $2::timestamptz)", values: [held.id, at] });
    }
    expect(await balanceOf(person)).toBe(credits(10));
  });

  it("no price is below zero, of a plan, of what runs or of what was used", async () => {
    const person = await makePerson(rt, { welcome: credits(10) });
    const subject = { type: "plan" as const, id: newId("plan") };
    const plan = transact(rt, (tx) => addPrices(tx, { subject, compute: -1n, storage: 0n, policy: {}, effectiveFrom: rt.clock.now(), appliesTo: "new", createdById: null, at: rt.clock.now() }));
    await expect(plan).rejects.toThrow();
    await expect(running(person, { pricePerHour: -1n })).rejects.toThrow();
    await metering(HOUR);
    expect(await balanceOf(person)).toBe(credits(10));
  });
});

it("what is paid in advance is not deducted a second time from what is available (getlago/lago-api#2542)", async () => {
  const person = await makePerson(rt, { welcome: credits(10) });
  await running(person, { pricePerHour: credits(1) });
  await metering(0);
  // The hour is paid: nine are left, and at one an hour they last nine more.
  expect(await getBalance(rt, person.actor)).toMatchObject({ balance: credits(9).toString(), available: credits(9).toString(), owed: "0", burnPerHour: credits(1).toString() });
  await metering(30 * MINUTE);
  expect(await getBalance(rt, person.actor)).toMatchObject({ balance: credits(9).toString(), available: credits(9).toString() });
});

it("lines that are rounded otherwise than the wallet leave a gap, and a total below zero (getlago/lago-api#4642)", async () => {
  rt.clock.set("2028-01-01T00:00:00.000Z");
  const person = await makePerson(rt, { welcome: 100_000n });
  // Amounts with no even share: a third of a cent an hour, by the second, until there is nothing left to pay the last one with.
  const policy = meterPolicy.parse({ unit: "second", rounding: "up" });
  const price = { pricePerHour: 3_333n, policy };
  const all = [await running(person, price), await running(person, price)];
  for (let nth = 0; nth < 40; nth += 1) await metering(HOUR - 7_001);
  for (const { id } of all) await transact(rt, (tx) => closeAllSpans(tx, id, rt.clock.now()));
  await metering(HOUR);
  rt.clock.set("2028-02-01T00:31:00.000Z");
  await issueStatements(rt);
  const [statement] = (await listStatements(rt, person.actor, { page: 1, limit: 1 })).data;
  const detail = statementDetail.parse(await getStatement(rt, person.actor, { id: statement?.id ?? "" }));
  const lines = [...detail.usage, ...detail.entries].reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  expect(BigInt(detail.opening.amount) + lines).toBe(BigInt(detail.closing.amount));
  expect(BigInt(detail.closing.amount)).toBe(await balanceOf(person));
  expect(await balanceOf(person)).toBeGreaterThanOrEqual(0n);
  // What was recorded and what was paid are one: what is owed is told, and no line is rounded against it.
  const rows = await rt.db.prisma.usageRecord.findMany({ where: { organizationId: person.organizationId }, include: { transfer: true } });
  expect(rows.some(({ transferId }) => transferId === null)).toBe(true);
  for (const row of rows) if (row.transfer) expect(row.transfer.amount).toBe(row.amount);
});

it.each([
  ["in advance", {}, credits(6)],
  ["by the second, in arrears", { unit: "second", rounding: "up" }, credits(1)],
])("charged while it runs, and once more at its end (irontec/ivozprovider#703): %s", async (_, policy, expected) => {
  const person = await makePerson(rt, { welcome: credits(50) });
  const resource = await running(person, { pricePerHour: credits(6), policy: meterPolicy.parse(policy) });
  await metering(5 * MINUTE);
  await metering(5 * MINUTE);
  await transact(rt, (tx) => closeAllSpans(tx, resource.id, rt.clock.now()));
  await transact(rt, (tx) => closeAllSpans(tx, resource.id, rt.clock.now()));
  await metering(0);
  await metering(24 * HOUR);
  expect(await balanceOf(person)).toBe(credits(50) - expected);
});

it("two daemons that charge one wallet at once bring it below zero (playsms/playsms#522, getlago/lago-api#4985)", async () => {
  const person = await makePerson(rt, { welcome: credits(5) });
  for (let nth = 0; nth < 3; nth += 1) await running(person, { pricePerHour: credits(2) });
  rt.clock.advance(HOUR);
  await Promise.all(Array.from({ length: 4 }, () => chargeDue(rt)));
  expect(await balanceOf(person)).toBe(credits(1));
  expect(await rt.db.prisma.usageRecord.count({ where: { organizationId: person.organizationId, transferId: null } })).toBe(4);
});

it("accounts locked in the order of from and to, instead of one order, wait for each other for ever (pgledger)", async () => {
  const [one, other] = [await makePerson(rt, { welcome: credits(100) }), await makePerson(rt, { welcome: credits(100) })];
  const [from, to] = [await accountOf(one), await accountOf(other)];
  const at = rt.clock.now();
  const crossing = Array.from({ length: 60 }, (_, nth) =>
    transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "adjustment", from: nth % 2 === 0 ? from : to, to: nth % 2 === 0 ? to : from, amount: 1n, at })),
  );
  const ended = await Promise.allSettled(crossing);
  expect(ended.filter(({ status }) => status === "rejected")).toEqual([]);
  expect([await balanceOf(one), await balanceOf(other)]).toEqual([credits(100), credits(100)]);
});
