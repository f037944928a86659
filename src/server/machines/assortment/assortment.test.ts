import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { createProduct, listProducts } from "../products.ts";
import { type GivenDevice, givenClaim, givenDevice, givenMachine, TESTER } from "../testing/fixtures.ts";
import { archiveProduct, listAssortment, setPrices, updateProduct } from "./assortment.ts";

let rt: TestRuntime;
let device: GivenDevice;
let second: string;
let scope: { organizationId: string };

beforeAll(async () => {
  rt = await createTestRuntime();
});
/** Two claimed machines with one product: in A1 of both, and in B1 of the second at a price of its own. */
beforeEach(async () => {
  device = await givenDevice(rt);
  scope = { organizationId: device.organizationId };
  second = (await givenMachine(rt, scope)).id;
  await givenClaim(rt, second);
  await rt.db.prisma.slot.updateMany({ where: { machineId: second, code: { in: ["A1", "B1"] } }, data: { productId: device.productId } });
  await rt.db.prisma.slot.updateMany({ where: { machineId: second, code: "B1" }, data: { price: 3_000_000n } });
  await rt.db.prisma.downlink.deleteMany();
});
afterAll(() => rt.close());

/** What each device was told of the prices of A1 and B1, and whether they are for sale. */
const sent = async () => {
  const rows = await rt.db.prisma.downlink.findMany({ where: { part: "cfg" }, orderBy: { machineId: "asc" } });
  return rows.map((row) => {
    const { slots } = JSON.parse(row.payload) as { slots: { slot: string; price: string | null; enabled: boolean; name: string | null }[] };
    return { machineId: row.machineId, slots: slots.filter((slot) => ["A1", "B1"].includes(slot.slot)).map(({ price, enabled, name }) => [name, price, enabled]) };
  });
};
const BOTH = () => [device.id, second].sort();

describe("the assortment", () => {
  it("says where each product is sold", async () => {
    const { data, pagination } = await listAssortment(rt, device.organizationId, { page: 1, limit: 20 });
    expect(data.find((item) => item.id === device.productId)).toMatchObject({ name: "Bar", price: "1500000", machines: 2, slots: 3, ownPrices: 1, archived: false, count: 10, sold: 0 });
    // The second machine's own product is in no slot any more.
    expect(data.find((item) => item.id !== device.productId)).toMatchObject({ machines: 0, slots: 0, count: 0, capacity: 0 });
    expect(pagination).toEqual({ page: 1, limit: 20, total: 2, pages: 1 });
    expect((await listAssortment(rt, newId("organization"), { page: 1, limit: 20 })).data).toEqual([]);
  });

  it("is searched, filtered and paged, and says what sold in the last thirty days", async () => {
    const list = async (input: object) => (await listAssortment(rt, device.organizationId, { page: 1, limit: 20, ...input })).data.map((item) => item.name);
    await createProduct(rt, TESTER, { ...scope, name: "100 % juice", sku: "J_1", price: "2000000" });
    const old = await createProduct(rt, TESTER, { ...scope, name: "Apple", sku: "APPLE", price: "2000000" });
    await archiveProduct(rt, TESTER, scope, { id: old.id, archived: true });
    expect(await list({})).toEqual(["100 % juice", "Bar", "Bar", "Apple"]);
    expect(await list({ limit: 2, page: 2 })).toEqual(["Bar", "Apple"]);
    expect(await list({ status: "archived" })).toEqual(["Apple"]);
    expect(await list({ status: "sold", search: "apple" })).toEqual([]);
    expect(await list({ search: "0 %" })).toEqual(["100 % juice"]);
    expect(await list({ search: "%" })).toEqual(["100 % juice"]);
    expect(await list({ search: "j_" })).toEqual(["100 % juice"]);
    const { id: machineId, productId } = device;
    const move = (kind: string, delta: number, daysAgo: number) => rt.db.prisma.stockMovement.create({ data: { id: newId("stockMovement"), machineId, slot: "A1", productId, kind, delta, countAfter: 0, at: new Date(rt.clock.now().getTime() - daysAgo * 86_400_000) } });
    await move("dispense", -1, 1);
    await move("device", -2, 29);
    await move("dispense", -4, 31);
    await move("spoilage", -8, 1);
    await move("device", 16, 1);
    expect((await listAssortment(rt, device.organizationId, { page: 1, limit: 20 })).data.find((item) => item.id === productId)?.sold).toBe(3);
  });

  it("tells every machine of a new price or name, and none of a new description", async () => {
    await updateProduct(rt, TESTER, scope, { id: device.productId, description: "with nuts" });
    expect(await sent()).toEqual([]);
    expect(await updateProduct(rt, TESTER, scope, { id: device.productId, name: "Nut bar", price: "1600000" })).toMatchObject({ name: "Nut bar", price: "1600000", description: "with nuts" });
    expect(await sent()).toEqual(
      [
        { machineId: device.id, slots: [["Nut bar", "1600000", true], [null, null, false]] },
        { machineId: second, slots: [["Nut bar", "1600000", true], ["Nut bar", "3000000", true]] },
      ].sort((a, b) => (a.machineId < b.machineId ? -1 : 1)),
    );
    const audit = await rt.db.prisma.auditEntry.findMany({ where: { subjectId: device.productId, action: "product.update" }, orderBy: { id: "asc" } });
    expect(audit.at(-1)).toMatchObject({ before: { name: "Bar", price: "1500000" }, after: { name: "Nut bar", price: "1600000" } });
  });

  it("refuses an SKU of another product, and a product of others", async () => {
    await createProduct(rt, TESTER, { ...scope, name: "Cola", sku: "COLA", price: "2000000" });
    await expect(updateProduct(rt, TESTER, scope, { id: device.productId, sku: "COLA" })).rejects.toMatchObject({ code: "CONFLICT", extras: { details: [{ field: "sku", message: "is in use" }] } });
    const strange = { organizationId: newId("organization") };
    await expect(updateProduct(rt, TESTER, strange, { id: device.productId, name: "Mine" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(archiveProduct(rt, TESTER, strange, { id: device.productId, archived: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(setPrices(rt, TESTER, strange, { id: device.productId, price: "1" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await sent()).toEqual([]);
  });

  it("takes a product out of sale everywhere and puts it back", async () => {
    expect(await archiveProduct(rt, TESTER, scope, { id: device.productId, archived: true })).toMatchObject({ archived: true });
    expect((await sent()).map((one) => one.slots[0])).toEqual([["Bar", "1500000", false], ["Bar", "1500000", false]]);
    expect((await listProducts(rt, device.organizationId)).data.map((product) => product.id)).not.toContain(device.productId);
    await archiveProduct(rt, TESTER, scope, { id: device.productId, archived: true });
    expect(await sent()).toHaveLength(2);
    await archiveProduct(rt, TESTER, scope, { id: device.productId, archived: false });
    expect((await sent()).at(-1)?.slots[0]).toEqual(["Bar", "1500000", true]);
  });
});

describe("prices by product", () => {
  it("go to all machines, or to chosen ones, and only what changes is told", async () => {
    expect(await setPrices(rt, TESTER, scope, { id: device.productId, price: "1900000" })).toEqual({ machines: 2, slots: 3 });
    expect((await sent()).map((one) => one.machineId)).toEqual(BOTH());
    expect((await sent()).flatMap((one) => one.slots.map(([, price]) => price)).filter(Boolean)).toEqual(["1900000", "1900000", "1900000"]);
    await rt.db.prisma.downlink.deleteMany();
    expect(await setPrices(rt, TESTER, scope, { id: device.productId, machineIds: [second], price: null })).toEqual({ machines: 1, slots: 2 });
    expect((await sent()).map((one) => [one.machineId, one.slots[0]?.[1]])).toEqual([[second, "1500000"]]);
    expect(await setPrices(rt, TESTER, scope, { id: device.productId, machineIds: [second], price: null })).toEqual({ machines: 0, slots: 0 });
  });

  it("are refused for machines that do not have the product", async () => {
    const other = await givenMachine(rt);
    await expect(setPrices(rt, TESTER, scope, { id: device.productId, machineIds: [second, other.id], price: "1" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await rt.db.prisma.slot.count({ where: { productId: device.productId, price: 1n } })).toBe(0);
  });
});
