import { randomUUID } from "node:crypto";
import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { storeBatch } from "../store-batch.ts";
import { type GivenMachine, givenMachine } from "../testing/fixtures.ts";
import { noteDispenseFailure, release, reserve, take } from "./reservations.ts";
import { moveStock, type StockMove } from "./stock.ts";

let rt: TestRuntime;
let machine: GivenMachine;

beforeAll(async () => {
  rt = await createTestRuntime();
});
beforeEach(async () => {
  machine = await givenMachine(rt);
});
afterAll(() => rt.close());

const slot = (code = "A1") => rt.db.prisma.slot.findUniqueOrThrow({ where: { machineId_code: { machineId: machine.id, code } } });
const movements = (code = "A1") => rt.db.prisma.stockMovement.findMany({ where: { machineId: machine.id, slot: code }, orderBy: { id: "asc" } });
const move = (change: Pick<StockMove, "kind" | "changes"> & Partial<StockMove>) => transact(rt, (tx) => moveStock(tx, { machineId: machine.id, at: rt.clock.now(), ...change }));
const buy = (quantity = 1, code = "A1") => transact(rt, (tx) => reserve(tx, { machineId: machine.id, slots: [{ slot: code, quantity }] }));
const fall = (since: Date, reserved = true, orderLineId = newId("orderLine")) => transact(rt, (tx) => take(tx, { machineId: machine.id, slot: "A1", orderLineId, since, reserved, at: rt.clock.now() }));
let sequence = 0;
const report = (slots: { slot: string; count: number; filled?: number }[], seq = (sequence += 1), boot = "b1") =>
  storeBatch(rt, [{ topic: `m/${machine.id}/stock`, payload: Buffer.from(JSON.stringify({ v: 1, boot, seq, slots, source: "sensor" })), at: rt.clock.now() }]);

describe("movements", () => {
  it("change the count, say why, and are announced once", async () => {
    const actorId = newId("user");
    expect(await move({ kind: "refill", changes: [{ slot: "A1", delta: 2 }], reason: "monday", actorId })).toEqual([{ slot: "A1", before: 5, after: 7 }]);
    expect(await slot()).toMatchObject({ count: 7, countedAt: rt.clock.now() });
    expect((await movements()).at(-1)).toMatchObject({ kind: "refill", delta: 2, countAfter: 7, reason: "monday", actorId, productId: machine.productId, at: rt.clock.now() });
    const event = await rt.db.prisma.event.findFirstOrThrow({ where: { subject: machine.id, type: "machine.stock.changed" }, orderBy: { seq: "desc" } });
    expect(event).toMatchObject({ organizationId: machine.organizationId, data: { machineId: machine.id, kind: "refill", slots: ["A1"] } });
  });

  it("of a count that was right say so with a delta of zero, and end the doubt", async () => {
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: machine.id, code: "A1" } }, data: { uncertain: true } });
    await move({ kind: "count", changes: [{ slot: "A1", count: 5 }] });
    expect((await movements()).at(-1)).toMatchObject({ kind: "count", delta: 0, countAfter: 5 });
    expect(await slot()).toMatchObject({ uncertain: false, countedAt: rt.clock.now() });
  });

  it.each([
    ["fewer than none", [{ slot: "A1", delta: -6 }], "A1 has only 5"],
    ["more than fit", [{ slot: "A1", count: 9 }], "A1 holds at most 8"],
    ["a slot that is not there", [{ slot: "Z9", count: 1 }], "Z9 is not a slot of this machine"],
    ["a slot twice", [{ slot: "A1", delta: 1 }, { slot: "A1", delta: 1 }], "A1 comes twice"],
    ["half a piece", [{ slot: "A1", delta: 0.5 }], "A1 must have a whole number of pieces"],
    ["pieces of no product", [{ slot: "A2", count: 1 }], "A2 has no product"],
  ])("refuse %s, and change nothing", async (_name, changes, message) => {
    await expect(move({ kind: "correction", changes: [{ slot: "B1", count: 0 }, ...changes] })).rejects.toMatchObject({ code: "INVALID_REQUEST", message });
    expect((await slot()).count).toBe(5);
    expect(await movements("B1")).toEqual([]);
  });

  it("refuse a machine that is not there", async () => {
    await expect(move({ machineId: newId("machine"), kind: "count", changes: [] })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("sum up to the count, whatever happens in whatever order", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom("refill" as const, "correction" as const, "spoilage" as const, "dispense" as const), delta: fc.integer({ min: -4, max: 4 }) }),
      fc.record({ kind: fc.constantFrom("count" as const, "planogram" as const), count: fc.integer({ min: 0, max: 10 }) }),
      fc.record({ reported: fc.integer({ min: 0, max: 12 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const before = await slot();
        const old = (await movements()).length;
        for (const one of steps) {
          if ("reported" in one) await report([{ slot: "A1", count: one.reported }]);
          else await move({ kind: one.kind, changes: ["delta" in one ? { slot: "A1", delta: one.delta } : { slot: "A1", count: one.count }] }).catch((error: { code?: string }) => expect(error.code).toBe("INVALID_REQUEST"));
          const { count, capacity } = await slot();
          expect(count).toBeGreaterThanOrEqual(0);
          expect(count).toBeLessThanOrEqual(capacity);
        }
        const since = (await movements()).slice(old);
        expect((await slot()).count).toBe(before.count + since.reduce((sum, one) => sum + one.delta, 0));
        if (since.length > 0) expect(since.at(-1)?.countAfter).toBe((await slot()).count);
      }),
      { numRuns: 15 },
    );
  });

  it("that run at once lose nothing", async () => {
    await move({ kind: "count", changes: [{ slot: "A1", count: 0 }] });
    await Promise.all(Array.from({ length: 8 }, () => move({ kind: "correction", changes: [{ slot: "A1", delta: 1 }] })));
    expect((await slot()).count).toBe(8);
    expect((await movements()).slice(-8).map((one) => one.countAfter)).toHaveLength(8);
    expect(new Set((await movements()).slice(-8).map((one) => one.countAfter)).size).toBe(8);
  });
});

describe("what devices report", () => {
  it("counts with what was filled since the device last heard of it, where it counts for itself", async () => {
    const known = (await slot()).filled;
    await move({ kind: "refill", changes: [{ slot: "A1", delta: 3 }] });
    // It has sold one, and does not know of the refill; then it does, and has sold another.
    await report([{ slot: "A1", count: 4, filled: known }]);
    expect(await slot()).toMatchObject({ count: 7, filled: known + 3, uncertain: false });
    await report([{ slot: "A1", count: 6, filled: known + 3 }]);
    expect((await slot()).count).toBe(6);
    await move({ kind: "spoilage", changes: [{ slot: "A1", delta: -6 }] });
    // Two fell out that nobody had reported when the slot was emptied: what is there is doubtful.
    await report([{ slot: "A1", count: 4, filled: known + 3 }]);
    expect(await slot()).toMatchObject({ count: 0, filled: known - 3, uncertain: true });
    expect((await movements()).slice(-4).map(({ kind, delta }) => [kind, delta])).toEqual([["refill", 3], ["device", -1], ["device", -1], ["spoilage", -6]]);
  });

  it("is what a sensor sees: nothing is added to it", async () => {
    await move({ kind: "refill", changes: [{ slot: "A1", delta: 3 }] });
    await report([{ slot: "A1", count: 4 }]);
    expect((await slot()).count).toBe(4);
  });

  it("comes to what is in the slot, in whatever order people fill, pieces fall and the device hears of it", async () => {
    const step = fc.oneof(fc.record({ put: fc.integer({ min: -3, max: 3 }) }), fc.record({ falls: fc.constant(true) }), fc.record({ hears: fc.constant(true) }), fc.record({ tells: fc.constant(true) }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
        await move({ kind: "count", changes: [{ slot: "A1", count: 4 }] });
        const start = await slot();
        const device = { count: start.count, filled: start.filled };
        let inside = start.count;
        const boot = newId("machine").slice(-12);
        const tell = () => report([{ slot: "A1", ...device }], undefined, boot);
        const hear = async () => {
          const { filled } = await slot();
          device.count += filled - device.filled;
          device.filled = filled;
        };
        for (const one of steps) {
          if ("put" in one) {
            // People see what is there.
            const put = Math.min(8 - inside, Math.max(-inside, one.put));
            const moved = await move({ kind: "correction", changes: [{ slot: "A1", delta: put }] }).then(() => true, () => false);
            if (moved) inside += put;
          } else if ("falls" in one && inside > 0 && device.count > 0) {
            inside -= 1;
            device.count -= 1;
          } else if ("hears" in one) await hear();
          else if ("tells" in one) await tell();
        }
        await hear();
        await tell();
        expect((await slot()).count).toBe(inside);
      }),
      { numRuns: 40 },
    );
  });

  it("is a movement only where the count differs, and no durable event", async () => {
    const events = await rt.db.prisma.event.count({ where: { subject: machine.id } });
    const { stock } = await report([{ slot: "A1", count: 5 }, { slot: "B1", count: 0 }]);
    expect(stock).toEqual([]);
    const changed = await report([{ slot: "A1", count: 3 }]);
    expect(changed.stock).toEqual([{ machineId: machine.id, organizationId: machine.organizationId, at: rt.clock.now(), slots: [{ slot: "A1", count: 3 }] }]);
    expect((await movements()).filter((one) => one.kind === "device")).toMatchObject([{ delta: -2, countAfter: 3, reason: "sensor", actorId: null }]);
    expect(await rt.db.prisma.event.count({ where: { subject: machine.id } })).toBe(events);
  });

  it("of a slot that is not there is passed over and told", async () => {
    const { rejected } = await report([{ slot: "Z9", count: 1 }, { slot: "A1", count: 4 }, { slot: "Y8", count: 1 }]);
    expect(rejected.map((one) => one.reason)).toEqual(["stock: Z9 is not a slot of this machine; Y8 is not a slot of this machine"]);
    expect((await slot()).count).toBe(4);
    expect(await rt.db.prisma.rejectedMessage.count({ where: { machineId: machine.id } })).toBe(1);
    expect(await movements("Z9")).toEqual([]);
  });

  it("above the capacity is cut to it, marked as doubtful, and told", async () => {
    const { rejected, stock } = await report([{ slot: "A1", count: 20 }]);
    expect(rejected.map((one) => one.reason)).toEqual(["stock: A1 holds at most 8, not 20"]);
    expect(stock[0]?.slots).toEqual([{ slot: "A1", count: 8 }]);
    expect(await slot()).toMatchObject({ count: 8, uncertain: true });
  });

  it("below zero does not fit the message's schema", async () => {
    const { rejected } = await report([{ slot: "A1", count: -1 }]);
    expect(rejected[0]?.reason).toContain("slots.0.count");
    expect((await slot()).count).toBe(5);
  });

  it("late changes nothing, nor does a repetition", async () => {
    await report([{ slot: "A1", count: 2 }], 1_000, "late");
    await report([{ slot: "A1", count: 7 }], 999, "late");
    await move({ kind: "correction", changes: [{ slot: "A1", count: 6 }] });
    await report([{ slot: "A1", count: 2 }], 1_000, "late");
    expect((await slot()).count).toBe(6);
  });

  it("of many machines in one batch goes to each its own", async () => {
    const other = await givenMachine(rt);
    const message = (id: string, seq: number, count: number) => ({ topic: `m/${id}/stock`, payload: Buffer.from(JSON.stringify({ v: 1, boot: randomUUID().slice(0, 8), seq, slots: [{ slot: "A1", count }], source: "sensor" })), at: rt.clock.now() });
    await storeBatch(rt, [message(machine.id, 1, 1), message(other.id, 1, 2), message(machine.id, 2, 3)]);
    expect((await slot()).count).toBe(3);
    expect((await rt.db.prisma.slot.findUniqueOrThrow({ where: { machineId_code: { machineId: other.id, code: "A1" } } })).count).toBe(2);
    expect((await movements()).filter((one) => one.kind === "device")).toHaveLength(1);
  });
});

describe("promises to orders", () => {
  it("give the last piece to one of many", async () => {
    await move({ kind: "count", changes: [{ slot: "A1", count: 1 }] });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => buy()));
    expect(results.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    for (const one of results) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "INVALID_STATE", extras: { reason: "sold_out" } });
    expect(await slot()).toMatchObject({ count: 1, reserved: 1 });
  });

  it("say what is bought, at the slot's own price before the product's", async () => {
    expect(await buy(2)).toEqual([{ slot: "A1", quantity: 2, productId: machine.productId, name: "Bar", sku: expect.any(String), price: 1_500_000n }]);
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: machine.id, code: "A1" } }, data: { price: 900_000n } });
    expect((await buy())[0]?.price).toBe(900_000n);
    expect((await slot()).reserved).toBe(3);
  });

  it("are all or none, and taken back at the end", async () => {
    await expect(transact(rt, (tx) => reserve(tx, { machineId: machine.id, slots: [{ slot: "A1", quantity: 3 }, { slot: "A1", quantity: 3 }] }))).rejects.toMatchObject({ code: "INVALID_STATE", message: "A1 is sold out." });
    expect((await slot()).reserved).toBe(0);
    await buy(5);
    await expect(buy()).rejects.toMatchObject({ extras: { reason: "sold_out" } });
    await transact(rt, (tx) => release(tx, { machineId: machine.id, slots: [{ slot: "A1", quantity: 5 }] }));
    expect(await slot()).toMatchObject({ count: 5, reserved: 0 });
  });

  it("are refused for what is not for sale", async () => {
    await expect(buy(1, "A2")).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "disabled" } });
    await expect(buy(1, "Z9")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(buy(0)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await rt.db.prisma.product.update({ where: { id: machine.productId }, data: { archivedAt: rt.clock.now() } });
    await expect(buy()).rejects.toMatchObject({ extras: { reason: "disabled" } });
  });

  it("become a dispense with the piece", async () => {
    await buy();
    const orderLineId = newId("orderLine");
    await fall(rt.clock.now(), true, orderLineId);
    expect(await slot()).toMatchObject({ count: 4, reserved: 0 });
    expect((await movements()).at(-1)).toMatchObject({ kind: "dispense", delta: -1, countAfter: 4, orderLineId });
    await fall(rt.clock.now(), false);
    expect(await slot()).toMatchObject({ count: 3, reserved: 0 });
  });

  it("count a piece once when the device reports it, before its result or after", async () => {
    await buy(3);
    const first = rt.clock.now();
    rt.clock.advance(1_000);
    await report([{ slot: "A1", count: 4 }]);
    rt.clock.advance(1_000);
    await fall(first);
    expect(await slot()).toMatchObject({ count: 4, reserved: 2 });
    // The next: its result first, then the report.
    const second = rt.clock.now();
    rt.clock.advance(1_000);
    await fall(second);
    await report([{ slot: "A1", count: 3 }]);
    expect(await slot()).toMatchObject({ count: 3, reserved: 1 });
    // A report before the command says nothing of its piece.
    await report([{ slot: "A1", count: 2 }]);
    rt.clock.advance(1_000);
    await fall(rt.clock.now());
    expect(await slot()).toMatchObject({ count: 1, reserved: 0 });
  });

  it("count two pieces once each when their reports overtake their results", async () => {
    await buy(2);
    const since = rt.clock.now();
    rt.clock.advance(1_000);
    await report([{ slot: "A1", count: 4 }]);
    await fall(since);
    rt.clock.advance(1_000);
    await fall(since);
    expect((await slot()).count).toBe(3);
    await report([{ slot: "A1", count: 3 }]);
    expect((await slot()).count).toBe(3);
  });

  it("of a piece that was not known to be there make the count doubtful, not negative", async () => {
    await move({ kind: "count", changes: [{ slot: "A1", count: 0 }] });
    await fall(rt.clock.now(), false);
    expect(await slot()).toMatchObject({ count: 0, uncertain: true });
  });

  it("that fail three times one after the other take the slot out of sale", async () => {
    const fail = () => transact(rt, (tx) => noteDispenseFailure(tx, { machineId: machine.id, slot: "A1", at: rt.clock.now() }));
    expect(await fail()).toEqual({ disabled: false });
    expect(await fail()).toEqual({ disabled: false });
    await fall(rt.clock.now(), false);
    expect(await slot()).toMatchObject({ failures: 0, uncertain: true });
    expect([await fail(), await fail(), await fail(), await fail()].map((one) => one.disabled)).toEqual([false, false, true, false]);
    expect(await slot()).toMatchObject({ disabledReason: "failures" });
    await expect(buy()).rejects.toMatchObject({ extras: { reason: "disabled" } });
    expect(await rt.db.prisma.event.findMany({ where: { subject: machine.id, type: "machine.slot.disabled" }, select: { data: true } })).toEqual([{ data: { machineId: machine.id, slot: "A1", reason: "failures" } }]);
  });
});
