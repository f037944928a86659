import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { balanceOutput, historyOutput, lotListOutput } from "#shared/billing/schema.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { getBalance } from "./credits.ts";
import { listHistory } from "./history.ts";
import { expireHolds } from "./holds.ts";
import { expireLot, hold, postHold, reverse, transfer, transferAlone, voidHold } from "./ledger.ts";
import type { LotTerms, TransferRow } from "./ledger-repository.ts";
import { lotsToExpire } from "./lot-repository.ts";
import { listLots } from "./lots.ts";
import { systemAccount } from "./system-accounts.ts";
import { creditTopUp } from "./top-up-credits.ts";

const DAY = 86_400_000;
const SUBJECT = { type: "vm", id: "vm_1" };

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(() => rt.clock.set(TEST_START));
afterAll(async () => {
  expect(await auditLedger(rt)).toEqual([]);
  await rt.close();
});

interface Customer {
  id: string;
  organizationId: string;
}

async function customer(): Promise<Customer> {
  const organizationId = newId("organization");
  return { organizationId, id: await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome: 0n, at: rt.clock.now() })) };
}

const at = (days: number) => new Date(new Date(TEST_START).getTime() + days * DAY);

/** Gives credits, each time a little later than before. */
async function bring(to: Customer, amount: bigint, terms: LotTerms = {}, key: string = newId("event")): Promise<TransferRow> {
  rt.clock.advance(1_000);
  return transact(rt, async (tx) => (await transfer(tx, { key, kind: "grant", from: systemAccount("promotion", to.id), to: to.id, amount, terms, at: rt.clock.now() })).transfer);
}

async function charge(from: Customer, amount: bigint): Promise<TransferRow> {
  return transact(rt, async (tx) => (await transfer(tx, { key: newId("event"), kind: "usage", from: from.id, to: systemAccount("revenue", from.id), amount, subject: SUBJECT, at: rt.clock.now() })).transfer);
}

const giveBack = (transferId: string, amount: bigint, options: { key?: string; upTo?: boolean } = {}) =>
  transact(rt, (tx) => reverse(tx, { key: options.key ?? newId("event"), transferId, amount, ...(options.upTo ? { upTo: true } : {}), at: rt.clock.now() }));

const reserve = (of: Customer, amount: bigint, expiresAt?: Date) =>
  transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: of.id, amount, subject: SUBJECT, ...(expiresAt ? { expiresAt } : {}), at: rt.clock.now() }));

const lotOf = (row: TransferRow) => rt.db.prisma.creditLot.findUniqueOrThrow({ where: { transferId: row.id } });
const left = async (...rows: TransferRow[]) => Promise.all(rows.map(async (row) => (await lotOf(row)).remaining));
const expire = async (row: TransferRow) => {
  const lot = await lotOf(row);
  return transact(rt, (tx) => expireLot(tx, lot.id, rt.clock.now()));
};

describe("spending", () => {
  it("takes by priority, then by expiry, never last, then by age", async () => {
    const one = await customer();
    const [old, young] = [await bring(one, 10n), await bring(one, 10n)];
    const [late, soon] = [await bring(one, 10n, { expiresAt: at(20) }), await bring(one, 10n, { expiresAt: at(10) })];
    const [last, first] = [await bring(one, 10n, { priority: 60, expiresAt: at(1) }), await bring(one, 10n, { priority: 40 })];
    const order = [first, soon, late, old, young, last];
    await charge(one, 5n);
    expect(await left(...order)).toEqual([5n, 10n, 10n, 10n, 10n, 10n]);
    await charge(one, 32n);
    expect(await left(...order)).toEqual([0n, 0n, 0n, 3n, 10n, 10n]);
    await charge(one, 23n);
    expect(await left(...order)).toEqual([0n, 0n, 0n, 0n, 0n, 0n]);
    await expect(charge(one, 1n)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
  });

  it("keeps paid and promotional credits apart, and says which were spent", async () => {
    const one = await customer();
    await transact(rt, (tx) => creditTopUp(tx, { organizationId: one.organizationId, topUpId: newId("topUp"), credits: 100n, description: "Top-up", at: rt.clock.now() }));
    await bring(one, 30n, { priority: 10, expiresAt: at(7) });
    await bring(one, 5n, { expiresAt: at(7) });
    expect(balanceOutput.parse(await getBalance(rt, one))).toMatchObject({ balance: "135", paid: "100", promotional: "35", nextExpiry: { at: at(7).toISOString(), amount: "35" } });
    const spent = await charge(one, 50n);
    await giveBack(spent.id, 20n);
    const history = historyOutput.parse(await listHistory(rt, one, { limit: 10 }));
    expect(history.data.map(({ kind, amount, paid, promotional }) => [kind, amount, paid, promotional])).toEqual([
      ["reversal", "20", "15", "5"],
      ["usage", "-50", "-15", "-35"],
      ["grant", "5", "0", "5"],
      ["grant", "30", "0", "30"],
      ["topup", "100", "100", "0"],
    ]);
    expect(history.data[0]?.reversesId).toBe(spent.id);
    expect(await getBalance(rt, one)).toMatchObject({ balance: "105", paid: "100", promotional: "5", nextExpiry: { amount: "5" } });
    const lots = lotListOutput.parse(await listLots(rt, one, { page: 1, limit: 10, all: false }));
    expect(lots.data.map(({ category, remaining, amount, expiresAt, kind }) => [category, remaining, amount, expiresAt, kind])).toEqual([
      ["promotional", "5", "5", at(7).toISOString(), "grant"],
      ["paid", "100", "100", null, "topup"],
    ]);
    expect((await listLots(rt, one, { page: 1, limit: 2, all: true })).pagination).toEqual({ page: 1, limit: 2, total: 3, pages: 2 });
    expect((await listLots(rt, { organizationId: newId("organization") }, { page: 1, limit: 2, all: true })).data).toEqual([]);
  });

  it("posts a hold out of the lots as they are then", async () => {
    const one = await customer();
    const lasting = await bring(one, 10n);
    const held = await reserve(one, 15n).catch((error: unknown) => error);
    expect(held).toMatchObject({ code: "INSUFFICIENT_CREDITS" });
    const reserved = await reserve(one, 8n);
    const fleeting = await bring(one, 5n, { expiresAt: at(1) });
    await transact(rt, (tx) => postHold(tx, { holdId: reserved.id, kind: "usage", to: systemAccount("revenue", one.id), parts: [{ key: newId("event"), amount: 3n }, { key: newId("event"), amount: 4n }], subject: SUBJECT, at: rt.clock.now() }));
    expect(await left(fleeting, lasting)).toEqual([0n, 8n]);
  });

  it("takes terms with the key: other terms are another transfer", async () => {
    const one = await customer();
    const key = newId("event");
    const first = await bring(one, 10n, { priority: 5, expiresAt: at(3) }, key);
    expect(await bring(one, 10n, { priority: 5, expiresAt: at(3), category: "promotional" }, key)).toEqual(first);
    for (const terms of [{ priority: 6, expiresAt: at(3) }, { priority: 5 }, { priority: 5, expiresAt: at(4) }, { priority: 5, expiresAt: at(3), category: "paid" as const }, {}]) {
      await expect(bring(one, 10n, terms, key)).rejects.toMatchObject({ code: "CONFLICT" });
    }
    const plain = await bring(one, 1n, {}, `${key}:plain`);
    expect(await transferAlone(rt, { key: `${key}:plain`, kind: "grant", from: plain.fromAccountId, to: one.id, amount: 1n, terms: { priority: 50 }, at: rt.clock.now() })).toEqual(plain);
  });

  it.each<[string, LotTerms]>([
    ["a priority below 0", { priority: -1 }],
    ["a priority above 100", { priority: 101 }],
    ["another category", { category: "stolen" as "paid" }],
  ])("refuses %s", async (_, terms) => {
    const one = await customer();
    await expect(bring(one, 10n, terms)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("refuses terms of what goes out", async () => {
    const one = await customer();
    await bring(one, 10n);
    const input = { key: newId("event"), kind: "usage", from: one.id, to: systemAccount("revenue", one.id), amount: 1n, terms: { priority: 1 }, at: rt.clock.now() } as const;
    await expect(transferAlone(rt, input)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("a reversal", () => {
  it("of a charge puts back what was taken last first, in parts, and never more than it was", async () => {
    const one = await customer();
    const [soon, late, never] = [await bring(one, 10n, { expiresAt: at(1) }), await bring(one, 10n, { expiresAt: at(2) }), await bring(one, 10n)];
    const spent = await charge(one, 25n);
    expect(await left(soon, late, never)).toEqual([0n, 0n, 5n]);
    await giveBack(spent.id, 3n);
    expect(await left(soon, late, never)).toEqual([0n, 0n, 8n]);
    await giveBack(spent.id, 9n);
    expect(await left(soon, late, never)).toEqual([0n, 7n, 10n]);
    await expect(giveBack(spent.id, 14n)).rejects.toMatchObject({ code: "CONFLICT", extras: { available: "13" } });
    await expect(giveBack(spent.id, 2n ** 62n)).rejects.toMatchObject({ code: "CONFLICT", extras: { available: "13" } });
    const rest = await giveBack(spent.id, 25n, { upTo: true });
    expect(rest?.transfer).toMatchObject({ kind: "reversal", amount: 13n, reversesId: spent.id, subjectId: SUBJECT.id });
    expect(await left(soon, late, never)).toEqual([10n, 10n, 10n]);
    expect(await giveBack(spent.id, 1n, { upTo: true })).toBeNull();
    await expect(giveBack(spent.id, 1n)).rejects.toMatchObject({ code: "CONFLICT", extras: { available: "0" } });
  });

  it("is made once for a key, and takes no other content for it", async () => {
    const one = await customer();
    await bring(one, 10n);
    const [spent, other] = [await charge(one, 5n), await charge(one, 5n)];
    const key = newId("event");
    const first = await giveBack(spent.id, 4n, { key });
    expect(first?.repeated).toBe(false);
    expect(await giveBack(spent.id, 4n, { key })).toEqual({ transfer: first?.transfer, repeated: true });
    for (const call of [() => giveBack(spent.id, 3n, { key }), () => giveBack(spent.id, 5n, { key }), () => giveBack(other.id, 4n, { key }), () => bring(one, 4n, {}, key)]) {
      await expect(call()).rejects.toMatchObject({ code: "CONFLICT" });
    }
    await expect(giveBack(spent.id, 1n, { key: `grant:${one.id}` })).resolves.toMatchObject({ transfer: { amount: 1n } });
  });

  it("is not reversed itself, nor is what does not exist", async () => {
    const one = await customer();
    await bring(one, 10n);
    const back = await giveBack((await charge(one, 5n)).id, 5n);
    await expect(giveBack(back?.transfer.id ?? "", 1n)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(giveBack(newId("transfer"), 1n)).rejects.toMatchObject({ code: "NOT_FOUND", extras: { resource: "transfer" } });
    for (const amount of [0n, -1n, 2n ** 63n]) await expect(giveBack(newId("transfer"), amount)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("of a grant takes what is left of that lot, and nothing that is held", async () => {
    const one = await customer();
    const [first, second] = [await bring(one, 10n), await bring(one, 10n)];
    await charge(one, 4n);
    await expect(giveBack(first.id, 7n)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: "7", available: "6" } });
    await giveBack(first.id, 2n);
    expect(await left(first, second)).toEqual([4n, 10n]);
    await reserve(one, 11n);
    await expect(giveBack(second.id, 4n)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { available: "3" } });
    expect((await giveBack(second.id, 10n, { upTo: true }))?.transfer.amount).toBe(3n);
    expect(await left(first, second)).toEqual([4n, 7n]);
    expect(await giveBack(second.id, 10n, { upTo: true })).toBeNull();
    expect(await getBalance(rt, one)).toMatchObject({ balance: "11", available: "0" });
  });

  it("of what another customer was given goes back to the lots it came from", async () => {
    const [giver, taker] = [await customer(), await customer()];
    const [soon, never] = [await bring(giver, 10n, { expiresAt: at(1) }), await bring(giver, 10n)];
    const moved = await transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "adjustment", from: giver.id, to: taker.id, amount: 15n, at: rt.clock.now() }));
    await charge(taker, 3n);
    await expect(giveBack(moved.transfer.id, 13n)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { available: "12" } });
    await giveBack(moved.transfer.id, 7n);
    expect(await left(soon, never, moved.transfer)).toEqual([2n, 10n, 5n]);
  });

  it("by parallel callers gives back no more than the charge was", async () => {
    const one = await customer();
    await bring(one, 100n);
    const spent = await charge(one, 100n);
    const asked = await Promise.allSettled(Array.from({ length: 12 }, () => giveBack(spent.id, 30n)));
    expect(asked.filter((call) => call.status === "fulfilled")).toHaveLength(3);
    expect(await getBalance(rt, one)).toMatchObject({ balance: "90" });
  });
});

describe("expiry", () => {
  it("takes what is left once the time is over: promotional credits go back to promotion, paid ones to breakage", async () => {
    const one = await customer();
    const [given, bought] = [await bring(one, 10n, { expiresAt: at(1) }), await bring(one, 20n, { expiresAt: at(1), category: "paid" })];
    await charge(one, 4n);
    await expect(expire(given)).rejects.toMatchObject({ code: "CONFLICT" });
    rt.clock.set(at(1));
    const due = await transact(rt, (tx) => lotsToExpire(tx, one.id, rt.clock.now()));
    expect(due.map((lot) => lot.id)).toEqual([(await lotOf(given)).id, (await lotOf(bought)).id]);
    expect(await expire(given)).toMatchObject({ kind: "expiry", amount: 6n, toAccountId: systemAccount("promotion", one.id), subjectType: "credit_lot" });
    expect(await expire(bought)).toMatchObject({ amount: 20n, toAccountId: systemAccount("breakage", one.id) });
    expect(await expire(given)).toBeNull();
    expect(await getBalance(rt, one)).toMatchObject({ balance: "0", paid: "0", promotional: "0", nextExpiry: null });
    await expect(transact(rt, (tx) => expireLot(tx, newId("creditLot"), rt.clock.now()))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("leaves what is held until it is free again", async () => {
    const one = await customer();
    const lot = await bring(one, 10n, { expiresAt: at(1) });
    const held = await reserve(one, 7n);
    rt.clock.set(at(2));
    expect((await expire(lot))?.amount).toBe(3n);
    expect(await expire(lot)).toBeNull();
    await transact(rt, (tx) => voidHold(tx, held.id, rt.clock.now()));
    expect((await expire(lot))?.amount).toBe(7n);
    expect(await getBalance(rt, one)).toMatchObject({ balance: "0" });
  });

  it("takes again what a refund gave back to a lot whose time is over", async () => {
    const one = await customer();
    const lot = await bring(one, 10n, { expiresAt: at(1) });
    const spent = await charge(one, 10n);
    rt.clock.set(at(2));
    expect(await expire(lot)).toBeNull();
    await giveBack(spent.id, 4n);
    expect((await expire(lot))?.amount).toBe(4n);
  });

  it("never comes for credits without an end", async () => {
    const lot = await bring(await customer(), 10n);
    rt.clock.set(at(36_500));
    await expect(expire(lot)).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a hold with an end", () => {
  const post = (holdId: string, of: Customer) =>
    transact(rt, (tx) => postHold(tx, { holdId, kind: "usage", to: systemAccount("revenue", of.id), parts: [{ key: `${holdId}:1`, amount: 1n }], subject: SUBJECT, at: rt.clock.now() }));

  it("is given back by the job when its time is over, and not posted from then on", async () => {
    const one = await customer();
    await bring(one, 10n);
    const [short, long] = [await reserve(one, 4n, at(1)), await reserve(one, 3n, at(2))];
    expect(await expireHolds(rt)).toBe(0);
    rt.clock.set(at(1));
    // Before the job has run, too.
    await expect(post(short.id, one)).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("expired"), extras: { state: "expired" } });
    expect(await expireHolds(rt)).toBe(1);
    expect(await expireHolds(rt)).toBe(0);
    expect(await getBalance(rt, one)).toMatchObject({ balance: "10", held: "3" });
    await expect(post(short.id, one)).rejects.toMatchObject({ code: "CONFLICT", extras: { state: "expired" } });
    expect(await transact(rt, (tx) => voidHold(tx, short.id, rt.clock.now()))).toMatchObject({ status: "expired", resolvedAt: at(1) });
    await post(long.id, one);
    rt.clock.set(at(3));
    expect(await expireHolds(rt)).toBe(0);
    expect(await getBalance(rt, one)).toMatchObject({ balance: "9", held: "0" });
  });

  it("needs a time to come", async () => {
    const one = await customer();
    await bring(one, 10n);
    for (const end of [rt.clock.now(), at(-1)]) await expect(reserve(one, 1n, end)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("a top-up", () => {
  const topUp = (to: Customer, topUpId: string, credits: bigint) => transact(rt, (tx) => creditTopUp(tx, { organizationId: to.organizationId, topUpId, credits, description: "Top-up", at: rt.clock.now() }));
  const refund = async (transferId: string, amount: bigint, key: string = newId("event")) => (await transact(rt, (tx) => reverse(tx, { key, transferId, amount, upTo: true, at: rt.clock.now() })))?.transfer.amount ?? 0n;

  it("brings paid credits once, out of settlement", async () => {
    const one = await customer();
    const id = newId("topUp");
    const first = await topUp(one, id, 100n);
    expect(first.transfer).toMatchObject({ kind: "topup", fromAccountId: systemAccount("settlement", one.id), subjectType: "top_up", subjectId: id });
    expect(await lotOf(first.transfer)).toMatchObject({ category: "paid", expiresAt: null, remaining: 100n });
    expect(await topUp(one, id, 100n)).toEqual({ transfer: first.transfer, repeated: true });
    await expect(topUp(one, id, 101n)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(topUp(await customer(), id, 100n)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(topUp({ id: "", organizationId: newId("organization") }, newId("topUp"), 1n)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("gives back what is left of it, once for each refund", async () => {
    const one = await customer();
    const { transfer: original } = await topUp(one, newId("topUp"), 100n);
    await bring(one, 50n);
    await charge(one, 30n);
    const key = newId("event");
    expect(await refund(original.id, 40n, key)).toBe(40n);
    expect(await refund(original.id, 40n, key)).toBe(40n);
    expect(await getBalance(rt, one)).toMatchObject({ paid: "30", promotional: "50" });
    expect(await refund(original.id, 60n)).toBe(30n);
    expect(await refund(original.id, 60n)).toBe(0n);
    expect(await getBalance(rt, one)).toMatchObject({ paid: "0", promotional: "50" });
  });
});
