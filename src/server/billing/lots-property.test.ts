import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { auditLedger } from "./check.ts";
import { expireHolds } from "./holds.ts";
import { expireLot, hold, postHold, reverse, transfer, voidHold } from "./ledger.ts";
import { lotsToExpire } from "./lot-repository.ts";
import { systemAccount } from "./system-accounts.ts";
import { applyReversal, applyTransfer, ModelAccount, type ModelHold, type ModelTransfer, refusalOfPost, refusalOfTransfer, resolveHold, reversible, smallest } from "./testing/ledger-model.ts";

const HOUR = 3_600_000;
const PEOPLE = 2;
const SUBJECT = { type: "vm", id: "vm_1" };

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
afterAll(() => rt.close());

const who = fc.integer({ min: 0, max: PEOPLE - 1 });
const nth = fc.nat({ max: 1_000 });
const amount = fc.oneof({ weight: 12, arbitrary: fc.bigInt({ min: 1n, max: 40n }) }, { weight: 1, arbitrary: fc.constantFrom(0n, -1n, -1_000_000n, 2n ** 62n, 2n ** 63n) });
const hours = fc.option(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 10 }) }, { weight: 1, arbitrary: fc.integer({ min: -1, max: 0 }) }), { nil: null, freq: 3 });

type Step =
  | { do: "bring"; who: number; amount: bigint; topUp: boolean; priority: number; hours: number | null }
  | { do: "charge"; who: number; amount: bigint }
  | { do: "move"; who: number; amount: bigint }
  | { do: "reverse"; nth: number; amount: bigint; upTo: boolean }
  | { do: "hold"; who: number; amount: bigint; hours: number | null }
  | { do: "post"; nth: number; parts: bigint[] }
  | { do: "void"; nth: number }
  | { do: "wait"; hours: number }
  | { do: "expire"; who: number }
  | { do: "again"; nth: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("bring" as const), who, amount: fc.bigInt({ min: 1n, max: 25n }), topUp: fc.boolean(), priority: fc.constantFrom(0, 50, 50, 100), hours: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("charge" as const), who, amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("move" as const), who, amount }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("reverse" as const), nth, amount, upTo: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("hold" as const), who, amount, hours }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("post" as const), nth, parts: fc.array(fc.oneof({ weight: 9, arbitrary: fc.bigInt({ min: 1n, max: 8n }) }, { weight: 1, arbitrary: amount }), { maxLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("void" as const), nth }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("expire" as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("again" as const), nth }) },
);

/** The database and the model side by side. */
class Pair {
  readonly people: { id: string; model: ModelAccount }[] = [];
  readonly transfers: ModelTransfer[] = [];
  readonly holds: { id: string; model: ModelHold }[] = [];
  /** what was answered, and how to ask for it again */
  readonly calls: { answer: unknown; again: () => Promise<unknown> }[] = [];

  async open(): Promise<void> {
    for (let i = 0; i < PEOPLE; i += 1) {
      this.people.push({ id: await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId: newId("organization"), welcome: 0n, at: rt.clock.now() })), model: new ModelAccount() });
    }
  }

  /** Calls the ledger; the code of its refusal, or its answer. */
  async call<T>(work: (tx: Tx) => Promise<T>): Promise<{ code: string } | { answer: T }> {
    try {
      return { answer: await transact(rt, work) };
    } catch (error) {
      if (error instanceof AppError) return { code: error.code };
      throw error;
    }
  }

  person(index: number): { id: string; model: ModelAccount } {
    const person = this.people[index % PEOPLE];
    if (!person) throw new Error("nobody");
    return person;
  }

  async take(one: Step): Promise<void> {
    const at = rt.clock.now();
    const later = (after: number | null) => (after === null ? null : new Date(at.getTime() + after * HOUR));
    switch (one.do) {
      case "wait":
        return rt.clock.advance(one.hours * HOUR);
      case "bring": {
        const { id, model } = this.person(one.who);
        const [kind, source] = one.topUp ? (["topup", "settlement"] as const) : (["grant", "promotion"] as const);
        const terms = { priority: one.priority, expiresAt: later(one.hours) };
        return this.transfer({ kind, from: null, to: model, amount: one.amount, terms: { priority: one.priority, expiresAt: terms.expiresAt?.getTime() ?? null } }, { from: systemAccount(source, id), to: id, terms });
      }
      case "charge": {
        const { id, model } = this.person(one.who);
        return this.transfer({ kind: "usage", from: model, to: null, amount: one.amount }, { from: id, to: systemAccount("revenue", id) });
      }
      case "move": {
        const [giver, taker] = [this.person(one.who), this.person(one.who + 1)];
        return this.transfer({ kind: "adjustment", from: giver.model, to: taker.model, amount: one.amount }, { from: giver.id, to: taker.id });
      }
      case "reverse":
        return this.reverse(one.nth, one.amount, one.upTo);
      case "hold": {
        const { id, model } = this.person(one.who);
        const expiresAt = later(one.hours);
        const input = { key: newId("event"), accountId: id, amount: one.amount, subject: SUBJECT, ...(expiresAt ? { expiresAt } : {}), at };
        const got = await this.call((tx) => hold(tx, input));
        const refusal = expiresAt && expiresAt <= at ? "INVALID_REQUEST" : refusalOfTransfer(one.amount >= 2n ** 63n ? null : model, one.amount >= 2n ** 63n ? 0n : one.amount);
        expect("code" in got ? got.code : undefined).toBe(refusal);
        if ("code" in got) return;
        model.held += one.amount;
        this.holds.push({ id: got.answer.id, model: { account: model, amount: one.amount, expiresAt: expiresAt?.getTime() ?? null, status: "pending" } });
        return;
      }
      case "post":
        return this.post(one.nth, one.parts);
      case "void": {
        const held = this.holds[one.nth % (this.holds.length || 1)];
        if (!held) return;
        const got = await this.call((tx) => voidHold(tx, held.id, at));
        expect("code" in got ? got.code : undefined).toBe(held.model.status === "posted" ? "CONFLICT" : undefined);
        if (held.model.status === "pending") resolveHold(held.model, "voided");
        return;
      }
      case "expire":
        return this.expire(one.who);
      case "again": {
        const call = this.calls[one.nth % (this.calls.length || 1)];
        if (call) expect(await call.again()).toEqual(call.answer);
        return;
      }
    }
  }

  async transfer(model: Omit<Parameters<typeof applyTransfer>[0], "id" | "at">, real: { from: string; to: string; terms?: { priority: number; expiresAt: Date | null } }): Promise<void> {
    const at = rt.clock.now();
    // One kind at a time is what the model's caller passes.
    const input = { key: newId("event"), kind: model.kind as "usage", amount: model.amount, ...real, at };
    const got = await this.call((tx) => transfer(tx, input));
    expect("code" in got ? got.code : undefined).toBe(model.amount >= 2n ** 63n ? "INVALID_REQUEST" : refusalOfTransfer(model.from, model.amount));
    if ("code" in got) return;
    const { transfer: row } = got.answer;
    this.transfers.push(applyTransfer({ ...model, id: row.id, at: at.getTime() }));
    this.calls.push({ answer: row, again: () => transact(rt, async (tx) => (await transfer(tx, input)).transfer) });
    expect(await this.call((tx) => transfer(tx, { ...input, amount: input.amount + 1n }))).toEqual({ code: "CONFLICT" });
  }

  async reverse(index: number, asked: bigint, upTo: boolean): Promise<void> {
    const original = this.transfers[index % (this.transfers.length || 1)];
    if (!original) return;
    const input = { key: newId("event"), transferId: original.id, amount: asked, upTo, at: rt.clock.now() };
    const got = await this.call((tx) => reverse(tx, input));
    const expected = asked >= 2n ** 63n ? "INVALID_REQUEST" : reversible(original, asked, upTo);
    expect("code" in got ? got.code : (got.answer?.transfer.amount ?? 0n)).toBe(expected);
    if ("code" in got || !got.answer) return;
    const row = got.answer.transfer;
    this.transfers.push(applyReversal(row.id, original, row.amount));
    this.calls.push({ answer: row, again: () => transact(rt, async (tx) => (await reverse(tx, input))?.transfer) });
    if (!upTo) expect(await this.call((tx) => reverse(tx, { ...input, amount: asked + 1n }))).toEqual({ code: "CONFLICT" });
  }

  async post(index: number, amounts: bigint[]): Promise<void> {
    const held = this.holds[index % (this.holds.length || 1)];
    const owner = this.people.find(({ model }) => model === held?.model.account);
    if (!held || !owner) return;
    const at = rt.clock.now();
    const input = { holdId: held.id, kind: "usage" as const, to: systemAccount("revenue", owner.id), parts: amounts.map((part) => ({ key: newId("event"), amount: part })), subject: SUBJECT, at };
    const got = await this.call((tx) => postHold(tx, input));
    expect("code" in got ? got.code : undefined).toBe(amounts.some((part) => part >= 2n ** 63n) ? "INVALID_REQUEST" : refusalOfPost(held.model, amounts, at.getTime()));
    if ("code" in got) return;
    resolveHold(held.model, "posted");
    for (const row of got.answer) this.transfers.push(applyTransfer({ id: row.id, kind: "usage", from: owner.model, to: null, amount: row.amount, at: at.getTime() }));
    this.calls.push({ answer: got.answer, again: () => transact(rt, (tx) => postHold(tx, input)) });
  }

  /** Holds and lots whose time is over, as the jobs do it. */
  async expire(index: number): Promise<void> {
    const at = rt.clock.now();
    await expireHolds(rt);
    for (const held of this.holds) if (held.model.status === "pending" && held.model.expiresAt !== null && held.model.expiresAt <= at.getTime()) resolveHold(held.model, "expired");
    const { id, model } = this.person(index);
    for (const due of await transact(rt, (tx) => lotsToExpire(tx, id, at))) {
      const row = await transact(rt, (tx) => expireLot(tx, due.id, at));
      const lot = model.lots.find((candidate) => candidate.id.slice(4) === due.id.slice(4));
      if (!lot) throw new Error(`the model has no ${due.id}`);
      const taken = smallest(lot.remaining, model.available);
      expect(row?.amount ?? 0n).toBe(taken);
      lot.remaining -= taken;
      if (row) this.transfers.push({ id: row.id, kind: "expiry", from: model, to: null, amount: taken, reversed: 0n, uses: new Map([[lot, taken]]) });
    }
    expect(model.lots.filter((lot) => lot.expiresAt !== null && lot.expiresAt <= at.getTime() && lot.remaining > 0n && model.available > 0n)).toEqual([]);
  }

  async compare(): Promise<void> {
    for (const { id, model } of this.people) {
      const account = await rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id } });
      expect({ balance: account.balance, held: account.held }).toEqual({ balance: model.balance, held: model.held });
      const lots = await rt.db.prisma.creditLot.findMany({ where: { accountId: id } });
      expect(new Map(lots.map((lot) => [lot.transferId, lot.remaining]))).toEqual(new Map(model.lots.map((lot) => [lot.id, lot.remaining])));
    }
    const holds = await rt.db.prisma.hold.findMany({ where: { id: { in: this.holds.map(({ id }) => id) } } });
    expect(new Map(holds.map((row) => [row.id, row.status]))).toEqual(new Map(this.holds.map(({ id, model }) => [id, model.status])));
  }
}

it("does what the model does: lots, reversals, holds and expiry, whatever comes in whatever order", { timeout: 300_000 }, async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 70, size: "max" }), async (steps) => {
      rt.clock.set(TEST_START);
      const pair = new Pair();
      await pair.open();
      for (const one of steps) await pair.take(one);
      await pair.compare();
      for (const { kind } of pair.transfers) outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
      for (const { model } of pair.holds) outcomes.set(model.status, (outcomes.get(model.status) ?? 0) + 1);
    }),
    { numRuns: 60 },
  );
  // Everything happened.
  for (const what of ["grant", "topup", "usage", "adjustment", "reversal", "expiry", "posted", "voided", "expired"]) expect(outcomes.get(what) ?? 0, what).toBeGreaterThan(0);
  expect(await auditLedger(rt)).toEqual([]);
});
