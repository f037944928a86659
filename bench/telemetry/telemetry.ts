import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { io, type Socket } from "socket.io-client";
import type { ClientToServer, ServerToClient } from "#shared/platform/events.ts";
import { newId } from "#shared/ids.ts";
import { sha256 } from "../../src/server/infra/crypto.ts";
import { type Database, openDatabase } from "../../src/server/infra/database.ts";
import { freePort } from "../../scripts/testing/services.ts";
import { type Measured, startProgram } from "../support/process.ts";
import { median, perSecond, type Report } from "../support/report.ts";

const MACHINES = 50;
const BROWSERS = 10;
const IN_FLIGHT = 20;
const ROUNDS = 3;

/**
 * QoS-1 telemetry of 50 machines: through the embedded broker and the bridge into PostgreSQL and to ten browsers (each joined to all machines), against the broker
 * with one mqtt subscriber that only counts. The same publishers, in this process, drive both. A round ends when the last message is stored (counted), and the
 * browsers must hold the last value of every machine.
 */
export async function benchTelemetry(options: { databaseUrl: string; seconds: number }): Promise<Report> {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-bench-"));
  const [port, mqttPort, plainPort] = [await freePort(), await freePort(), await freePort()];
  const environment = { DATABASE_URL: options.databaseUrl, DATA_DIR: dataDir, PORT: String(port), MQTT_PORT: String(mqttPort), DEMO_DEVICES: "0", LOG_LEVEL: "warn" };
  const ours = await startProgram(["src/server/main.ts"], environment, "Switchyard is ready");
  const plain = await startProgram(["bench/telemetry/broker.ts"], { PORT: String(plainPort) }, "baseline ready");
  const db = await openDatabase({ databaseUrl: options.databaseUrl, databasePoolSize: 2, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
  const sockets: Browser[] = [];
  try {
    const { token, organizationId } = await signUp(`http://127.0.0.1:${port}`);
    const machines = await addMachines(db, organizationId);
    for (let i = 0; i < BROWSERS; i += 1) sockets.push(await openBrowser(`http://127.0.0.1:${port}`, token, machines));
    const devices = await connectAll(mqttPort, machines);
    const counters = await connectAll(plainPort, machines);
    const rates: Record<"ours" | "plain", number[]> = { ours: [], plain: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      // The size of a round follows from the first figure, so that each takes about `seconds`.
      const each = Math.round(((median(rates.ours) || 4_000) * options.seconds) / MACHINES);
      const counted = received(plain);
      rates.plain.push(await run(counters, each, round, async () => received(plain) - counted));
      const before = await stored(db);
      rates.ours.push(await run(devices, each, round, async () => (await stored(db)) - before));
      await expectLastValues(sockets, machines, each);
    }
    for (const device of [...devices, ...counters]) await device.client.endAsync(true);
    const rate = { ours: median(rates.ours), plain: median(rates.plain) };
    return {
      title: `Telemetry, QoS 1, ${MACHINES} machines, ${BROWSERS} browsers, one process (median of ${ROUNDS} rounds)`,
      figures: [
        { name: "stored in PostgreSQL and shown in browsers", value: perSecond(rate.ours, "messages") },
        { name: "the broker and an mqtt subscriber alone", value: perSecond(rate.plain, "messages") },
        { name: "most memory (RSS) of ours", value: `${Math.round(ours.peakRssMb())} MB` },
      ],
      ratios: [{ name: "against the broker alone", value: rate.ours / rate.plain, aim: 0.4 }],
    };
  } finally {
    for (const { socket } of sockets) socket.disconnect();
    await db.close();
    await ours.stop();
    await plain.stop();
  }
}

interface Device {
  id: string;
  client: mqtt.MqttClient;
}

interface BenchMachine {
  id: string;
  password: string;
}

interface Browser {
  socket: Socket<ServerToClient, ClientToServer>;
  /** last value shown, by machine */
  shown: Map<string, number>;
}

/** Publishes `each` messages of every machine, `IN_FLIGHT` at a time each, and waits until all arrived. @returns messages a second */
async function run(devices: readonly Device[], each: number, round: number, arrived: () => Promise<number>): Promise<number> {
  const boot = `r${round}${randomBytes(4).toString("hex")}`;
  const total = each * devices.length;
  const start = performance.now();
  await Promise.all(
    devices.map(async ({ id, client }) => {
      let seq = 0;
      const lane = async (): Promise<void> => {
        while (seq < each) {
          seq += 1;
          const message = { v: 1, boot, seq, ts: Date.now(), metrics: { temp_c: 4.25, rssi_dbm: -61, heap_free_b: 151_236, door: 0, n: seq } };
          await client.publishAsync(`m/${id}/tele`, JSON.stringify(message), { qos: 1 });
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    }),
  );
  const deadline = performance.now() + 120_000;
  for (let count = await arrived(); count < total; count = await arrived()) {
    if (performance.now() > deadline) throw new Error(`${total - count} of ${total} messages did not arrive`);
    await new Promise((done) => setTimeout(done, 20));
  }
  return total / ((performance.now() - start) / 1_000);
}

async function connectAll(port: number, machines: readonly BenchMachine[]): Promise<Device[]> {
  return Promise.all(
    machines.map(async ({ id, password }) => ({ id, client: await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: id, username: id, password, reconnectPeriod: 0 }) })),
  );
}

/** What the baseline's subscriber printed last. */
function received(plain: Measured): number {
  return Number(/received (\d+)\n[^\n]*$/.exec(plain.output())?.[1] ?? 0);
}

async function stored(db: Database): Promise<number> {
  const rows = await db.query<{ count: bigint }>({ text: "select count(*) as count from device_message where kind = 'tele'" });
  return Number(rows[0]?.count ?? 0n);
}

async function signUp(url: string): Promise<{ token: string; organizationId: string }> {
  const body = JSON.stringify({ email: "bench@example.com", password: "a long enough password" });
  const response = await fetch(`${url}/v1/auth/signup`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const answer = (await response.json()) as { token: string; user: { organization_id: string } };
  if (response.status !== 201) throw new Error(`sign-up failed: ${JSON.stringify(answer)}`);
  return { token: answer.token, organizationId: answer.user.organization_id };
}

async function addMachines(db: Database, organizationId: string): Promise<BenchMachine[]> {
  const at = new Date();
  const machines = Array.from({ length: MACHINES }, () => ({ id: newId("machine"), password: randomBytes(32).toString("base64url") }));
  await db.prisma.machine.createMany({
    data: machines.map(({ id }, i) => ({ id, organizationId, name: `Bench ${i}`, slug: `bench-${i}`, status: "offline", claimedAt: at, createdAt: at, updatedAt: at })),
  });
  await db.prisma.deviceCredential.createMany({
    data: machines.map(({ id, password }) => ({ id: newId("deviceCredential"), machineId: id, passwordHash: sha256(password), mosquittoHash: "", createdAt: at })),
  });
  return machines;
}

async function openBrowser(url: string, token: string, machines: readonly BenchMachine[]): Promise<Browser> {
  const socket: Socket<ServerToClient, ClientToServer> = io(url, { path: "/socket.io", transports: ["websocket"], auth: { token } });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  const shown = new Map<string, number>();
  socket.on("realtime", (message) => {
    if (message.name === "machine.telemetry") shown.set(message.data.machineId, message.data.metrics["n"] ?? 0);
  });
  for (const { id } of machines) {
    const joined = await new Promise<boolean>((resolve) => socket.emit("join", `machine:${id}`, resolve));
    if (!joined) throw new Error(`a browser could not join machine:${id}`);
  }
  return { socket, shown };
}

/** Updates of a machine are gathered to two a second, so the last one comes a moment after it was stored. */
async function expectLastValues(browsers: readonly Browser[], machines: readonly BenchMachine[], last: number): Promise<void> {
  const deadline = performance.now() + 5_000;
  const missing = (): number => browsers.reduce((sum, { shown }) => sum + machines.filter(({ id }) => shown.get(id) !== last).length, 0);
  while (missing() > 0) {
    if (performance.now() > deadline) throw new Error(`${missing()} of ${browsers.length * machines.length} last values did not reach a browser`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
