import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { PROTOCOL_VERSION } from "#shared/machines/device.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { issueClaim } from "../claims.ts";
import { sendDownlink } from "../downlinks/downlinks.ts";
import { getMachine } from "../machines.ts";
import { storeBatch } from "../store-batch.ts";
import { BROKERS, connectDevice, eventually, type TestBroker } from "../testing/broker.ts";
import { type BrokerGround, openBrokerGround } from "../testing/broker-ground.ts";
import { type GivenDevice, givenDevice, TESTER } from "../testing/fixtures.ts";
import { checkDecommission, decommission } from "./decommission.ts";

const run = (rt: TestRuntime, id: string, confirm = "Machine") => decommission(rt, "platform", TESTER, { id, confirm });
const status = (state: string, session: string, seq: number) => JSON.stringify({ v: PROTOCOL_VERSION, boot: "b1", seq, state, session });

describe("decommissioning", () => {
  let rt: TestRuntime;
  beforeAll(async () => {
    rt = await createTestRuntime();
  });
  afterAll(() => rt.close());

  const order = (machine: GivenDevice, state: string) => {
    const at = rt.clock.now();
    return rt.db.prisma.machineOrder.create({
      data: { id: newId("order"), machineId: machine.id, organizationId: machine.organizationId, status: state, secretHash: "x", payment: "card", total: 1n, expiresAt: at, createdAt: at, updatedAt: at },
    });
  };

  it.each(["created", "paid", "dispensing"])("is refused while an order is %s", async (state) => {
    const device = await givenDevice(rt);
    const { id } = await order(device, state);
    expect((await checkDecommission(rt, "platform", device.id)).obstacles).toEqual([{ kind: "orders", count: 1 }]);
    await expect(run(rt, device.id)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "orders" } });
    await rt.db.prisma.machineOrder.update({ where: { id }, data: { status: "expired" } });
    await run(rt, device.id);
  });

  it("is refused while a refill is open, under another name, of another organization, and twice", async () => {
    const device = await givenDevice(rt);
    const refill = await rt.db.prisma.refill.create({ data: { id: newId("refill"), machineId: device.id, status: "open", userId: "usr_1", startedAt: rt.clock.now() } });
    await expect(run(rt, device.id)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "refill" } });
    await rt.db.prisma.refill.update({ where: { id: refill.id }, data: { status: "done" } });
    await expect(run(rt, device.id, "machine")).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "confirm" }] } });
    await expect(decommission(rt, { organizationId: "org_other" }, TESTER, { id: device.id, confirm: "Machine" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(checkDecommission(rt, { organizationId: "org_other" }, device.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await getMachine(rt, "platform", device.id)).toMatchObject({ status: "awaiting_claim" });
    await run(rt, device.id);
    await expect(run(rt, device.id)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { state: "decommissioned" } });
    await expect(checkDecommission(rt, "platform", device.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("takes everything away that the device had, keeps the history, and says so", async () => {
    const device = await givenDevice(rt);
    await storeBatch(rt, [{ topic: `m/${device.id}/status`, payload: Buffer.from(status("online", "s1", 1)), at: rt.clock.now() }]);
    await issueClaim(rt, TESTER, { id: device.id, medium: "screen" });
    await transact(rt, (tx) => sendDownlink(tx, { machineId: device.id, part: "cmd", payload: { id: "late" }, at: rt.clock.now() }));
    expect(await checkDecommission(rt, "platform", device.id)).toEqual({ name: "Machine", obstacles: [], online: true, itemsLeft: 5, openAlerts: 0, openUpdates: 0 });
    await run(rt, device.id);
    const sent = await rt.db.prisma.downlink.findMany({ where: { machineId: device.id }, orderBy: { seq: "asc" } });
    expect(sent.map(({ part, payload, retain }) => [part, payload === "" ? "" : (JSON.parse(payload) as { state: string }).state, retain])).toEqual([
      ["status", "offline", true],
      ["status", "", true],
      ["cfg", "", true],
    ]);
    const machine = await rt.db.prisma.machine.findUniqueOrThrow({ where: { id: device.id } });
    expect(machine).toMatchObject({ status: "decommissioned", salesOpen: false, mqttSession: null, decommissionedAt: rt.clock.now() });
    expect(await rt.db.prisma.deviceCredential.count({ where: { machineId: device.id, revokedAt: null } })).toBe(0);
    expect(await rt.db.prisma.claimToken.count({ where: { machineId: device.id, usedAt: null, supersededAt: null } })).toBe(0);
    expect((await rt.db.prisma.machineConnection.findMany({ where: { machineId: device.id }, orderBy: { id: "asc" } })).map((row) => row.type)).toEqual(["machine.claimed", "machine.online", "machine.offline"]);
    expect(await rt.db.prisma.event.count({ where: { subject: device.id, type: "machine.decommissioned" } })).toBe(1);
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { subjectId: device.id, action: "machine.decommission" } })).toMatchObject({ before: { status: "online", credentials: 1, itemsLeft: 5, openAlerts: 0 } });
    await expect(issueClaim(rt, TESTER, { id: device.id, medium: "screen" })).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("what arrives of it afterwards changes nothing", async () => {
    const device = await givenDevice(rt);
    await run(rt, device.id);
    const word = (text: string) => storeBatch(rt, [{ topic: `m/${device.id}/status`, payload: Buffer.from(text), at: rt.clock.now() }]);
    const { stored, rejected } = await word(status("online", "s2", 7));
    expect([stored, rejected.map((one) => one.reason)]).toEqual([0, ["the machine is decommissioned"]]);
    // The farewell that the server itself published comes back to the bridge.
    expect((await word(JSON.stringify({ v: PROTOCOL_VERSION, boot: "server0a1b", seq: 0, state: "offline", session: "s1" }))).rejected).toEqual([]);
    expect((await getMachine(rt, "platform", device.id)).status).toBe("decommissioned");
  });

  it("leaves the machine out of rollouts that it is not through with", async () => {
    const device = await givenDevice(rt);
    const at = rt.clock.now();
    const firmwareId = newId("firmware");
    await rt.db.prisma.firmware.create({
      data: { id: firmwareId, project: "p", version: "1", chip: "ESP32", secureVersion: 0, idfVersion: "5", sizeBytes: 1, sha256: "0", storageKey: "firmware/0.bin", manifest: {}, signature: "", createdAt: at },
    });
    for (const state of ["offered", "succeeded"]) {
      const rolloutId = newId("rollout");
      await rt.db.prisma.rollout.create({ data: { id: rolloutId, firmwareId, name: state, status: "running", target: {}, steps: [], successThreshold: 1, failureThreshold: 1, createdAt: at, updatedAt: at } });
      await rt.db.prisma.rolloutMachine.create({ data: { rolloutId, machineId: device.id, step: 0, state, updatedAt: at } });
    }
    expect((await checkDecommission(rt, "platform", device.id)).openUpdates).toBe(1);
    await run(rt, device.id);
    const rows = await rt.db.prisma.rolloutMachine.findMany({ where: { machineId: device.id }, orderBy: { state: "asc" } });
    expect(rows.map(({ state, error }) => [state, error])).toEqual([["skipped", "DECOMMISSIONED"], ["succeeded", null]]);
  });
});

describe.each(BROKERS)("a decommissioned device on %s", (kind) => {
  let rt: TestRuntime;
  let ground: BrokerGround;
  let broker: TestBroker;

  beforeAll(async () => {
    ground = await openBrokerGround(kind);
    ({ rt, broker } = ground);
  });
  afterEach(() => ground.endClients());
  afterAll(() => ground.close());

  it("is sent away, is let in no more, and nothing is retained of it: not even its will", async () => {
    const device = await givenDevice(rt);
    const topic = `m/${device.id}/status`;
    await broker.reload();
    const client = await eventually(() => connectDevice(broker.url, device, { will: { topic, payload: Buffer.from(status("offline", "s1", 9)), qos: 1, retain: true } }).catch(() => null));
    ground.keep(client);
    await client.publishAsync(topic, status("online", "s1", 1), { qos: 1, retain: true });
    await eventually(async () => (await getMachine(rt, "platform", device.id)).status === "online");
    const watching = await ground.asBridge("watching");
    const heard: string[] = [];
    watching.on("message", (name, payload) => heard.push(`${name.split("/")[2] ?? ""} ${payload.length === 0 ? "cleared" : ((JSON.parse(payload.toString()) as { state?: string }).state ?? "set")}`));
    await watching.subscribeAsync([topic, `m/${device.id}/cfg`], { qos: 1 });
    await eventually(() => heard.includes("cfg set") && heard.includes("status online"));
    const gone = new Promise<void>((resolve) => client.once("close", () => resolve()));
    await run(rt, device.id);
    await broker.reload();
    await gone;
    await eventually(() => heard.includes("cfg cleared"));
    expect(heard.indexOf("status offline")).toBeLessThan(heard.indexOf("status cleared"));
    await expect(connectDevice(broker.url, device)).rejects.toThrow(/refused/i);
    const late = await ground.asBridge("late");
    const retained: string[] = [];
    late.on("message", (name) => retained.push(name));
    await late.subscribeAsync([topic, `m/${device.id}/cfg`], { qos: 1 });
    // Something of its own that comes after all that is retained.
    await late.subscribeAsync("m/end/cmd", { qos: 1 });
    await late.publishAsync("m/end/cmd", "{}", { qos: 1 });
    await eventually(() => retained.includes("m/end/cmd"));
    expect(retained).toEqual(["m/end/cmd"]);
    expect((await getMachine(rt, "platform", device.id)).status).toBe("decommissioned");
  });
});
