import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { statementDetail } from "#shared/billing/statements.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { findCustomerAccount } from "../account-repository.ts";
import { reverse, transfer } from "../ledger.ts";
import { systemAccount } from "../system-accounts.ts";
import { issueStatements } from "./issue.ts";
import { getStatement, listStatements } from "./statements.ts";

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

type Move = "topup" | "grant" | "usage" | "adjustment";

async function move(person: Person, kind: Move, amount: bigint, at = rt.clock.now(), key = newId("transfer")) {
  return transact(rt, async (tx) => {
    const account = await findCustomerAccount(tx, person.organizationId);
    if (!account) throw new Error("no account");
    const system = systemAccount(kind === "topup" ? "settlement" : kind === "grant" ? "promotion" : kind === "usage" ? "revenue" : "adjustment", account.id);
    const out = kind === "usage";
    return transfer(tx, { key, kind, from: out ? account.id : system, to: out ? system : account.id, amount, description: `a ${kind}`, at });
  });
}

/** An hour of a VM, charged. */
async function use(person: Person, hour: { resourceId: string; resourceName: string; hourStart: Date }) {
  const [row] = await rt.db.query<{ key: string }>({ name: "test_usage_key", text: "select usage_key($1, 'compute', $2::timestamptz) as key", values: [hour.resourceId, hour.hourStart] });
  const charge = await move(person, "usage", credits(6), rt.clock.now(), row?.key);
  const { organizationId } = person;
  await rt.db.prisma.usageRecord.create({
    data: { ...hour, organizationId, resourceType: "vm", component: "compute", projectId: null, pricePerHour: credits(6), amount: credits(6), createdAt: rt.clock.now(), transferId: charge.transfer.id },
  });
  return charge;
}

async function detailsOf(person: Person) {
  const { data } = await listStatements(rt, person.actor, { page: 1, limit: 100 });
  return Promise.all(data.toReversed().map(async ({ id }) => statementDetail.parse(await getStatement(rt, person.actor, { id }))));
}

const sum = (lines: readonly { amount: string }[]): bigint => lines.reduce((total, line) => total + BigInt(line.amount), 0n);

it("states a month once it is over, its usage by resource, all else line by line, paid and promotional credits apart", async () => {
  rt.clock.set("2028-01-31T23:00:00.000Z");
  const person = await makePerson(rt, { welcome: credits(10) });
  rt.clock.set("2028-02-10T00:00:00.000Z");
  await move(person, "topup", credits(50));
  const resourceId = newId("vm");
  await use(person, { resourceId, resourceName: "old name", hourStart: new Date("2028-02-09T22:00:00Z") });
  const charge = await use(person, { resourceId, resourceName: "web", hourStart: new Date("2028-02-09T23:00:00Z") });
  await transact(rt, (tx) => reverse(tx, { key: newId("transfer"), transferId: charge.transfer.id, amount: credits(3), description: "sorry", at: rt.clock.now() }));
  rt.clock.set("2028-03-01T00:20:00.000Z");
  expect(await listStatements(rt, person.actor, { page: 1, limit: 10 })).toMatchObject({ data: [] });
  await issueStatements(rt);
  // The month is left to settle for half an hour.
  expect((await detailsOf(person)).map((each) => each.period)).toEqual(["2028-01"]);
  rt.clock.set("2028-03-01T00:31:00.000Z");
  await move(person, "usage", credits(1));
  await Promise.all([issueStatements(rt), issueStatements(rt)]);
  expect(await issueStatements(rt)).toBe(0);
  const [january, february] = await detailsOf(person);
  const events = await rt.db.prisma.event.findMany({ where: { organizationId: person.organizationId, type: "statement.issued" }, orderBy: { seq: "asc" } });
  // Two workers at once, and a third run: each is told once.
  expect(events.map(({ subject, data }) => ({ subject, data }))).toEqual(
    [january, february].map((each) => ({ subject: each?.id, data: { statementId: each?.id, number: each?.number, period: each?.period, closing: each?.closing.amount } })),
  );
  expect(january).toMatchObject({ period: "2028-01", number: "S-2028-00000001", opening: { amount: "0" }, closing: { amount: "10000000", paid: "0", promotional: "10000000" } });
  expect(february).toMatchObject({
    period: "2028-02",
    number: "S-2028-00000002",
    periodStart: "2028-02-01T00:00:00.000Z",
    periodEnd: "2028-03-01T00:00:00.000Z",
    opening: { amount: "10000000", promotional: "10000000" },
    totals: [
      { kind: "topup", count: 1, amount: "50000000", paid: "50000000", promotional: "0" },
      { kind: "usage", count: 2, amount: "-12000000", paid: "-2000000", promotional: "-10000000" },
      { kind: "reversal_usage", count: 1, amount: "3000000", paid: "2000000", promotional: "1000000" },
    ],
    closing: { amount: "51000000", paid: "50000000", promotional: "1000000" },
    usage: [{ resourceName: "web", component: "compute", seconds: 7200, pricePerHour: "6000000", from: "2028-02-09T22:00:00.000Z", to: "2028-02-09T23:00:00.000Z", amount: "-12000000" }],
    entries: [{ kind: "topup", amount: "50000000" }, { kind: "reversal_usage", description: "sorry", amount: "3000000" }],
    omittedUsage: { count: 0, amount: "0" },
  });
  const id = february?.id ?? "";
  expect(await getStatement(rt, person.actor, { id }, 1)).toMatchObject({ entries: [{ kind: "topup" }], omittedEntries: { count: 1, amount: "3000000" } });
  const stranger = await makePerson(rt);
  await expect(getStatement(rt, stranger.actor, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(rt.db.exec(`update statement set closing = 0 where id = '${id}'`)).rejects.toThrow(/stays as it was issued/);
  await expect(rt.db.exec(`delete from statement`)).rejects.toThrow(/stays as it was issued/);
  const { id: _id, ...row } = await rt.db.prisma.statement.findUniqueOrThrow({ where: { id } });
  const next = { ...row, id: newId("statement"), number: "S-2028-99999999", period: "2028-03", periodStart: row.periodEnd, periodEnd: new Date("2028-04-01T00:00:00Z"), fromVersion: row.toVersion, opening: row.closing, totals: {} };
  await expect(rt.db.prisma.statement.create({ data: { ...next, opening: 1n, closing: 1n } })).rejects.toThrow(/begins where the last one ended/);
  await expect(rt.db.prisma.statement.create({ data: { ...next, toVersion: row.toVersion + 1n, closing: 1n } })).rejects.toThrow(/balance after its last entry/);
});

it("whatever is written, and however late: opening and lines make closing, which is the next opening; months and numbers without gaps", async () => {
  const step = fc.record({
    hours: fc.integer({ min: 0, max: 1_500 }),
    kind: fc.constantFrom<Move>("topup", "grant", "usage", "adjustment"),
    amount: fc.bigInt({ min: 1n, max: credits(5) }),
    /** the clock that stamps it is wrong by so many hours */
    lag: fc.oneof(fc.constant(0), fc.integer({ min: -900, max: 50 })),
    state: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const person = await makePerson(rt, { welcome: credits(20) });
      let entries = 1;
      for (const { hours, kind, amount, lag, state } of steps) {
        rt.clock.set(new Date(rt.clock.now().getTime() + hours * 3_600_000).toISOString());
        await move(person, kind, amount, new Date(rt.clock.now().getTime() + lag * 3_600_000)).then(() => (entries += 1), () => undefined);
        if (state) await Promise.all([issueStatements(rt), issueStatements(rt)]);
      }
      rt.clock.set(new Date(rt.clock.now().getTime() + 100 * 86_400_000).toISOString());
      await issueStatements(rt);
      const statements = await detailsOf(person);
      let [closing, paid, end] = [0n, 0n, statements[0]?.periodStart];
      for (const each of statements) {
        expect(each.periodStart).toBe(end);
        expect(BigInt(each.opening.amount)).toBe(closing);
        expect(BigInt(each.opening.paid)).toBe(paid);
        expect(BigInt(each.opening.amount) + sum(each.usage) + sum(each.entries)).toBe(BigInt(each.closing.amount));
        expect(BigInt(each.opening.amount) + sum(each.totals)).toBe(BigInt(each.closing.amount));
        expect(BigInt(each.closing.paid) + BigInt(each.closing.promotional)).toBe(BigInt(each.closing.amount));
        [closing, paid, end] = [BigInt(each.closing.amount), BigInt(each.closing.paid), each.periodEnd];
      }
      const account = await rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: person.organizationId } });
      expect([closing, statements.reduce((count, each) => count + each.totals.reduce((n, total) => n + total.count, 0), 0)]).toEqual([account.balance, entries]);
      const numbers = await rt.db.prisma.statement.findMany({ select: { number: true }, orderBy: { number: "asc" } });
      const byYear = Map.groupBy(numbers, ({ number }) => number.slice(0, 6));
      for (const [prefix, group] of byYear) expect(group.map((each) => each.number)).toEqual(group.map((_each, index) => `${prefix}-${(index + 1).toString().padStart(8, "0")}`));
    }),
    { numRuns: 6 },
  );
}, 120_000);
