import type { MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RealtimeMessage } from "#server/infra/realtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type Bridge, startBridge } from "./bridge.ts";
import { getMachine, listConnections, listRejected } from "./machines.ts";
import { BROKERS, connectDevice, eventually, startTestBroker, type TestBroker } from "./testing/broker.ts";
import { type GivenDevice, givenDevice } from "./testing/fixtures.ts";
import { getTelemetry } from "./telemetry/machine-series.ts";

describe.each(BROKERS)("the bridge on %s", (kind) => {
  let rt: TestRuntime;
  let broker: TestBroker;
  let bridge: Bridge;
  let device: GivenDevice;
  const clients: MqttClient[] = [];

  beforeAll(async () => {
    rt = await createTestRuntime();
    broker = await startTestBroker(rt, kind);
    bridge = await startBridge(rt);
  });
  beforeEach(async () => {
    device = await givenDevice(rt);
    await broker.reload();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  afterAll(async () => {
    await bridge.stop();
    await broker.stop();
    await rt.close();
  });

  const open = async (options: Parameters<typeof connectDevice>[2] = {}): Promise<MqttClient> => {
    // Mosquitto reads its files some time after the signal.
    const client = await eventually(() => connectDevice(broker.url, device, options).catch(() => null));
    clients.push(client);
    return client;
  };
  const send = (client: MqttClient, part: string, message: object | string, retain = false) =>
    client.publishAsync(`m/${device.id}/${part}`, typeof message === "string" ? message : JSON.stringify({ v: 1, boot: "b1", ...message }), { qos: 1, retain });
  const stored = (count: number) => eventually(async () => (await rt.db.prisma.deviceMessage.count({ where: { machineId: device.id } })) >= count);
  const machine = () => getMachine(rt, "platform", device.id);

  it("takes a device from its first connection to its first reading, and announces each step once", async () => {
    const client = await open();
    await send(client, "status", { seq: 1, state: "online", session: "s1", fw: "2.0.0", ip: "10.0.0.9" }, true);
    await send(client, "stock", { seq: 2, slots: [{ slot: "A1", count: 3 }, { slot: "Z9", count: 1 }], source: "sensor" });
    await send(client, "tele", { seq: 3, ts: 1, metrics: { temp_c: 4.25, door: 0 } });
    await send(client, "tele", { seq: 4, metrics: { temp_c: 4.5 } });
    await stored(4);
    expect(await machine()).toMatchObject({
      status: "online",
      firmwareVersion: "2.0.0",
      ip: "10.0.0.9",
      connectedAt: rt.clock.now().toISOString(),
      firstReadingAt: rt.clock.now().toISOString(),
      latest: { metrics: { temp_c: 4.5, door: 0 } },
    });
    expect((await machine()).slots.find((slot) => slot.code === "A1")?.count).toBe(3);
    const types = (await listConnections(rt, "platform", { id: device.id, limit: 100 })).data.map((row) => row.type);
    expect(types).toEqual(["machine.first_reading", "machine.online", "machine.claimed"]);
    expect(await rt.db.prisma.event.findMany({ where: { subject: device.id, type: "machine.online" }, select: { data: true, organizationId: true } })).toEqual([
      { data: { machineId: device.id, firstTime: true }, organizationId: device.organizationId },
    ]);
    const { series } = await getTelemetry(rt, { organizationId: device.organizationId }, { id: device.id, range: "1h" });
    expect(series).toEqual([{ at: expect.any(String), metrics: { temp_c: 4.375, door: 0 }, extremes: { temp_c: [4.25, 4.5], door: [0, 0] } }]);
  });

  it("stores a repeated message once and keeps the first", async () => {
    const client = await open();
    for (let repeat = 0; repeat < 5; repeat += 1) await send(client, "tele", { seq: 7, metrics: { temp_c: repeat } });
    await send(client, "tele", { seq: 8, metrics: { other: 1 } });
    await stored(2);
    expect(await rt.db.prisma.deviceMessage.count({ where: { machineId: device.id } })).toBe(2);
    expect((await machine()).latest?.metrics).toEqual({ temp_c: 0, other: 1 });
  });

  it("orders by sequence within a boot, whatever order it came in", async () => {
    const client = await open();
    await send(client, "tele", { seq: 20, metrics: { temp_c: 20 } });
    await send(client, "stock", { seq: 21, slots: [{ slot: "A1", count: 1 }], source: "sensor" });
    await stored(2);
    await send(client, "tele", { seq: 18, metrics: { temp_c: 18 } });
    await send(client, "stock", { seq: 19, slots: [{ slot: "A1", count: 4 }], source: "sensor" });
    await stored(4);
    expect((await machine()).latest?.metrics).toEqual({ temp_c: 20 });
    expect((await machine()).slots[0]?.count).toBe(1);
    await send(client, "tele", { boot: "b2", seq: 0, metrics: { volts: 5 } });
    await stored(5);
    expect((await machine()).latest?.metrics).toEqual({ volts: 5 });
  });

  it("puts what it cannot understand into quarantine with the reason, and goes on", async () => {
    const client = await open();
    const bad = ["no json", JSON.stringify({ v: 2, boot: "b", seq: 1, metrics: {} }), JSON.stringify({ v: 1, boot: "b", seq: 1, metrics: { temp_c: "hot" } }), '{"v":1,"boot":"b","seq":1.5,"metrics":{}}', "[]"];
    for (const payload of bad) await send(client, "tele", payload);
    await send(client, "log", { seq: 9, level: "info", message: "nul \0 inside" });
    await send(client, "log", '{"v":1,"boot":"b1","seq":10,"level":"info","message":"half \\ud800 pair"}');
    await send(client, "tele", { seq: 11, metrics: { temp_c: 4 } });
    await stored(1);
    const rejected = await eventually(async () => {
      const { data } = await listRejected(rt, device.id);
      return data.length === 7 && data;
    });
    expect(rejected.map((row) => row.reason).sort()).toEqual(
      [
        "not JSON",
        "message: Invalid input: expected object, received array",
        "metrics.temp_c: Invalid input: expected number, received string",
        "seq: Invalid input: expected int, received number",
        "text with U+0000 or half a surrogate pair",
        "text with U+0000 or half a surrogate pair",
        "v: Invalid input: expected 1",
      ].sort(),
    );
    expect(rejected.find((row) => row.reason === "not JSON")).toMatchObject({ payload: "no json", sizeBytes: 7, topic: `m/${device.id}/tele` });
    expect((await machine()).rejectedCount).toBe(7);
    expect(await rt.db.prisma.deviceMessage.count({ where: { machineId: device.id } })).toBe(1);
  });

  it("sees a power cut by the last will, and the device back with a new session", async () => {
    const will = (session: string, seq: number) => ({ topic: `m/${device.id}/status`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "b1", seq, state: "offline", session })), qos: 1 as const, retain: true });
    const first = await open({ will: will("s1", 0) });
    await send(first, "status", { seq: 1, state: "online", session: "s1" }, true);
    await eventually(async () => (await machine()).status === "online");
    first.stream.destroy();
    await eventually(async () => (await machine()).status === "offline");
    const second = await open({ will: will("s2", 2) });
    await send(second, "status", { seq: 3, state: "online", session: "s2" }, true);
    await eventually(async () => (await machine()).status === "online");
    const offline = (await listConnections(rt, "platform", { id: device.id, limit: 100 })).data.filter((row) => row.type === "machine.offline");
    expect(offline.map((row) => row.reason)).toEqual(["will"]);
  });

  it("ignores the offline of an older session", async () => {
    const client = await open();
    await send(client, "status", { seq: 1, state: "online", session: "old" }, true);
    await send(client, "status", { seq: 2, state: "online", session: "new" }, true);
    await send(client, "status", { seq: 3, state: "offline", session: "old" }, true);
    await stored(3);
    expect((await machine()).status).toBe("online");
    await send(client, "status", { seq: 4, state: "offline", session: "new", clean: true }, true);
    await stored(4);
    expect((await machine()).status).toBe("offline");
    // What was under way when it said goodbye does not bring it back.
    await send(client, "tele", { seq: 5, metrics: { temp_c: 1 } });
    await stored(5);
    expect((await machine()).status).toBe("offline");
    expect((await listConnections(rt, "platform", { id: device.id, limit: 100 })).data.find((row) => row.type === "machine.offline")?.reason).toBe("reported");
  });

  it("counts a device out after three missed heartbeats, and in again with its next message", async () => {
    const client = await open();
    await send(client, "status", { seq: 1, state: "online", session: "s1" }, true);
    await stored(1);
    rt.clock.advance(3 * 30_000);
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect((await machine()).status).toBe("online");
    rt.clock.advance(1);
    await eventually(async () => (await machine()).status === "offline");
    expect((await listConnections(rt, "platform", { id: device.id, limit: 100 })).data[0]).toMatchObject({ type: "machine.offline", reason: "heartbeat" });
    await send(client, "tele", { seq: 2, metrics: { temp_c: 4 } });
    await eventually(async () => (await machine()).status === "online");
  });

  it("tells browsers at most twice a second, and the last word always", async () => {
    const heard: RealtimeMessage[] = [];
    const off = rt.realtime.subscribe((message) => void (message.rooms.includes(`machine:${device.id}`) && heard.push(message)));
    const client = await open();
    const began = performance.now();
    let seq = 0;
    while (seq <= 20 || performance.now() < began + 1_500) await send(client, "tele", { seq: (seq += 1), metrics: { temp_c: seq } });
    await eventually(() => heard.some((message) => (message.data as { metrics: { temp_c: number } }).metrics.temp_c === seq));
    off();
    expect(heard.length).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / 500));
    expect(heard.length).toBeLessThan(seq);
    expect(heard[0]).toMatchObject({ name: "machine.telemetry", rooms: [`machine:${device.id}`, `org:${device.organizationId}`, "admin"] });
  });
});
