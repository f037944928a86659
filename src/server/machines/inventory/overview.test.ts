import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { lowStockInput, stockAdjustInput } from "#shared/machines/stock.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type GivenDevice, givenDevice, TESTER } from "../testing/fixtures.ts";
import { adjustStock, listMovements } from "./adjust.ts";
import { getStockOverview, listLowStock } from "./overview.ts";
import { startRefill } from "./refills.ts";
import { moveStock } from "./stock.ts";

const DAY_MS = 86_400_000;
let rt: TestRuntime;
let device: GivenDevice;
let scope: { organizationId: string };

beforeAll(async () => {
  rt = await createTestRuntime();
});
beforeEach(async () => {
  device = await givenDevice(rt);
  scope = { organizationId: device.organizationId };
  await rt.db.prisma.machine.update({ where: { id: device.id }, data: { status: "online" } });
});
afterAll(() => rt.close());

/** So many pieces sold, `daysAgo` before now, whatever was in the slot. */
const sold = (daysAgo: number, pieces: number, kind = "dispense") =>
  rt.db.prisma.stockMovement.create({
    data: { id: newId("stockMovement"), machineId: device.id, slot: "A1", productId: device.productId, kind, delta: -pieces, countAfter: 5, at: new Date(rt.clock.now().getTime() - daysAgo * DAY_MS) },
  });
const cover = async () => (await getStockOverview(rt, scope, device.id)).slots.find((slot) => slot.slot === "A1");
const adjust = (input: object) => adjustStock(rt, TESTER, scope, stockAdjustInput.parse({ id: device.id, ...input }));

describe("the forecast", () => {
  it("says nothing of a product that has just been put in", async () => {
    expect(await cover()).toMatchObject({ basis: "too_little", days: null, sold: 0, observedDays: 0 });
  });

  it("goes by dispenses and by what devices count out, over four weeks, of the present product alone", async () => {
    await sold(30, 100);
    for (let day = 0; day < 28; day += 1) await sold(day + 0.5, 1, day % 2 === 0 ? "dispense" : "device");
    await rt.db.prisma.stockMovement.create({
      data: { id: newId("stockMovement"), machineId: device.id, slot: "A1", productId: newId("product"), kind: "dispense", delta: -1, countAfter: 0, at: new Date(rt.clock.now().getTime() - DAY_MS) },
    });
    await rt.db.prisma.stockMovement.create({
      data: { id: newId("stockMovement"), machineId: device.id, slot: "A1", productId: device.productId, kind: "spoilage", delta: -5, countAfter: 0, at: new Date(rt.clock.now().getTime() - DAY_MS) },
    });
    expect(await cover()).toMatchObject({ basis: "sales", sold: 28, observedDays: 28, perDay: 1 });
    const { machine } = await getStockOverview(rt, scope, device.id);
    expect(machine).toMatchObject({ perDay: 1, empty: 0, low: 0, uncertain: 0 });
    expect(machine.firstEmptyDays).toBeGreaterThan(4);
    expect(machine.firstEmptyDays).toBeLessThan(6);
  });

  it("counts the days since the product was put in", async () => {
    await sold(10, 2);
    await sold(3, 8);
    expect(await cover()).toMatchObject({ basis: "sales", sold: 10, observedDays: 10, perDay: 1 });
  });
});

describe("what is to be filled", () => {
  it("is listed by need, with who is at it", async () => {
    const list = () => listLowStock(rt, scope, lowStockInput.parse({}));
    expect((await list()).data).toMatchObject([{ machineId: device.id, empty: 0, low: 0, missing: 3, count: 5, capacity: 8, openRefill: null }]);
    const second = await givenDevice(rt, scope);
    await rt.db.prisma.machine.update({ where: { id: second.id }, data: { status: "offline", name: "50% Lobby" } });
    await adjust({ kind: "count", slots: [{ slot: "A1", count: 2 }] });
    await transact(rt, (tx) => moveStock(tx, { machineId: second.id, kind: "count", changes: [{ slot: "A1", count: 0 }], at: rt.clock.now() }));
    const person = await makePerson(rt);
    await startRefill(rt, person.actor, scope, { id: second.id, takeOver: false });
    const { data, pagination } = await list();
    expect(data).toMatchObject([
      { machineId: second.id, empty: 1, missing: 8, openRefill: { userId: person.userId } },
      { machineId: device.id, low: 1, missing: 6 },
    ]);
    expect(pagination.total).toBe(2);
    expect((await listLowStock(rt, scope, lowStockInput.parse({ search: "0% l" }))).data.map((row) => row.machineId)).toEqual([second.id]);
    expect((await listLowStock(rt, scope, lowStockInput.parse({ search: "%" }))).data).toHaveLength(1);
    expect((await listLowStock(rt, { organizationId: newId("organization") }, lowStockInput.parse({}))).data).toEqual([]);
  });
});

describe("a person's word on the stock", () => {
  it("is a movement with its reason and an audit entry", async () => {
    expect(await adjust({ kind: "spoilage", reason: "expired", slots: [{ slot: "A1", count: 2 }] })).toEqual({ slots: [{ slot: "A1", before: 5, after: 3 }] });
    await adjust({ kind: "correction", reason: "miscounted", slots: [{ slot: "A1", count: 7 }] });
    await adjust({ kind: "count", slots: [{ slot: "A1", count: 6 }] });
    const { data } = await listMovements(rt, scope, { id: device.id, slot: "A1", limit: 3 });
    expect(data.map(({ kind, delta, countAfter, reason, productName, actorName }) => [kind, delta, countAfter, reason, productName, actorName])).toEqual([
      ["count", -1, 6, "", "Bar", null],
      ["correction", 4, 7, "miscounted", "Bar", null],
      ["spoilage", -2, 3, "expired", "Bar", null],
    ]);
    const audit = await rt.db.prisma.auditEntry.findFirstOrThrow({ where: { subjectId: device.id, action: "machine.stock.spoilage" } });
    expect(audit).toMatchObject({ before: { A1: 5 }, after: { A1: 3, reason: "expired" } });
  });

  it("must say why, unless it is a count", () => {
    expect(() => stockAdjustInput.parse({ id: device.id, kind: "spoilage", reason: " ", slots: [{ slot: "A1", count: 1 }] })).toThrow("must say why");
    expect(() => stockAdjustInput.parse({ id: device.id, kind: "count", slots: [{ slot: "A1", count: -1 }] })).toThrow();
  });

  it("cannot throw away what is not there, and is of one's own machines", async () => {
    await expect(adjust({ kind: "spoilage", reason: "expired", slots: [{ slot: "A1", count: 6 }] })).rejects.toMatchObject({ code: "INVALID_REQUEST", message: "A1 has only 5" });
    await expect(adjustStock(rt, TESTER, { organizationId: newId("organization") }, stockAdjustInput.parse({ id: device.id, kind: "count", slots: [{ slot: "A1", count: 1 }] }))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is read page by page, of a slot or a kind", async () => {
    for (const count of [1, 2, 3]) await adjust({ kind: "count", slots: [{ slot: "A1", count }] });
    const first = await listMovements(rt, scope, { id: device.id, limit: 2 });
    expect(first.data.map((row) => row.countAfter)).toEqual([3, 2]);
    const rest = await listMovements(rt, scope, { id: device.id, limit: 20, cursor: first.nextCursor ?? "" });
    expect(rest.data.map((row) => row.countAfter)).toEqual([1, 5]);
    expect(rest.nextCursor).toBeNull();
    expect((await listMovements(rt, scope, { id: device.id, kind: "planogram", limit: 20 })).data).toHaveLength(1);
    await expect(listMovements(rt, { organizationId: newId("organization") }, { id: device.id, limit: 2 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
