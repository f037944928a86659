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
    expect((await start("Café – Lobby #1")).slug).toMatch(/^cafe-lobby-1-[0-9a-f]{6}$/);
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
