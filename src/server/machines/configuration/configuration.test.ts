import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { configMessage, MAX_PAYLOAD_BYTES } from "#shared/machines/device.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { storeBatch } from "../store-batch.ts";
import { type GivenDevice, givenDevice, givenMachine } from "../testing/fixtures.ts";
import { getConfiguration } from "./comparison.ts";
import { publishConfiguration } from "./configuration.ts";

let rt: TestRuntime;
let device: GivenDevice;

beforeAll(async () => {
  rt = await createTestRuntime();
});
beforeEach(async () => {
  device = await givenDevice(rt);
});
afterAll(() => rt.close());

const publishNow = (id = device.id) => transact(rt, (tx) => publishConfiguration(tx, id, rt.clock.now()));
const downlinks = async (machineId = device.id) => {
  const rows = await rt.db.prisma.downlink.findMany({ where: { machineId, part: "cfg" }, orderBy: { id: "asc" } });
  return rows.map((row) => ({ retain: row.retain, expiresAt: row.expiresAt, message: configMessage.parse(JSON.parse(row.payload)) }));
};
const state = () => getConfiguration(rt, "platform", device.id);
const version = async (id = device.id) => (await rt.db.prisma.machine.findUniqueOrThrow({ where: { id } })).configVersion;
const say = (kind: string, message: object) => storeBatch(rt, [{ topic: `m/${device.id}/${kind}`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b1", ...message })), at: rt.clock.now() }]);
const slotsAsDesired = async () => (await downlinks()).at(-1)?.message.slots.map(({ slot, sku, capacity, price }) => ({ slot, sku, capacity, price }));

describe("what a machine should have", () => {
  it("goes to the device with its claim and with each change, to be retained", async () => {
    const [first] = await downlinks();
    expect(first).toMatchObject({ retain: true, expiresAt: null });
    expect(first?.message).toMatchObject({ version: await version(), heartbeat_seconds: 30, timezone: "UTC" });
    expect(first?.message.slots).toHaveLength(48);
    expect(first?.message.slots[0]).toMatchObject({ slot: "A1", name: "Bar", price: "1500000", capacity: 8, mechanism: "motor", enabled: true });
    expect(first?.message.slots[1]).toMatchObject({ slot: "A2", sku: null, name: null, price: null, enabled: false });
    await rt.db.prisma.slot.update({ where: { machineId_code: { machineId: device.id, code: "A1" } }, data: { price: 700_000n, disabledReason: "manual" } });
    await publishNow();
    const all = await downlinks();
    expect(all.map((one) => one.message.version)).toEqual([first?.message.version, (first?.message.version ?? 0) + 1]);
    expect(all[1]?.message.slots[0]).toMatchObject({ price: "700000", enabled: false });
  });

  it("waits for the claim when there is no device yet", async () => {
    const machine = await givenMachine(rt);
    const before = await version(machine.id);
    await publishNow(machine.id);
    expect(await version(machine.id)).toBe(before + 1);
    expect(await downlinks(machine.id)).toEqual([]);
    expect((await getConfiguration(rt, "platform", machine.id)).state).toBe("unclaimed");
  });

  it("loses names before it is more than a device takes", async () => {
    await rt.db.prisma.product.update({ where: { id: device.productId }, data: { name: "판매 상품의 매우 긴 이름".repeat(4).slice(0, 64) } });
    await rt.db.prisma.slot.updateMany({ where: { machineId: device.id }, data: { productId: device.productId } });
    await publishNow();
    const { payload } = (await rt.db.prisma.downlink.findMany({ where: { machineId: device.id }, orderBy: { id: "desc" }, take: 1 }))[0] ?? { payload: "" };
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    expect((await downlinks()).at(-1)?.message.slots[0]).toMatchObject({ sku: expect.any(String), name: expect.stringMatching(/^판매/) });
  });

  it("that no device could take is refused", async () => {
    await rt.db.prisma.slot.createMany({ data: Array.from({ length: 100 }, (_, index) => ({ machineId: device.id, code: `Z${index}`, row: 10, column: index, capacity: 10, productId: device.productId })) });
    const before = await version();
    await expect(publishNow()).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { limit: MAX_PAYLOAD_BYTES } });
    expect(await version()).toBe(before);
  });

  it("is of a machine that exists", async () => {
    await expect(publishNow(newId("machine"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getConfiguration(rt, { organizationId: newId("organization") }, device.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is sent again to a device that comes back without it, and not to one that has it", async () => {
    await rt.db.prisma.downlink.deleteMany({ where: { machineId: device.id } });
    await say("status", { seq: 1, state: "online", session: "s1" });
    expect((await downlinks()).map((one) => one.message.version)).toEqual([await version()]);
    await say("cfg/rep", { seq: 2, version: await version() });
    await say("status", { seq: 3, state: "offline", session: "s1", clean: true });
    await say("status", { seq: 4, state: "online", session: "s2" });
    expect(await downlinks()).toHaveLength(1);
  });
});

describe("what a device says that it has", () => {
  it("is compared with what it should have", async () => {
    expect(await state()).toMatchObject({ state: "waiting", reported: null, differences: [] });
    await say("cfg/rep", { seq: 1, version: await version(), heartbeat_seconds: 30, timezone: "UTC", slots: await slotsAsDesired() });
    expect(await state()).toEqual({ state: "current", version: await version(), reported: { version: await version(), at: rt.clock.now().toISOString(), error: null }, differences: [] });
    await publishNow();
    expect((await state()).state).toBe("waiting");
  });

  it("may differ although it has the version", async () => {
    const slots = (await slotsAsDesired())?.map((slot) => (slot.slot === "A1" ? { ...slot, price: "1", capacity: 3 } : slot)).filter((slot) => slot.slot !== "B1");
    await say("cfg/rep", { seq: 1, version: await version(), heartbeat_seconds: 60, slots: [...(slots ?? []), { slot: "Z1", sku: null, capacity: 1, price: null }] });
    const { state: now, differences } = await state();
    expect(now).toBe("differs");
    expect(differences).toEqual([
      { slot: null, field: "heartbeat_seconds", desired: "30", reported: "60" },
      { slot: "A1", field: "price", desired: "1500000", reported: "1" },
      { slot: "A1", field: "capacity", desired: "8", reported: "3" },
      { slot: "B1", field: "slot", desired: "B1", reported: null },
      { slot: "Z1", field: "slot", desired: null, reported: "Z1" },
    ]);
  });

  it("may be a refusal, until there is a newer version", async () => {
    const kept = await version();
    await say("cfg/rep", { seq: 1, version: kept });
    await publishNow();
    await say("cfg/rep", { seq: 2, version: kept, error: "slot B3 has no motor" });
    expect(await state()).toMatchObject({ state: "refused", version: kept + 1, reported: { version: kept, error: "slot B3 has no motor" } });
    await publishNow();
    expect((await state()).state).toBe("waiting");
  });

  it("is announced when the version is new, and what is late is not taken", async () => {
    await say("cfg/rep", { seq: 5, version: 3 });
    await say("cfg/rep", { seq: 4, version: 2 });
    await say("cfg/rep", { seq: 6, version: 3 });
    expect((await state()).reported?.version).toBe(3);
    const events = await rt.db.prisma.event.findMany({ where: { subject: device.id, type: "machine.config.reported" } });
    expect(events.map((event) => event.data)).toEqual([{ machineId: device.id, version: 3 }]);
  });

  it("that does not fit its schema goes to the quarantine", async () => {
    const { rejected } = await say("cfg/rep", { seq: 1, version: 2, slots: [{ slot: "A1", sku: null, capacity: 1, price: "cheap" }] });
    expect(rejected[0]?.reason).toContain("slots.0.price");
    expect((await state()).reported).toBeNull();
  });
});
