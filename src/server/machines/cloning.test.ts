import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { machineDetailOutput } from "#shared/machines/schema.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { cloneMachine, listCloneSources } from "./cloning.ts";
import { getMachine } from "./machines.ts";
import { saveOnboarding, startOnboarding } from "./onboarding.ts";
import { getPlanogram, savePlanogram } from "./planogram/edit.ts";
import { givenDevice, givenMachine, givenOrganization, TESTER } from "./testing/fixtures.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

const clone = (source: { id: string; organizationId: string }, name = "Copy") => cloneMachine(rt, TESTER, { sourceId: source.id, organizationId: source.organizationId, name, notes: "" });

/** A machine in the field, with settings of its own in three slots. */
async function givenOriginal() {
  const device = await givenDevice(rt);
  await saveOnboarding(rt, TESTER, { id: device.id, step: "live", location: { address: "Main St 1", latitude: 1.5, longitude: 2.5, timezone: "Asia/Seoul" }, details: { name: "Original", notes: "key at the desk" } });
  const { configVersion } = await getPlanogram(rt, "platform", device.id);
  await savePlanogram(rt, TESTER, "platform", {
    id: device.id,
    expectedVersion: configVersion,
    slots: [
      { code: "A1", capacity: 6, par: 4, mechanism: "servo", productId: device.productId, price: "2500000", enabled: true },
      { code: "A2", capacity: 8, par: null, mechanism: "motor", productId: device.productId, price: null, enabled: false, count: 3 },
    ],
  });
  await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: device.id, code: "A3" } }, data: { disabledReason: "failures", failures: 3, uncertain: true } });
  return device;
}

describe("a machine that is made after another", () => {
  it("has its kind, slots, products, prices, network and intervals", async () => {
    const original = await givenOriginal();
    const copy = machineDetailOutput.parse(await clone(original));
    const { templateId, heartbeatSeconds, networkKind, wifiSsid, timezone } = await getMachine(rt, "platform", original.id);
    expect(copy).toMatchObject({ status: "draft", wizardStep: "location", organizationId: original.organizationId, templateId, heartbeatSeconds, networkKind, wifiSsid, timezone });
    expect(timezone).toBe("Asia/Seoul");
    const settings = async (id: string) => (await getPlanogram(rt, "platform", id)).slots.map(({ code, row, column, capacity, par, mechanism, productId, price }) => ({ code, row, column, capacity, par, mechanism, productId, price }));
    expect(await settings(copy.id)).toEqual(await settings(original.id));
    expect((await settings(copy.id)).slice(0, 1)).toMatchObject([{ code: "A1", capacity: 6, par: 4, mechanism: "servo", price: "2500000" }]);
  });

  it("has nothing of what the other is: place, codes, device, stock, history", async () => {
    const original = await givenOriginal();
    const copy = await clone(original);
    expect(copy).toMatchObject({ name: "Copy", notes: "", address: "", latitude: null, longitude: null, hardwareId: null, chip: null, ip: null, claimedAt: null, claim: null, firmwareVersion: null, latest: null, lastSeenAt: null });
    expect(copy.slug).not.toBe((await getMachine(rt, "platform", original.id)).slug);
    expect(copy.stock.count).toBe(0);
    const planogram = await getPlanogram(rt, "platform", copy.id);
    expect(planogram.slots.every((slot) => slot.count === 0 && slot.reserved === 0 && !slot.uncertain && slot.countedAt === null)).toBe(true);
    const { prisma } = rt.db;
    const row = await prisma.machine.findUniqueOrThrow({ where: { id: copy.id }, include: { credentials: true, claims: true, movements: true, connections: true, downlinks: true } });
    expect(row).toMatchObject({ credentials: [], claims: [], movements: [], connections: [], downlinks: [], provisioningName: null, provisioningPop: null, serial: null, importKey: null, metadata: {}, clonedFromId: original.id });
    expect((await getMachine(rt, "platform", original.id)).stock.count).toBeGreaterThan(0);
  });

  it("sells what was switched off by hand no more than the other, but what only broke there", async () => {
    const copy = await clone(await givenOriginal());
    const { slots } = await getPlanogram(rt, "platform", copy.id);
    expect(slots.slice(0, 3).map((slot) => slot.disabledReason)).toEqual([null, "manual", null]);
  });

  it("has an empty slot where the other has a product that is no longer sold", async () => {
    const original = await givenOriginal();
    await rt.db.prisma.product.update({ where: { id: original.productId }, data: { archivedAt: rt.clock.now() } });
    const { slots } = await getPlanogram(rt, "platform", (await clone(original)).id);
    expect(slots.every((slot) => slot.productId === null && slot.price === null)).toBe(true);
  });

  it("goes on in the wizard like any draft, and says in the audit what it was made after", async () => {
    const original = await givenMachine(rt);
    const copy = await clone(original, "Second");
    const saved = await saveOnboarding(rt, TESTER, { id: copy.id, step: "label", network: { kind: "ethernet", wifiSsid: null, heartbeatSeconds: 120 } });
    expect(saved).toMatchObject({ wizardStep: "label", networkKind: "ethernet", heartbeatSeconds: 120 });
    const entry = await rt.db.prisma.auditEntry.findFirstOrThrow({ where: { subjectId: copy.id, action: "machine.create" } });
    expect(entry.after).toEqual({ name: "Second", clonedFromId: original.id });
    expect((await clone(original, "Second")).slug).toMatch(/^second-[0-9a-f]{8}$/);
  });

  it("is refused for another organization, whose products it would not have", async () => {
    const original = await givenMachine(rt);
    const foreign = cloneMachine(rt, TESTER, { sourceId: original.id, organizationId: await givenOrganization(rt), name: "Copy", notes: "" });
    await expect(foreign).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { reason: "other_organization" } });
  });

  it("is refused of nothing: an unknown machine, and a draft without slots", async () => {
    const organizationId = await givenOrganization(rt);
    await expect(clone({ id: newId("machine"), organizationId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const { id } = await startOnboarding(rt, TESTER, { organizationId, name: "Bare", notes: "" });
    await expect(clone({ id, organizationId })).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect(await rt.db.prisma.machine.count({ where: { organizationId } })).toBe(1);
  });

  it("is offered of machines with slots alone, of the one organization, by name or address", async () => {
    const { id, organizationId } = await givenMachine(rt, { name: "Lobby 10%" });
    await givenMachine(rt, { name: "Lobby 10%" });
    await startOnboarding(rt, TESTER, { organizationId, name: "Lobby bare", notes: "" });
    const other = await givenMachine(rt, { organizationId, name: "Roof" });
    await saveOnboarding(rt, TESTER, { id: other.id, step: "label", location: { address: "Lobby street 1", latitude: null, longitude: null, timezone: "UTC" } });
    const found = async (search?: string) => (await listCloneSources(rt, { organizationId, search })).data.map((machine) => machine.id);
    expect(await found()).toEqual([other.id, id]);
    expect(await found("lobby")).toEqual([other.id, id]);
    expect(await found("10%")).toEqual([id]);
    expect(await found("100")).toEqual([]);
  });
});
