import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket, connect as connectTcp } from "node:net";
import type { MqttClient } from "mqtt";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "#server/infra/database.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { startBridge } from "./bridge.ts";
import { BROKERS, connectDevice, eventually, freePort, startTestBroker, type TestBroker } from "./testing/broker.ts";
import { type GivenDevice, givenDevice } from "./testing/fixtures.ts";
import { startBridgeProcess } from "./testing/start-bridge-process.ts";

const POSTGRES = process.env["TEST_DATABASE_URL"];

describe.each(BROKERS)("the bridge in trouble, on %s", (kind) => {
  let rt: TestRuntime;
  let broker: TestBroker;
  let device: GivenDevice;
  const clients: MqttClient[] = [];
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    rt = await createTestRuntime();
    device = await givenDevice(rt);
    broker = await startTestBroker(rt, kind);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rt.db.prisma.deviceMessage.deleteMany({});
  });
  afterAll(async () => {
    await broker.stop();
    await rt.close();
  });

  /** Comes back by itself, and sends again what was not acknowledged. */
  const open = async (): Promise<MqttClient> => {
    const client = await connectDevice(broker.url, device, { reconnectPeriod: 100 });
    clients.push(client);
    return client;
  };
  const sendAll = async (client: MqttClient, boot: string, from: number, to: number): Promise<void> => {
    const sends: Promise<unknown>[] = [];
    for (let seq = from; seq < to; seq += 1) sends.push(client.publishAsync(`m/${device.id}/tele`, JSON.stringify({ v: 1, boot, seq, metrics: { temp_c: seq % 10, door: 0, rssi_dbm: -61 } }), { qos: 1 }));
    await Promise.all(sends);
  };
  const sequences = async (boot: string): Promise<number[]> => (await rt.db.prisma.deviceMessage.findMany({ where: { boot }, orderBy: { seq: "asc" }, select: { seq: true } })).map((row) => Number(row.seq));
  const upTo = (count: number) => Array.from({ length: count }, (_, seq) => seq);

  it("stores 10,000 messages without one missing", { timeout: 120_000 }, async () => {
    const bridge = await startBridge(rt);
    const client = await open();
    for (let from = 0; from < 10_000; from += 500) await sendAll(client, "many", from, from + 500);
    await eventually(async () => (await rt.db.prisma.deviceMessage.count({ where: { boot: "many" } })) >= 10_000, 90_000);
    expect(await sequences("many")).toEqual(upTo(10_000));
    await bridge.stop();
  });

  it("gets what was sent while it was stopped", async () => {
    const first = await startBridge(rt);
    const client = await open();
    await sendAll(client, "stopped", 0, 10);
    await eventually(async () => (await sequences("stopped")).length === 10);
    await first.stop();
    const sent = sendAll(client, "stopped", 10, 60);
    const second = await startBridge(rt);
    await sent;
    await eventually(async () => (await sequences("stopped")).length >= 60);
    expect(await sequences("stopped")).toEqual(upTo(60));
    await second.stop();
  });

  it("misses nothing of a storm over several connections when it is restarted in the middle", { timeout: 120_000 }, async () => {
    const devices = await Promise.all(Array.from({ length: 5 }, () => givenDevice(rt)));
    const first = await startBridge(rt);
    await broker.reload();
    const each = 300;
    const stopping = Promise.withResolvers<void>();
    const storm = devices.map(async (one) => {
      // A Mosquitto says nothing when it has read its files again.
      const client = await eventually(() => connectDevice(broker.url, one, { reconnectPeriod: 100 }).catch(() => null), 30_000);
      clients.push(client);
      let seq = 0;
      const lane = async (): Promise<void> => {
        while (seq < each) {
          const mine = (seq += 1);
          // The second half comes while the bridge goes and before the next one is there.
          if (mine > each / 2) await stopping.promise;
          await client.publishAsync(`m/${one.id}/tele`, JSON.stringify({ v: 1, boot: "storm", seq: mine, metrics: { temp_c: mine % 10 } }), { qos: 1 });
        }
      };
      await Promise.all(Array.from({ length: 20 }, lane));
    });
    const stored = (): Promise<number> => rt.db.prisma.deviceMessage.count({ where: { boot: "storm" } });
    await eventually(async () => (await stored()) > 200, 60_000);
    const stopped = first.stop();
    stopping.resolve();
    await stopped;
    const second = await startBridge(rt);
    await Promise.all(storm);
    await eventually(async () => (await stored()) >= devices.length * each, 60_000);
    for (const { id } of devices) {
      const rows = await rt.db.prisma.deviceMessage.findMany({ where: { machineId: id }, orderBy: { seq: "asc" }, select: { seq: true } });
      expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: each }, (_, index) => index + 1));
    }
    await second.stop();
  });

  it.skipIf(!POSTGRES)("killed between receipt and commit, is sent all of it again and stores it once", { timeout: 60_000 }, async () => {
    const child = await startChild();
    const client = await open();
    await sendAll(client, "killed", 0, 20);
    await eventually(async () => (await sequences("killed")).length === 20);
    const blocker = await blockedDatabase();
    const sent = sendAll(client, "killed", 20, 120);
    await eventually(async () => (await rt.db.query({ text: "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%device_message%'" })).length > 0);
    child.kill("SIGKILL");
    await once(child, "exit");
    await blocker.query("rollback");
    await blocker.end();
    // The killed process's statement may have been running still; its transaction was not committed.
    expect(await sequences("killed")).toEqual(upTo(20));
    await startChild();
    await sent;
    await eventually(async () => (await sequences("killed")).length >= 120, 20_000);
    expect(await sequences("killed")).toEqual(upTo(120));
  });

  it.skipIf(!POSTGRES)("acknowledges nothing while the database is away, and loses nothing", { timeout: 60_000 }, async () => {
    const proxy = await startProxy(new URL(rt.databaseUrl ?? ""));
    const url = new URL(rt.databaseUrl ?? "");
    url.hostname = "127.0.0.1";
    url.port = String(proxy.port);
    const db = await openDatabase({ databaseUrl: url.toString(), databasePoolSize: 3, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
    const bridge = await startBridge({ ...rt, db });
    const client = await open();
    await sendAll(client, "paused", 0, 50);
    await eventually(async () => (await sequences("paused")).length === 50);
    proxy.cut();
    let acknowledged = false;
    const sent = sendAll(client, "paused", 50, 800).then(() => (acknowledged = true));
    // The pool may try several times for one attempt to store.
    await eventually(() => proxy.refused() >= 10, 20_000);
    expect(await sequences("paused")).toEqual(upTo(50));
    // Mosquitto keeps for the bridge what it has acknowledged; the embedded broker keeps nothing, so the device must.
    if (kind === "aedes") expect(acknowledged).toBe(false);
    proxy.mend();
    await sent;
    await eventually(async () => (await sequences("paused")).length >= 800, 30_000);
    expect(await sequences("paused")).toEqual(upTo(800));
    expect(await rt.db.prisma.rejectedMessage.count({ where: { reason: "the database refused it" } })).toBe(0);
    await bridge.stop();
    await db.close();
    proxy.stop();
  });

  it("says whether it can hear devices", { timeout: 60_000 }, async () => {
    if (kind === "aedes") {
      const bridge = await startBridge(rt);
      expect(bridge.broker()).toBe("embedded");
      return void (await bridge.stop());
    }
    const proxy = await startProxy(new URL(rt.config.mqttUrl ?? ""));
    const bridge = await startBridge({ ...rt, config: { ...rt.config, mqttUrl: `mqtt://127.0.0.1:${proxy.port}` } });
    await eventually(async () => bridge.broker() === "connected");
    proxy.cut();
    await eventually(async () => bridge.broker() === "away");
    proxy.mend();
    await eventually(async () => bridge.broker() === "connected", 20_000);
    await bridge.stop();
    proxy.stop();
  });

  async function startChild(): Promise<ChildProcess> {
    const child = await startBridgeProcess(rt);
    children.push(child);
    return child;
  }

  /** Nobody can write messages until it rolls back. */
  async function blockedDatabase(): Promise<pg.Client> {
    const blocker = new pg.Client({ connectionString: rt.databaseUrl ?? "" });
    await blocker.connect();
    await blocker.query("begin");
    await blocker.query("lock table device_message in exclusive mode");
    return blocker;
  }
});

/** A way to a server that can be cut. */
async function startProxy(target: URL): Promise<{ port: number; refused(): number; cut(): void; mend(): void; stop(): void }> {
  const sockets = new Set<Socket>();
  let away = false;
  let refused = 0;
  const server = createServer((socket) => {
    if (away) {
      refused += 1;
      return socket.destroy();
    }
    const upstream = connectTcp(Number(target.port || 5432), target.hostname);
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on("error", () => {});
      end.on("close", () => sockets.delete(end));
    }
    socket.pipe(upstream).pipe(socket);
    socket.on("close", () => upstream.destroy());
    upstream.on("close", () => socket.destroy());
    return undefined;
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const drop = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port,
    refused: () => refused,
    cut() {
      away = true;
      drop();
    },
    mend: () => (away = false),
    stop() {
      server.close();
      drop();
    },
  };
}
