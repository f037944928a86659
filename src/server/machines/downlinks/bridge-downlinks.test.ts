import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { MqttClient } from "mqtt";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { type Bridge, startBridge } from "../bridge.ts";
import { BROKERS, connectDevice, eventually, startTestBroker, type TestBroker } from "../testing/broker.ts";
import { type GivenDevice, givenDevice } from "../testing/fixtures.ts";
import { startBridgeProcess } from "../testing/start-bridge-process.ts";
import { sendDownlink } from "./downlinks.ts";

const POSTGRES = process.env["TEST_DATABASE_URL"];

describe.each(BROKERS)("messages to devices on %s", (kind) => {
  let rt: TestRuntime;
  let broker: TestBroker;
  let device: GivenDevice;
  const clients: MqttClient[] = [];
  const children: ChildProcess[] = [];
  const bridges: Bridge[] = [];

  beforeAll(async () => {
    rt = await createTestRuntime();
    device = await givenDevice(rt);
    // Its first configuration has been brought.
    await rt.db.prisma.downlink.deleteMany();
    broker = await startTestBroker(rt, kind);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await Promise.all(bridges.splice(0).map((bridge) => bridge.stop()));
  });
  afterAll(async () => {
    await broker.stop();
    await rt.close();
  });

  /** A device that notes what it gets. */
  const open = async (options: Parameters<typeof connectDevice>[2] = {}, as = device): Promise<{ client: MqttClient; heard: { topic: string; payload: string }[] }> => {
    const client = await connectDevice(broker.url, as, { reconnectPeriod: 100, ...options });
    clients.push(client);
    const heard: { topic: string; payload: string }[] = [];
    client.on("message", (topic, payload) => heard.push({ topic: topic.split("/").slice(2).join("/"), payload: payload.toString() }));
    await client.subscribeAsync(["cmd", "cfg", "ota"].map((part) => `m/${as.id}/${part}`), { qos: 1 });
    return { client, heard };
  };
  const startChild = async (): Promise<ChildProcess> => {
    const child = await startBridgeProcess(rt);
    children.push(child);
    return child;
  };
  const givenCommand = (expiresAt = new Date(rt.clock.now().getTime() + 60_000), machineId = device.id) =>
    transact(rt, async (tx) => {
      const [id, at] = [newId("deviceCommand"), rt.clock.now()];
      await tx.deviceCommand.create({ data: { id, machineId, type: "identify", state: "created", expiresAt, createdAt: at } });
      await sendDownlink(tx, { machineId, part: "cmd", payload: { v: 1, id, type: "identify", exp: expiresAt.getTime(), ts: 0, args: { seconds: 5 } }, commandId: id, expiresAt, at });
      return id;
    });
  const state = async (id: string) => (await rt.db.prisma.deviceCommand.findUniqueOrThrow({ where: { id } })).state;
  const ids = (heard: { topic: string; payload: string }[]) => heard.filter(({ topic }) => topic === "cmd").map(({ payload }) => (JSON.parse(payload) as { id: string }).id);

  it("brings commands and configuration, and notes what was sent", async () => {
    bridges.push(await startBridge(rt));
    const { client, heard } = await open();
    const id = await givenCommand();
    await transact(rt, (tx) => sendDownlink(tx, { machineId: device.id, part: "cfg", payload: { v: 1, version: 7 }, retain: true, at: rt.clock.now() }));
    rt.signals.send("downlinks");
    await eventually(() => heard.length === 2);
    expect(ids(heard)).toEqual([id]);
    await eventually(async () => (await state(id)) === "sent");
    expect(await rt.db.prisma.event.count({ where: { subject: device.id, type: "machine.command.changed" } })).toBe(1);
    // What is retained comes again with the next subscription; a command does not.
    await client.endAsync();
    const { heard: again } = await open();
    await eventually(() => again.length === 1);
    expect(again).toEqual([{ topic: "cfg", payload: '{"v":1,"version":7}' }]);
    await transact(rt, (tx) => sendDownlink(tx, { machineId: device.id, part: "cfg", payload: null, retain: true, at: rt.clock.now() }));
    await eventually(() => again.length === 2);
    expect(again[1]?.payload).toBe("");
  });

  it("clear what the broker retains of a machine, and nothing of it comes back as a message", async () => {
    bridges.push(await startBridge(rt));
    const { client } = await open();
    await client.publishAsync(`m/${device.id}/status`, JSON.stringify({ v: 1, boot: "b1", seq: 1, state: "online", session: "s1" }), { qos: 1, retain: true });
    await transact(rt, (tx) => sendDownlink(tx, { machineId: device.id, part: "status", payload: null, retain: true, at: rt.clock.now() }));
    rt.signals.send("downlinks");
    await eventually(async () => (await rt.db.prisma.downlink.count()) === 0);
    // What comes after it has come after it: the bridge reads in order.
    await client.publishAsync(`m/${device.id}/tele`, JSON.stringify({ v: 1, boot: "b1", seq: 2, metrics: { temp_c: 1 } }), { qos: 1 });
    await eventually(async () => (await rt.db.prisma.deviceMessage.count({ where: { machineId: device.id, kind: "tele" } })) === 1);
    expect(await rt.db.prisma.rejectedMessage.count()).toBe(0);
  });

  it("gives no command that has expired to a device that was away", async () => {
    bridges.push(await startBridge(rt));
    const { client } = await open({ clean: false });
    // The embedded broker takes it only while the device is there: this one gets it and is gone before it has said so.
    if (kind === "aedes") client.handleMessage = () => {};
    else await client.endAsync();
    // On Mosquitto the broker's own clock decides.
    const expiresAt = new Date(rt.clock.now().getTime() + 1_000);
    const id = await givenCommand(expiresAt);
    rt.signals.send("downlinks");
    await eventually(async () => (await state(id)) === "sent");
    await new Promise((resolve) => setTimeout(resolve, kind === "mosquitto" ? 2_100 : 0));
    await client.endAsync(true);
    rt.clock.advance(1_000);
    const { heard } = await open({ clean: false });
    const next = await givenCommand();
    rt.signals.send("downlinks");
    await eventually(() => ids(heard).includes(next));
    expect(ids(heard)).toEqual([next]);
  });

  it.runIf(kind === "aedes")("are not called sent while the device is not connected", async () => {
    bridges.push(await startBridge(rt));
    const expiring = await givenCommand(new Date(rt.clock.now().getTime() + 1_000));
    const id = await givenCommand();
    // The bridge publishes in order: when what came later is there, these had their turn.
    const another = await givenDevice(rt);
    await rt.db.prisma.downlink.deleteMany({ where: { machineId: another.id } });
    const { heard: later } = await open({}, another);
    const last = await givenCommand(undefined, another.id);
    rt.signals.send("downlinks");
    await eventually(async () => ids(later).includes(last) && (await state(last)) === "sent");
    expect([await state(expiring), await state(id)]).toEqual(["created", "created"]);
    rt.clock.advance(1_000);
    const { heard } = await open();
    await eventually(() => heard.length > 0);
    expect(ids(heard)).toEqual([id]);
    await eventually(async () => (await state(id)) === "sent");
  });

  it.skipIf(!POSTGRES)("are published again, the same, by the next bridge when one is killed before its commit", { timeout: 60_000 }, async () => {
    const first = await startChild();
    const { heard } = await open();
    const blocker = new pg.Client({ connectionString: rt.databaseUrl ?? "" });
    await blocker.connect();
    const id = newId("deviceCommand");
    await blocker.query("insert into device_command (id, machine_id, type, state, expires_at, created_at) values ($1, $2, 'identify', 'created', now() + interval '1 day', now())", [id, device.id]);
    // The bridge needs the command's row when it has published.
    await blocker.query("begin");
    await blocker.query("select 1 from device_command where id = $1 for update", [id]);
    await transact(rt, (tx) => sendDownlink(tx, { machineId: device.id, part: "cmd", payload: { v: 1, id }, commandId: id, at: rt.clock.now() }));
    await eventually(() => ids(heard).length === 1, 20_000);
    first.kill("SIGKILL");
    await once(first, "exit");
    await blocker.query("rollback");
    await blocker.end();
    expect(await state(id)).toBe("created");
    await startChild();
    await eventually(() => ids(heard).length === 2, 20_000);
    expect(ids(heard)).toEqual([id, id]);
    await eventually(async () => (await state(id)) === "sent");
    expect(await rt.db.prisma.downlink.count()).toBe(0);
  });
});
