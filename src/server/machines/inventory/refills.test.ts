import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { configMessage } from "#shared/machines/device.ts";
import { refillConfirmInput } from "#shared/machines/refills.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { storeBatch } from "../store-batch.ts";
import { createProduct } from "../products.ts";
import { givenClaim, type GivenMachine, givenMachine, TESTER } from "../testing/fixtures.ts";
import { adjustStock } from "./adjust.ts";
import { getPickList } from "./pick-list.ts";
import { abandonRefill, confirmSlot, finishRefill, getRefill, listRefills, openRefill, startRefill } from "./refills.ts";
import { take } from "./reservations.ts";

let rt: TestRuntime;
let machine: GivenMachine;
let ann: Person;
let bob: Person;
let scope: { organizationId: string };

beforeAll(async () => {
  rt = await createTestRuntime();
});
beforeEach(async () => {
  machine = await givenMachine(rt);
  scope = { organizationId: machine.organizationId };
  [ann, bob] = [await makePerson(rt), await makePerson(rt)];
});
afterAll(() => rt.close());

const start = (person = ann, takeOver = false) => startRefill(rt, person.actor, scope, { id: machine.id, takeOver });
const confirm = (refillId: string, change: object, person = ann) => confirmSlot(rt, person.actor, scope, refillConfirmInput.parse({ refillId, slot: "A1", ...change }));
const finish = (refillId: string, person = ann) => finishRefill(rt, person.actor, scope, { refillId, note: "all well" });
const count = async (code = "A1") => (await rt.db.prisma.slot.findUniqueOrThrow({ where: { machineId_code: { machineId: machine.id, code } } })).count;
const movements = async (refillId: string) => (await rt.db.prisma.stockMovement.findMany({ where: { refillId }, orderBy: { id: "asc" } })).map(({ kind, delta, countAfter, actorId }) => ({ kind, delta, countAfter, actorId }));
let sequence = 0;
const report = (pieces: number) =>
  storeBatch(rt, [{ topic: `m/${machine.id}/stock`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b1", seq: (sequence += 1), slots: [{ slot: "A1", count: pieces }], source: "sensor" })), at: rt.clock.now() }]);

describe("a refill", () => {
  it("counts when it is finished, not before, and once", async () => {
    const refill = await start();
    expect(refill.slots).toMatchObject([{ slot: "A1", count: 5, target: 8, capacity: 8, line: null }]);
    expect((await confirm(refill.id, { added: 3 })).slots[0]?.line).toMatchObject({ before: 5, added: 3, removed: 0, after: 8, counted: false });
    expect(await count()).toBe(5);
    const done = await finish(refill.id);
    expect(done).toMatchObject({ status: "done", note: "all well", finishedAt: rt.clock.now().toISOString(), userId: ann.userId });
    expect(await count()).toBe(8);
    expect(await movements(refill.id)).toEqual([{ kind: "refill", delta: 3, countAfter: 8, actorId: ann.userId }]);
    await finish(refill.id);
    expect(await movements(refill.id)).toHaveLength(1);
    expect(await rt.db.prisma.event.count({ where: { subject: machine.id, type: "machine.refill.finished" } })).toBe(1);
    expect((await listRefills(rt, scope, { id: machine.id, limit: 20 })).data).toMatchObject([{ id: refill.id, status: "done", added: 3, removed: 0, slots: 1 }]);
  });

  it("is told to the device, which counts for itself", async () => {
    await givenClaim(rt, machine.id);
    const before = await rt.db.prisma.slot.findUniqueOrThrow({ where: { machineId_code: { machineId: machine.id, code: "A1" } } });
    const refill = await start();
    await confirm(refill.id, { added: 3, removed: 1 });
    await finish(refill.id);
    const row = await rt.db.prisma.downlink.findFirstOrThrow({ where: { machineId: machine.id, part: "cfg" }, orderBy: { seq: "desc" } });
    expect(configMessage.parse(JSON.parse(row.payload)).slots[0]).toMatchObject({ slot: "A1", filled: before.filled + 2 });
    // As one adjusts it without a refill, too.
    await adjustStock(rt, ann.actor, scope, { id: machine.id, kind: "count", reason: "", slots: [{ slot: "A1", count: 0 }] });
    const next = await rt.db.prisma.downlink.findFirstOrThrow({ where: { machineId: machine.id, part: "cfg" }, orderBy: { seq: "desc" } });
    expect(configMessage.parse(JSON.parse(next.payload)).slots[0]).toMatchObject({ slot: "A1", filled: before.filled - 5 });
  });

  it("is gone on with after a break, and a repeated confirmation puts right the first", async () => {
    const refill = await start();
    await confirm(refill.id, { added: 1 });
    await confirm(refill.id, { added: 1 });
    await confirm(refill.id, { added: 2 });
    const again = await start();
    expect(again.id).toBe(refill.id);
    expect(again.slots[0]?.line).toMatchObject({ added: 2, after: 7 });
    await finish(refill.id);
    expect(await count()).toBe(7);
  });

  it("keeps apart what was thrown away, and believes what was counted", async () => {
    const refill = await start();
    await confirm(refill.id, { added: 4, removed: 2 });
    await finish(refill.id);
    expect(await movements(refill.id)).toMatchObject([{ kind: "spoilage", delta: -2 }, { kind: "refill", delta: 4, countAfter: 7 }]);
    const second = await start();
    await confirm(second.id, { added: 4, count: 6 });
    await finish(second.id);
    expect(await movements(second.id)).toMatchObject([{ kind: "refill", delta: -1, countAfter: 6 }]);
  });

  it("takes off what was sold between confirming and finishing, and not what the device counts of the new pieces", async () => {
    const refill = await start();
    await confirm(refill.id, { added: 3 });
    rt.clock.advance(1_000);
    await report(8);
    await transact(rt, (tx) => take(tx, { machineId: machine.id, slot: "A1", orderLineId: newId("orderLine"), since: rt.clock.now(), reserved: false, at: rt.clock.now() }));
    expect(await count()).toBe(7);
    await finish(refill.id);
    expect(await count()).toBe(7);
  });

  it("of another person is told, and taken over only when that is said", async () => {
    const refill = await start();
    await confirm(refill.id, { added: 3 });
    await expect(start(bob)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "open_elsewhere" } });
    expect(await openRefill(rt, bob.actor, scope, machine.id)).toMatchObject({ refill: { id: refill.id, own: false, confirmed: 1 } });
    await expect(confirm(refill.id, { added: 1 }, bob)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "open_elsewhere" } });
    await expect(finish(refill.id, bob)).rejects.toMatchObject({ code: "INVALID_STATE" });
    const taken = await start(bob, true);
    expect(taken.id).not.toBe(refill.id);
    await expect(confirm(refill.id, { added: 1 })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "abandoned" } });
    await expect(finish(refill.id)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "abandoned" } });
    expect(await count()).toBe(5);
  });

  it("of two who begin at once is one's", async () => {
    const results = await Promise.allSettled([start(ann), start(bob)]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await rt.db.prisma.refill.count({ where: { machineId: machine.id, status: "open" } })).toBe(1);
  });

  it("can be given up", async () => {
    const refill = await start();
    await confirm(refill.id, { added: 3 });
    expect(await abandonRefill(rt, ann.actor, scope, refill.id)).toMatchObject({ status: "abandoned" });
    expect(await abandonRefill(rt, ann.actor, scope, refill.id)).toMatchObject({ status: "abandoned" });
    expect(await count()).toBe(5);
    expect((await start()).slots[0]?.line).toBeNull();
  });

  it.each([
    ["more than fit", { added: 4 }, "A1 holds at most 8"],
    ["a count above the capacity", { count: 9 }, "A1 holds at most 8"],
    ["more taken out than were in it", { removed: 6 }, "A1 had only 5 in it"],
    ["a slot without product", { slot: "B1" }, "B1 is not a slot of this machine with a product."],
    ["a slot that is not there", { slot: "Z9" }, "Z9 is not a slot of this machine with a product."],
  ])("refuses %s", async (_name, change, message) => {
    const refill = await start();
    await expect(confirm(refill.id, change)).rejects.toMatchObject({ code: "INVALID_REQUEST", message });
    expect((await getRefill(rt, scope, refill.id)).slots.every((slot) => slot.line === null)).toBe(true);
  });

  it("does not fill what has another product by now", async () => {
    const refill = await start();
    await confirm(refill.id, { added: 1 });
    const { id } = await createProduct(rt, TESTER, { ...scope, name: "Cola", sku: "COLA", price: "1000000" });
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: machine.id, code: "A1" } }, data: { productId: id } });
    await expect(finish(refill.id)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "product_changed" } });
    await confirm(refill.id, { count: 2 });
    await finish(refill.id);
    expect(await count()).toBe(2);
  });

  it("is of machines of one's own", async () => {
    const refill = await start();
    const strange = { organizationId: newId("organization") };
    await expect(startRefill(rt, bob.actor, strange, { id: machine.id, takeOver: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getRefill(rt, strange, refill.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getPickList(rt, strange, [machine.id])).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

it("the pick list says what to bring, by product over the machines of a route", async () => {
  const second = await givenMachine(rt, scope);
  const other = second.productId;
  await rt.db.prisma.slot.updateMany({ where: { machineId: second.id, code: { in: ["B1", "B2"] } }, data: { productId: machine.productId, par: 4 } });
  await rt.db.prisma.slot.updateMany({ where: { machineId: second.id, code: "B2" }, data: { count: 1 } });
  const list = await getPickList(rt, scope, [second.id, machine.id]);
  expect(list.machines.map((one) => [one.id, one.pieces])).toEqual([[second.id, 10], [machine.id, 3]]);
  expect(list.products.map(({ productId, pieces, machines }) => ({ productId, pieces, machines }))).toEqual([
    {
      productId: machine.productId,
      pieces: 10,
      machines: [
        { machineId: second.id, pieces: 7, slots: [{ slot: "B1", pieces: 4 }, { slot: "B2", pieces: 3 }] },
        { machineId: machine.id, pieces: 3, slots: [{ slot: "A1", pieces: 3 }] },
      ],
    },
    { productId: other, pieces: 3, machines: [{ machineId: second.id, pieces: 3, slots: [{ slot: "A1", pieces: 3 }] }] },
  ]);
});
