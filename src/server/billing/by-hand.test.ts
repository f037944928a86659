import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { customerLedgerOutput } from "#shared/billing/admin.ts";
import { adjustInput, giveBackInput, grantInput, transferOutput } from "#shared/billing/schema.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { getBalance } from "./credits.ts";
import { getCustomerLedger } from "./customer-ledger.ts";
import { adjustCredits, grantCredits, refundCharge, revokeGrant } from "./grants.ts";
import { hold, transfer } from "./ledger.ts";
import { systemAccount } from "./system-accounts.ts";

const TOMORROW = "2028-02-29T10:00:00.000Z";

let rt: TestRuntime;
let admin: Person["actor"];
beforeAll(async () => {
  rt = await createTestRuntime();
  admin = (await makePerson(rt, { platformRole: "admin" })).actor;
});
beforeEach(() => rt.clock.set(TEST_START));
afterAll(async () => {
  expect(await auditLedger(rt)).toEqual([]);
  await rt.close();
});

async function customer(welcome = 0n): Promise<{ id: string; organizationId: string }> {
  const organizationId = newId("organization");
  return { organizationId, id: await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome, at: rt.clock.now() })) };
}

const charge = async (from: { id: string }, amount: bigint): Promise<string> => {
  const input = { key: newId("event"), kind: "usage", from: from.id, to: systemAccount("revenue", from.id), amount, subject: { type: "vm", id: "vm_1" }, description: "web: compute", at: rt.clock.now() } as const;
  return transact(rt, async (tx) => (await transfer(tx, input)).transfer.id);
};

const key = () => crypto.randomUUID();
const grant = (organizationId: string, amount: string, more: { expiresAt?: string; priority?: number } = {}) =>
  grantCredits(rt, admin, grantInput.parse({ organizationId, amount, reason: "Goodwill", idempotencyKey: key(), ...more }));
const adjust = (organizationId: string, direction: "add" | "subtract", amount: string, idempotencyKey = key()) =>
  adjustCredits(rt, admin, adjustInput.parse({ organizationId, direction, amount, reason: "Correction", idempotencyKey }));
const back = (transferId: string, amount?: string, idempotencyKey = key()) => giveBackInput.parse({ transferId, reason: "By mistake", idempotencyKey, ...(amount === undefined ? {} : { amount }) });
const audit = async (organizationId: string) => (await rt.db.prisma.auditEntry.findMany({ where: { organizationId }, orderBy: { at: "asc" } })).map((entry) => [entry.action, entry.after]);

describe("a grant", () => {
  it("can have an end and a priority of its own", async () => {
    const one = await customer();
    const { transfer: row } = await grant(one.organizationId, "5000000", { expiresAt: TOMORROW, priority: 10 });
    expect(transferOutput.parse(row)).toMatchObject({ amount: "5000000", promotional: "5000000", paid: "0" });
    expect(await rt.db.prisma.creditLot.findUniqueOrThrow({ where: { transferId: row.id } })).toMatchObject({ category: "promotional", priority: 10, expiresAt: new Date(TOMORROW) });
    await expect(grant(one.organizationId, "1", { expiresAt: TEST_START })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "expiresAt" }] } });
  });

  it.each([
    ["zero", { amount: "0" }],
    ["negative", { amount: "-5" }],
    ["a fraction", { amount: "0.5" }],
    ["huge", { amount: "1000000000001" }],
    ["beyond 64 bits", { amount: "9223372036854775808" }],
    ["no number", { amount: "NaN" }],
    ["without a reason", { reason: "  x " }],
    ["of a priority that there is not", { priority: 101 }],
    ["with an end that is no time", { expiresAt: "tomorrow" }],
    ["without a key", { idempotencyKey: "again" }],
  ])("is refused when it is %s", (_, change) => {
    expect(grantInput.safeParse({ organizationId: "org_1", amount: "1", reason: "Goodwill", idempotencyKey: key(), ...change }).success).toBe(false);
  });

  it("is revoked as far as it was not spent, once, with a reason and an audit entry", async () => {
    const one = await customer();
    const { transfer: given } = await grant(one.organizationId, "100");
    await charge(one, 30n);
    const input = back(given.id);
    const { transfer: row } = await revokeGrant(rt, admin, input);
    expect(row).toMatchObject({ kind: "reversal", amount: "-70", promotional: "-70", reversesId: given.id, description: "By mistake" });
    expect(await revokeGrant(rt, admin, input)).toEqual({ transfer: row });
    await expect(revokeGrant(rt, admin, back(given.id))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(revokeGrant(rt, admin, back(given.id, "1"))).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { available: "0" } });
    expect(await audit(one.organizationId)).toEqual([
      ["credits.grant", { transferId: given.id, amount: "100", reason: "Goodwill" }],
      ["credits.revoke", { transferId: row.id, amount: "-70", reason: "By mistake", reverses: given.id }],
    ]);
  });

  it("is revoked in part, never what is held, and nothing else is revoked as if it were one", async () => {
    const one = await customer();
    const { transfer: given } = await grant(one.organizationId, "100");
    await transact(rt, (tx) => hold(tx, { key: key(), accountId: one.id, amount: 60n, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));
    await revokeGrant(rt, admin, back(given.id, "10"));
    await expect(revokeGrant(rt, admin, back(given.id, "31"))).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: "31", available: "30" } });
    const spent = await charge(one, 5n);
    for (const id of [spent, newId("transfer")]) await expect(revokeGrant(rt, admin, back(id))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a charge", () => {
  it("is refunded in parts, at most in full, to where it came from", async () => {
    const one = await customer(100n);
    const spent = await charge(one, 40n);
    const first = back(spent, "15");
    expect((await refundCharge(rt, admin, first)).transfer).toMatchObject({ kind: "reversal", amount: "15", balanceAfter: "75", subjectId: "vm_1" });
    expect((await refundCharge(rt, admin, first)).transfer.balanceAfter).toBe("75");
    await expect(refundCharge(rt, admin, { ...first, amount: "14" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(refundCharge(rt, admin, back(spent, "26"))).rejects.toMatchObject({ code: "CONFLICT", extras: { available: "25" } });
    await expect(refundCharge(rt, admin, back(spent, "41"))).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await refundCharge(rt, admin, back(spent))).transfer).toMatchObject({ amount: "25", balanceAfter: "100" });
    await expect(refundCharge(rt, admin, back(spent))).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await audit(one.organizationId)).map(([action]) => action)).toEqual(["credits.refund", "credits.refund"]);
  });

  it("is the only thing that is refunded", async () => {
    const one = await customer();
    const { transfer: given } = await grant(one.organizationId, "100");
    for (const id of [given.id, newId("transfer")]) await expect(refundCharge(rt, admin, back(id))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("an adjustment", () => {
  it("goes up and down, at most by what is available", async () => {
    const one = await customer(10n);
    expect((await adjust(one.organizationId, "add", "5")).transfer).toMatchObject({ kind: "adjustment", amount: "5", promotional: "5", balanceAfter: "15" });
    expect((await adjust(one.organizationId, "subtract", "12")).transfer).toMatchObject({ amount: "-12", balanceAfter: "3" });
    await expect(adjust(one.organizationId, "subtract", "4")).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { available: "3" } });
    await expect(adjust(newId("organization"), "add", "4")).rejects.toMatchObject({ code: "NOT_FOUND" });
    const once = key();
    await adjust(one.organizationId, "add", "1", once);
    await adjust(one.organizationId, "add", "1", once);
    await expect(adjust(one.organizationId, "subtract", "1", once)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await getBalance(rt, one)).toMatchObject({ balance: "4" });
  });
});

describe("the customer's ledger", () => {
  it("shows the lots that each entry moved, who made it, and what can be given back of it", async () => {
    const one = await customer(10n);
    const { transfer: given } = await grant(one.organizationId, "100", { priority: 10, expiresAt: TOMORROW });
    const spent = await charge(one, 105n);
    await refundCharge(rt, admin, back(spent, "7"));
    await transact(rt, (tx) => hold(tx, { key: key(), accountId: one.id, amount: 11n, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));
    const { data } = customerLedgerOutput.parse(await getCustomerLedger(rt, { organizationId: one.organizationId, limit: 10 }));
    const [welcomeLot, grantLot] = [`lot_${data[3]?.id.slice(4)}`, `lot_${given.id.slice(4)}`];
    expect(data.map(({ kind, amount, counterpart, actorId, reversed, reversible }) => [kind, amount, counterpart, actorId, reversed, reversible])).toEqual([
      ["reversal", "7", "revenue", admin.userId, "0", "0"],
      ["usage", "-105", "revenue", null, "7", "98"],
      // Two are left of the grant, one of all that the customer has is not held.
      ["grant", "100", "promotion", admin.userId, "0", "1"],
      ["grant", "10", "promotion", null, "0", "1"],
    ]);
    expect(data.map(({ lots }) => lots)).toEqual([
      [
        { lotId: welcomeLot, category: "promotional", amount: "5", expiresAt: null },
        { lotId: grantLot, category: "promotional", amount: "2", expiresAt: TOMORROW },
      ],
      [
        { lotId: welcomeLot, category: "promotional", amount: "-5", expiresAt: null },
        { lotId: grantLot, category: "promotional", amount: "-100", expiresAt: TOMORROW },
      ],
      [{ lotId: grantLot, category: "promotional", amount: "100", expiresAt: TOMORROW }],
      [{ lotId: welcomeLot, category: "promotional", amount: "10", expiresAt: null }],
    ]);
    const first = await getCustomerLedger(rt, { organizationId: one.organizationId, limit: 3 });
    expect(await getCustomerLedger(rt, { organizationId: one.organizationId, limit: 3, cursor: first.nextCursor ?? "" })).toEqual({ data: [data[3]], nextCursor: null });
    await expect(getCustomerLedger(rt, { organizationId: newId("organization"), limit: 3 })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getCustomerLedger(rt, { organizationId: one.organizationId, limit: 3, cursor: "1;" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});
