import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { machineDetailOutput, machineListOutput } from "#shared/machines/schema.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { getMachine, listMachines } from "./machines.ts";
import { discardDraft, saveOnboarding, startOnboarding } from "./onboarding.ts";
import { createProduct, listProducts, listTemplates } from "./products.ts";
import { demoClaims, seedDemoMachines, seedMachineTemplates } from "./seed.ts";
import { givenDevice, givenMachine, givenOrganization, TESTER } from "./testing/fixtures.ts";

let rt: TestRuntime;
let organizationId: string;

beforeAll(async () => {
  rt = await createTestRuntime();
  await seedMachineTemplates(rt);
  organizationId = await givenOrganization(rt);
});
afterAll(() => rt.close());

const start = (name: string) => startOnboarding(rt, TESTER, { organizationId, name, notes: "" });
const templateId = async (slug: string) => (await listTemplates(rt)).data.find((template) => template.slug === slug)?.id ?? "";

describe("the wizard", () => {
  it("begins with a draft, a slug of its own and nothing asked twice", async () => {
    const first = machineDetailOutput.parse(await start("Café – Lobby #1"));
    expect(first).toMatchObject({ status: "draft", wizardStep: "details", slug: "cafe-lobby-1", organizationName: "Test & Sons", slots: [], claim: null });
    expect((await start("Café – Lobby #1")).slug).toMatch(/^cafe-lobby-1-[0-9a-f]{8}$/);
    expect((await start("자판기")).slug).toMatch(/^machine-[0-9a-f]{6}$/);
    await expect(startOnboarding(rt, TESTER, { organizationId: newId("organization"), name: "x", notes: "" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("saves each step and resumes where it was left", async () => {
    const { id } = await start("Resumable");
    await saveOnboarding(rt, TESTER, { id, step: "location", details: { name: "Renamed", notes: "by the door" } });
    await saveOnboarding(rt, TESTER, { id, step: "planogram", location: { address: "Main St 1", latitude: 1.5, longitude: -2.25, timezone: "Asia/Seoul" } });
    const resumed = await getMachine(rt, "platform", id);
    expect(resumed).toMatchObject({ wizardStep: "planogram", name: "Renamed", notes: "by the door", address: "Main St 1", latitude: 1.5, longitude: -2.25, timezone: "Asia/Seoul" });
    await expect(saveOnboarding(rt, TESTER, { id, step: "label" })).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect((await getMachine(rt, "platform", id)).wizardStep).toBe("planogram");
  });

  it("makes the default inventory from the template and fills the slots that were named", async () => {
    const { id } = await start("Inventory");
    const product = await createProduct(rt, TESTER, { organizationId, name: "Bar", sku: "BAR-1", price: "1500000" });
    const machine = await saveOnboarding(rt, TESTER, {
      id,
      step: "network",
      planogram: { templateId: await templateId("drinks-5x6"), slots: [{ code: "B2", productId: product.id, count: 3, price: "2000000" }] },
    });
    expect(machine.slots).toHaveLength(30);
    expect(machine.stock).toEqual({ count: 3, capacity: 210 });
    expect(machine.slots.map((slot) => slot.code).slice(0, 7)).toEqual(["A1", "A2", "A3", "A4", "A5", "A6", "B1"]);
    expect(machine.slots.find((slot) => slot.code === "B2")).toMatchObject({ row: 2, column: 2, count: 3, price: "2000000", product: { sku: "BAR-1", price: "1500000" } });
    const other = await saveOnboarding(rt, TESTER, { id, step: "network", planogram: { templateId: await templateId("locker-24"), slots: [] } });
    expect(other.slots).toHaveLength(24);
    expect(other.configVersion).toBe(machine.configVersion + 1);
  });

  it("refuses slots that don't fit, each with its reason, and keeps what was there", async () => {
    const foreign = await createProduct(rt, TESTER, { organizationId: await givenOrganization(rt), name: "Theirs", sku: "X", price: "1" });
    const machine = await givenMachine(rt, { organizationId });
    const slot = (code: string, productId: string | null, count: number) => ({ code, productId, count, price: null });
    const save = saveOnboarding(rt, TESTER, {
      id: machine.id,
      step: "network",
      planogram: {
        templateId: machine.templateId,
        slots: [slot("Z9", machine.productId, 1), slot("A1", foreign.id, 1), slot("A2", null, 1), slot("A3", machine.productId, 9), slot("A4", machine.productId, 8), slot("A4", machine.productId, 1)],
      },
    });
    await expect(save).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const { details } = await save.catch((error: { extras: { details: { field: string; message: string }[] } }) => error.extras) as { details: { field: string; message: string }[] };
    expect(details.map((detail) => detail.message)).toEqual([
      "Z9 is not a slot of this template",
      "A1 has a product that the organization does not have",
      "A2 has items but no product",
      "A3 holds at most 8",
      "A4 comes twice",
    ]);
    expect((await getMachine(rt, "platform", machine.id)).stock.count).toBe(5);
  });

  it("takes slots away, makes them larger, adds others, and keeps what was set of them otherwise", async () => {
    const machine = await givenMachine(rt, { organizationId });
    const { templateId: kind, productId } = machine;
    const save = (slots: { code: string; capacity?: number; enabled?: boolean; count?: number }[]) =>
      saveOnboarding(rt, TESTER, { id: machine.id, step: "network", planogram: { templateId: kind, exact: true, slots: slots.map(({ code, count = 0, ...slot }) => ({ code, productId: count > 0 ? productId : null, count, price: null, ...slot })) } });
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: machine.id, code: "A1" } }, data: { par: 6, mechanism: "servo" } });
    const changed = await save([{ code: "A1", capacity: 12, count: 11 }, { code: "A2", enabled: false }, { code: "A9", capacity: 3 }, { code: "G1", capacity: 2, count: 2 }]);
    expect(changed.slots.map(({ code, row, column, capacity, count, disabledReason }) => [code, row, column, capacity, count, disabledReason])).toEqual([
      ["A1", 1, 1, 12, 11, null],
      ["A2", 1, 2, 8, 0, "manual"],
      ["A9", 1, 9, 3, 0, null],
      ["G1", 7, 1, 2, 2, null],
    ]);
    const rows = await rt.db.prisma.slot.findMany({ where: { machineId: machine.id }, select: { code: true, par: true, mechanism: true }, orderBy: { code: "asc" } });
    expect(rows.slice(0, 1)).toEqual([{ code: "A1", par: 6, mechanism: "servo" }]);
    const smaller = await save([{ code: "A1", capacity: 4, count: 4 }, { code: "A2", enabled: true }]);
    expect(smaller.slots.map((slot) => [slot.code, slot.disabledReason])).toEqual([["A1", null], ["A2", null]]);
    expect(await rt.db.prisma.slot.findFirst({ where: { machineId: machine.id, code: "A1" } })).toMatchObject({ par: null, mechanism: "servo", count: 4 });
    const movements = await rt.db.prisma.stockMovement.findMany({ where: { machineId: machine.id, slot: "G1" }, orderBy: { id: "asc" } });
    expect(movements.map((movement) => movement.delta)).toEqual([2, -2]);
  });

  it("refuses slots that no machine can have", async () => {
    const machine = await givenMachine(rt, { organizationId });
    const save = (slots: { code: string; capacity?: number; productId?: string }[]) =>
      saveOnboarding(rt, TESTER, { id: machine.id, step: "network", planogram: { templateId: machine.templateId, exact: true, slots: slots.map((slot) => ({ productId: null, count: 0, price: null, ...slot })) } });
    await expect(save([])).rejects.toMatchObject({ code: "INVALID_REQUEST", message: "A machine has at least one slot." });
    await expect(save([{ code: "A9" }])).rejects.toMatchObject({ message: "A9 needs a capacity: the template has no such slot" });
    await expect(save([{ code: "Z0", capacity: 1 }])).rejects.toMatchObject({ message: "Z0 has no place: columns are counted from 1" });
    await expect(save([{ code: "A9", capacity: 1 }, { code: "A09", capacity: 1 }])).rejects.toMatchObject({ message: "A09 would stand where A9 stands" });
    const many = ["A", "B", "C", "D", "E"].flatMap((row) => Array.from({ length: 24 }, (_, index) => ({ code: `${row}${index + 1}`, capacity: 9, productId: machine.productId })));
    await expect(save(many)).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining("120 slots") });
    expect((await getMachine(rt, "platform", machine.id)).slots).toHaveLength(48);
  });

  it("discards a draft, never a machine that a device has claimed", async () => {
    const { id } = await start("Short-lived");
    await discardDraft(rt, TESTER, id);
    await expect(getMachine(rt, "platform", id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const device = await givenDevice(rt, { organizationId });
    await expect(discardDraft(rt, TESTER, device.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});

describe("products", () => {
  it("have a SKU that is unique in their organization", async () => {
    const input = { organizationId, name: "Water", sku: "WATER", price: "1000000" };
    const product = await createProduct(rt, TESTER, input);
    await expect(createProduct(rt, TESTER, input)).rejects.toMatchObject({ code: "CONFLICT" });
    await createProduct(rt, TESTER, { ...input, organizationId: await givenOrganization(rt) });
    expect((await listProducts(rt, organizationId)).data).toContainEqual(product);
  });
});

describe("lists", () => {
  it("show an organization its own machines alone", async () => {
    const mine = await givenMachine(rt, { organizationId, name: "Needle 50%" });
    const theirs = await givenMachine(rt, { name: "Needle 50%" });
    const list = machineListOutput.parse(await listMachines(rt, { organizationId }, { page: 1, limit: 20, search: "needle 50%" }));
    expect(list.data.map((machine) => machine.id)).toEqual([mine.id]);
    expect(list.data[0]?.stock).toEqual({ count: 5, capacity: 448 });
    await expect(getMachine(rt, { organizationId }, theirs.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listMachines(rt, "platform", { page: 1, limit: 20, search: "needle 50%" })).pagination.total).toBe(2);
    expect((await listMachines(rt, "platform", { page: 1, limit: 20, search: "needle 500" })).pagination.total).toBe(0);
  });
});

describe("the demo", () => {
  it("has machines that went through the wizard, once, however often it starts", async () => {
    const owner = await givenOrganization(rt);
    await seedDemoMachines(rt, { organizationId: owner }, 3);
    await seedDemoMachines(rt, { organizationId: owner }, 3);
    const { data } = await listMachines(rt, { organizationId: owner }, { page: 1, limit: 20 });
    expect(data).toHaveLength(3);
    expect(data.every((machine) => machine.simulated && machine.status === "awaiting_claim" && machine.stock.count > 0)).toBe(true);
    const claims = await demoClaims(rt);
    expect(claims.map((claim) => claim.machineId).sort()).toEqual(data.map((machine) => machine.id).sort());
  });
});
