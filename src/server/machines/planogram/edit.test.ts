import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import type { Planogram, PlanogramSave } from "#shared/machines/planogram.ts";
import { planogramSaveInput } from "#shared/machines/planogram.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { reserve } from "../inventory/reservations.ts";
import { createProduct } from "../products.ts";
import { type GivenDevice, givenDevice, TESTER } from "../testing/fixtures.ts";
import { getPlanogram, savePlanogram } from "./edit.ts";

let rt: TestRuntime;
let device: GivenDevice;
let start: Planogram;
let cola: string;

beforeAll(async () => {
  rt = await createTestRuntime();
});
beforeEach(async () => {
  device = await givenDevice(rt);
  start = await getPlanogram(rt, "platform", device.id);
  cola = (await createProduct(rt, TESTER, { organizationId: device.organizationId, name: "Cola", sku: "COLA", price: "2000000" })).id;
});
afterAll(() => rt.close());

type Edit = Partial<PlanogramSave["slots"][number]> & { code: string };
const edit = (change: Edit): PlanogramSave["slots"][number] => {
  const slot = start.slots.find((one) => one.code === change.code);
  const { capacity, par, mechanism, productId, price, disabledReason } = slot ?? start.slots[0] ?? expect.fail();
  return { capacity, par, mechanism, productId, price, enabled: disabledReason === null, ...change };
};
const save = (edits: Edit[], expectedVersion = start.configVersion) =>
  savePlanogram(rt, TESTER, { organizationId: device.organizationId }, planogramSaveInput.parse({ id: device.id, expectedVersion, slots: edits.map(edit) }));
const slotOf = (planogram: Planogram, code: string) => planogram.slots.find((slot) => slot.code === code);
const movements = (slot: string) => rt.db.prisma.stockMovement.findMany({ where: { machineId: device.id, slot }, orderBy: { id: "asc" }, select: { kind: true, delta: true, countAfter: true, productId: true } });

describe("an edit of the planogram", () => {
  it("changes a claimed machine's slots, tells its device, and keeps what is in them", async () => {
    const saved = await save([{ code: "A1", capacity: 6, par: 5, mechanism: "servo", price: "1700000" }]);
    expect(slotOf(saved, "A1")).toMatchObject({ capacity: 6, par: 5, mechanism: "servo", price: "1700000", productPrice: "1500000", count: 5 });
    expect(saved.configVersion).toBe(start.configVersion + 1);
    const { payload } = await rt.db.prisma.downlink.findFirstOrThrow({ where: { machineId: device.id }, orderBy: { id: "desc" } });
    expect(JSON.parse(payload)).toMatchObject({ version: saved.configVersion, slots: expect.arrayContaining([expect.objectContaining({ slot: "A1", price: "1700000", capacity: 6, mechanism: "servo" })]) });
    const audit = await rt.db.prisma.auditEntry.findFirstOrThrow({ where: { subjectId: device.id, action: "machine.planogram.update" } });
    expect(audit).toMatchObject({ before: { A1: { capacity: 8, price: null } }, after: { A1: { capacity: 6, price: "1700000" } } });
  });

  it("that began before another's is refused, and nothing of it is saved", async () => {
    await save([{ code: "A1", par: 4 }]);
    await expect(save([{ code: "A1", par: 7 }])).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "stale" } });
    expect(slotOf(await getPlanogram(rt, "platform", device.id), "A1")?.par).toBe(4);
  });

  it("of two at once lets one through", async () => {
    const results = await Promise.allSettled([save([{ code: "A1", par: 3 }]), save([{ code: "A1", par: 6 }])]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("that changes nothing is no new version", async () => {
    expect((await save([{ code: "A1" }, { code: "B2" }])).configVersion).toBe(start.configVersion);
  });

  it("that swaps two slots moves what is in them, each under its own product", async () => {
    const saved = await save([
      { code: "A1", productId: cola, count: 3 },
      { code: "A2", productId: device.productId, count: 5 },
    ]);
    expect([slotOf(saved, "A1"), slotOf(saved, "A2")]).toMatchObject([{ productId: cola, count: 3 }, { productId: device.productId, count: 5 }]);
    expect(await movements("A1")).toEqual([
      { kind: "planogram", delta: 5, countAfter: 5, productId: device.productId },
      { kind: "planogram", delta: -5, countAfter: 0, productId: device.productId },
      { kind: "planogram", delta: 3, countAfter: 3, productId: cola },
    ]);
    expect((await movements("A2")).map((one) => [one.delta, one.productId])).toEqual([[5, device.productId]]);
  });

  it("that takes a slot out of sale is announced, and undone by the next", async () => {
    const off = await save([{ code: "A1", enabled: false }]);
    expect(slotOf(off, "A1")?.disabledReason).toBe("manual");
    expect(await rt.db.prisma.event.count({ where: { subject: device.id, type: "machine.slot.disabled" } })).toBe(1);
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: device.id, code: "A1" } }, data: { disabledReason: "failures", failures: 3 } });
    expect(slotOf(await save([{ code: "A1", enabled: false, par: 2 }], off.configVersion), "A1")?.disabledReason).toBe("failures");
    expect(slotOf(await save([{ code: "A1", enabled: true }], off.configVersion + 1), "A1")?.disabledReason).toBeNull();
    expect((await rt.db.prisma.slot.findUniqueOrThrow({ where: { machineId_code: { machineId: device.id, code: "A1" } } })).failures).toBe(0);
  });

  it.each<[string, Edit[], string]>([
    ["a slot that is not there", [{ code: "Z9" }], "Z9 is not a slot of this machine"],
    ["a slot twice", [{ code: "A1" }, { code: "A1" }], "A1 comes twice"],
    ["less room than pieces", [{ code: "A1", capacity: 4 }], "A1 has 5 pieces in it: it cannot hold fewer"],
    ["more than fits to be filled in", [{ code: "A1", par: 9 }], "A1 cannot be filled to 9: it holds 8"],
    ["a product of others", [{ code: "A1", productId: newId("product") }], "A1 has a product that the organization does not sell"],
    ["pieces of no product", [{ code: "A1", productId: null, count: 2 }], "A1 has items but no product"],
    ["a price of no product", [{ code: "A1", productId: null, price: "1000000" }], "A1 has a price but no product"],
  ])("refuses %s", async (_name, edits, message) => {
    await expect(save(edits)).rejects.toMatchObject({ code: "INVALID_REQUEST", message });
    expect(await getPlanogram(rt, "platform", device.id)).toEqual(start);
  });

  it("refuses an archived product, unless it is in the slot already", async () => {
    await rt.db.prisma.product.updateMany({ where: { id: { in: [cola, device.productId] } }, data: { archivedAt: rt.clock.now() } });
    await expect(save([{ code: "A2", productId: cola }])).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(slotOf(await save([{ code: "A1", par: 3 }]), "A1")?.par).toBe(3);
  });

  it("does not take the product from under an order", async () => {
    await transact(rt, (tx) => reserve(tx, { machineId: device.id, slots: [{ slot: "A1", quantity: 1 }] }));
    await expect(save([{ code: "A1", productId: cola }])).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "reserved" } });
    expect(slotOf(await save([{ code: "A1", price: "5000000" }]), "A1")?.price).toBe("5000000");
  });

  it("is for machines of one's own that are in service", async () => {
    const input = planogramSaveInput.parse({ id: device.id, expectedVersion: start.configVersion, slots: [edit({ code: "A1" })] });
    await expect(savePlanogram(rt, TESTER, { organizationId: newId("organization") }, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await rt.db.prisma.machine.update({ where: { id: device.id }, data: { status: "decommissioned" } });
    await expect(save([{ code: "A1", par: 1 }])).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});
