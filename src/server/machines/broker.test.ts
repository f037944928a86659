import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import type { MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLengthFollower, MAX_PACKET_BYTES } from "#server/infra/mqtt-packet-limit.ts";
import { startMqttBroker } from "#server/infra/mqtt-broker.ts";
import type { Delivery } from "#server/infra/mqtt-subscriber.ts";
import { startRelay } from "#server/infra/events.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type Bridge, startBridge } from "./bridge.ts";
import { bridgePassword } from "./broker-login.ts";
import { createBrokerPolicy } from "./broker-policy.ts";
import { isFromDevice, publishRefusal, subscribeRefusal } from "./broker-rules.ts";
import { getMachine, listRejected } from "./machines.ts";
import { BROKERS, connectDevice, eventually, freePort, startTestBroker, type TestBroker } from "./testing/broker.ts";
import { type GivenDevice, givenClaim, givenDevice } from "./testing/fixtures.ts";

describe.each(BROKERS)("devices on %s", (kind) => {
  let rt: TestRuntime;
  let broker: TestBroker;
  let bridge: Bridge;
  let mine: GivenDevice;
  let other: GivenDevice;
  const clients: MqttClient[] = [];

  beforeAll(async () => {
    rt = await createTestRuntime();
    mine = await givenDevice(rt);
    other = await givenDevice(rt);
    broker = await startTestBroker(rt, kind);
    bridge = await startBridge(rt);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  afterAll(async () => {
    await bridge.stop();
    await broker.stop();
    await rt.close();
  });

  const open = async (device: GivenDevice, options: Parameters<typeof connectDevice>[2] = {}): Promise<MqttClient> => {
    const client = await connectDevice(broker.url, device, options);
    clients.push(client);
    return client;
  };
  const asBridge = async (): Promise<MqttClient> => {
    const url = new URL(rt.config.mqttUrl ?? broker.url);
    const client = await connectDevice(`mqtt://${url.host}`, { username: "bridge", password: bridgePassword(rt.config) }, { clientId: "second-bridge" });
    clients.push(client);
    return client;
  };
  const tele = (seq: number) => JSON.stringify({ v: 1, boot: "b1", seq, metrics: { temp_c: seq } });
  const messages = (device: GivenDevice) => rt.db.prisma.deviceMessage.findMany({ where: { machineId: device.id }, orderBy: { seq: "asc" } });

  it("lets nobody in with a wrong password, no password or an unknown name", async () => {
    await expect(connectDevice(broker.url, { ...mine, password: other.password })).rejects.toThrow(/refused/i);
    await expect(connectDevice(broker.url, { ...mine, password: "" })).rejects.toThrow(/refused/i);
    await expect(connectDevice(broker.url, { username: "' or '1'='1", password: "x" })).rejects.toThrow(/refused/i);
    await expect(connectDevice(broker.url, { username: "bridge", password: mine.password })).rejects.toThrow(/refused/i);
  });

  it("does not let a device publish to another's topic", async () => {
    const client = await open(mine);
    await client.publishAsync(`m/${mine.id}/tele`, tele(1), { qos: 1 });
    // Mosquitto acknowledges what it refuses (MQTT 3.1.1 has no other answer), the embedded broker hangs up: either way it has judged it then.
    await Promise.race([client.publishAsync(`m/${other.id}/tele`, tele(2), { qos: 1 }).catch(() => {}), once(client.stream, "close")]);
    // A device that may speak comes after it: once its message is stored, the foreign one has had its chance.
    await (await open(other)).publishAsync(`m/${other.id}/tele`, tele(3), { qos: 1 });
    await eventually(async () => (await messages(other)).some((message) => Number(message.seq) === 3));
    expect((await messages(other)).map((message) => Number(message.seq))).toEqual([3]);
    expect((await messages(mine)).map((message) => Number(message.seq))).toEqual([1]);
    if (kind === "aedes") {
      await eventually(() => !client.connected);
      expect((await listRejected(rt, mine.id)).data[0]).toMatchObject({ topic: `m/${other.id}/tele`, reason: "a device may publish only below its own topic" });
    }
  });

  it("does not let a device give itself commands, configuration or firmware, or write elsewhere", async () => {
    const heard: string[] = [];
    const listener = await asBridge();
    // Configurations are there from the claims: only what the device wrote counts.
    listener.on("message", (topic, payload) => ([tele(50), tele(51)].includes(payload.toString()) ? heard.push(topic) : 0));
    await listener.subscribeAsync(["m/+/cmd", "m/+/cfg", "m/+/ota", "m/+/tele"], { qos: 1 });
    for (const topic of [`m/${mine.id}/cmd`, `m/${mine.id}/cfg`, `m/${mine.id}/ota`, `m/${mine.id}`, "other/topic", `m/${mine.id}/tele/deeper`]) {
      const client = await open(mine);
      await Promise.race([client.publishAsync(topic, tele(50), { qos: 1 }).catch(() => {}), once(client.stream, "close")]);
      await client.endAsync(true);
    }
    await (await open(mine)).publishAsync(`m/${mine.id}/tele`, tele(51), { qos: 1 });
    await eventually(() => heard.length > 0);
    expect(heard).toEqual([`m/${mine.id}/tele`]);
  });

  it("does not let a device read another's commands, by any filter", async () => {
    const heard: string[] = [];
    const spy = await open(mine);
    spy.on("message", (topic) => heard.push(topic));
    const granted = [];
    for (const filter of [`m/${other.id}/cmd`, "m/+/cmd", "#", "m/#", `m/${other.id}/#`, "$SYS/#", `m/${mine.id}/cmd`]) {
      granted.push(...(await spy.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }])));
    }
    if (kind === "aedes") expect(granted.map((grant) => grant.qos)).toEqual([128, 128, 128, 128, 128, 128, 1]);
    const sender = await asBridge();
    await sender.publishAsync(`m/${other.id}/cmd`, "secret", { qos: 1 });
    await sender.publishAsync(`m/${mine.id}/cmd`, "mine", { qos: 1 });
    await eventually(() => heard.includes(`m/${mine.id}/cmd`));
    expect(heard.every((topic) => topic.startsWith(`m/${mine.id}/`))).toBe(true);
  });

  it("does not let a device end another's session by taking its client id", async () => {
    const victim = await open(other);
    await connectDevice(broker.url, mine, { clientId: other.id }).then((client) => clients.push(client), () => {});
    // A message of the victim still arrives on the connection it had.
    let closed = false;
    victim.once("close", () => (closed = true));
    await victim.publishAsync(`m/${other.id}/tele`, tele(70), { qos: 1 });
    expect(closed).toBe(false);
    expect(victim.connected).toBe(true);
  });

  it("does not publish a will to another's topic", async () => {
    const will = { topic: `m/${other.id}/status`, payload: Buffer.from(JSON.stringify({ v: 1, boot: "x", seq: 99, state: "offline", session: "s" })), qos: 1 as const, retain: true };
    const client = await connectDevice(broker.url, mine, { will }).catch(() => null);
    if (kind === "aedes") expect(client).toBeNull();
    client?.stream.destroy();
    // Its next connection comes after the will of the one before it, and the other's message after both.
    await (await open(mine)).publishAsync(`m/${mine.id}/tele`, tele(98), { qos: 1 });
    await (await open(other)).publishAsync(`m/${other.id}/tele`, tele(97), { qos: 1 });
    await eventually(async () => (await messages(other)).some((message) => Number(message.seq) === 97));
    expect((await messages(other)).some((message) => Number(message.seq) === 99)).toBe(false);
  });

  it("refuses a payload of more than 8 KiB, and the session of the others goes on", async () => {
    const bystander = await open(other);
    const client = await open(mine);
    client.publish(`m/${mine.id}/log`, JSON.stringify({ v: 1, boot: "big", seq: 1, level: "info", message: "x".repeat(9_000) }), { qos: 0 });
    await bystander.publishAsync(`m/${other.id}/tele`, tele(60), { qos: 1 });
    await eventually(async () => (await messages(other)).some((message) => Number(message.seq) === 60));
    expect((await messages(mine)).some((message) => message.boot === "big")).toBe(false);
  });

  it("refuses revoked credentials, closes their connection and takes the machine offline", async () => {
    const device = await givenDevice(rt);
    await broker.reload();
    const status = (state: string, seq: number) => JSON.stringify({ v: 1, boot: "b1", seq, state, session: "s1" });
    const old = await eventually(() => open(device, { will: { topic: `m/${device.id}/status`, payload: Buffer.from(status("offline", 0)), qos: 1, retain: true } }).catch(() => null));
    await old.publishAsync(`m/${device.id}/status`, status("online", 1), { qos: 1, retain: true });
    await eventually(async () => (await getMachine(rt, "platform", device.id)).status === "online");
    const relay = startRelay(rt);
    const { mqtt } = await givenClaim(rt, device.id);
    await broker.reload();
    await eventually(() => !old.connected);
    expect((await getMachine(rt, "platform", device.id)).status).toBe("offline");
    await relay.stop();
    await eventually(() => connectDevice(broker.url, device).then((client) => (clients.push(client), false), () => true));
    clients.push(await eventually(() => connectDevice(broker.url, mqtt).catch(() => null)));
  });
});

describe("the embedded broker", () => {
  let rt: TestRuntime;
  beforeAll(async () => {
    rt = await createTestRuntime();
    rt.config.mqttPort = await freePort();
  });
  afterAll(() => rt.close());

  const deaf = { wants: isFromDevice, maxHeld: 3, take: () => {} };

  it("says in one sentence that its port is in use", async () => {
    const broker = await startMqttBroker(rt, createBrokerPolicy(rt), deaf);
    await expect(startBridge(rt)).rejects.toThrow(`MQTT port ${rt.config.mqttPort} is in use by another program; set MQTT_PORT to another`);
    await broker.stop();
  });

  it("acknowledges what is stored, and before that nothing", async () => {
    const device = await givenDevice(rt);
    const held: Delivery[] = [];
    const broker = await startMqttBroker(rt, createBrokerPolicy(rt), { ...deaf, take: (delivery) => held.push(delivery) });
    const client = await connectDevice(`mqtt://127.0.0.1:${broker.port}`, device);
    const acknowledged: number[] = [];
    const send = (seq: number) => client.publishAsync(`m/${device.id}/tele`, String(seq), { qos: 1 }).then(() => acknowledged.push(seq));
    const sent = [send(1), send(2), send(3)];
    await eventually(() => held.length === 3);
    expect(held.map(({ topic, payload }) => [topic, payload.toString()])).toEqual([1, 2, 3].map((seq) => [`m/${device.id}/tele`, String(seq)]));
    held[1]?.acknowledge();
    await eventually(() => acknowledged.length > 0);
    expect(acknowledged).toEqual([2]);
    held[0]?.acknowledge();
    held[2]?.acknowledge();
    await Promise.all(sent);
    await client.endAsync(true);
    await broker.stop();
  });

  it("disconnects a device that says more than can be held, and takes more once that is stored", async () => {
    const device = await givenDevice(rt);
    const held: Delivery[] = [];
    const broker = await startMqttBroker(rt, createBrokerPolicy(rt), { ...deaf, take: (delivery) => held.push(delivery) });
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const greedy = await connectDevice(url, device);
    for (let seq = 0; seq < 4; seq += 1) greedy.publish(`m/${device.id}/tele`, String(seq), { qos: 0 });
    await eventually(() => !greedy.connected);
    expect(held).toHaveLength(3);
    held.splice(0).forEach((delivery) => delivery.acknowledge());
    const client = await connectDevice(url, device);
    client.publish(`m/${device.id}/tele`, "again", { qos: 0 });
    await eventually(() => held.length === 1);
    await client.endAsync(true);
    await broker.stop();
  });

  it("takes a will however much is held: nobody would send it again", async () => {
    const [greedy, unlucky] = [await givenDevice(rt), await givenDevice(rt)];
    const held: Delivery[] = [];
    const broker = await startMqttBroker(rt, createBrokerPolicy(rt), { ...deaf, take: (delivery) => held.push(delivery) });
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const client = await connectDevice(url, greedy);
    for (let seq = 0; seq < 3; seq += 1) client.publish(`m/${greedy.id}/tele`, String(seq), { qos: 0 });
    await eventually(() => held.length === 3);
    const cut = await connectDevice(url, unlucky, { will: { topic: `m/${unlucky.id}/status`, payload: Buffer.from("gone"), qos: 1, retain: true } });
    cut.stream.destroy();
    await eventually(() => held.length === 4);
    expect(held.at(-1)?.payload.toString()).toBe("gone");
    held.forEach((delivery) => delivery.acknowledge());
    await client.endAsync(true);
    await cut.endAsync(true);
    await broker.stop();
  });

  it("hangs up on a packet that announces more than it may have, before it has come", async () => {
    const broker = await startMqttBroker(rt, createBrokerPolicy(rt), deaf);
    const socket = connectTcp(broker.port, "127.0.0.1");
    await once(socket, "connect");
    // CONNECT with a remaining length of 256 MiB
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    socket.on("error", () => {});
    await once(socket, "close");
    await broker.stop();
  });
});

describe("the rules", () => {
  const payload = Buffer.from("{}");
  it("allow a device its own topics and nothing that looks like them", () => {
    for (const topic of ["m/a/status", "m/a/tele", "m/a/event", "m/a/stock", "m/a/diag", "m/a/log"]) expect(publishRefusal("a", { topic, retain: false, payload })).toBeNull();
    for (const topic of ["m/b/tele", "m/a/cmd", "m/a", "m/a/", "m/a/tele/", "/m/a/tele", "m//tele", "M/a/tele", "m/a/telex", "$SYS/x", ""]) expect(publishRefusal("a", { topic, retain: false, payload })).not.toBeNull();
    expect(publishRefusal("", { topic: "m//tele", retain: false, payload })).not.toBeNull();
    expect(publishRefusal("a", { topic: "m/a/status", retain: true, payload })).toBeNull();
    expect(publishRefusal("a", { topic: "m/a/tele", retain: true, payload })).toBe("only the status may be retained");
    for (const filter of ["m/a/cmd", "m/a/cfg", "m/a/ota"]) expect(subscribeRefusal("a", filter)).toBeNull();
    for (const filter of ["m/a/#", "m/a/+", "m/+/cmd", "#", "m/b/cmd", "$share/g/m/a/cmd", "m/a/tele"]) expect(subscribeRefusal("a", filter)).not.toBeNull();
  });

  it("let nobody retain a command", () => {
    expect(publishRefusal("bridge", { topic: "m/a/cmd", retain: true, payload })).toBe("a command must not be retained");
    expect(publishRefusal("bridge", { topic: "m/a/cfg", retain: true, payload })).toBeNull();
  });

  it("follow packet lengths however the bytes are cut", () => {
    const packet = Buffer.concat([Buffer.from([0x30, 0xc8, 0x01]), Buffer.alloc(200), Buffer.from([0xc0, 0x00])]);
    for (let size = 1; size <= packet.length; size += 1) {
      const follow = createLengthFollower(MAX_PACKET_BYTES);
      for (let at = 0; at < packet.length; at += size) expect(follow(packet.subarray(at, at + size))).toBe(true);
      expect(follow(Buffer.from([0x30, 0xff, 0xff, 0x01]))).toBe(false);
    }
    expect(createLengthFollower(MAX_PACKET_BYTES)(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x80]))).toBe(false);
  });
});
