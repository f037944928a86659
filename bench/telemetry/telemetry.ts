import { randomBytes } from "node:crypto";
import type { Database } from "../../src/server/infra/database.ts";
import { freePort } from "../../scripts/testing/services.ts";
import { type Browser, openBrowser } from "../support/browser.ts";
import { LightDevice, type Login } from "../support/light-device.ts";
import { type BrokerKind, giveMachines, type MachinesBenchOptions, openMachinesGround } from "../support/machines-ground.ts";
import { startBareMosquitto } from "../support/mosquitto.ts";
import { type Measured, startProgram } from "../support/process.ts";
import { emptyDatabase } from "../support/postgres.ts";
import { perSecond, type Report } from "../support/report.ts";
import { signUp } from "../support/vms.ts";
import { pause } from "../support/time.ts";
import { storm } from "./storm.ts";

const MACHINES = 50;
const BROWSERS = 10;
const AIM_PER_SECOND = 10_000;
const WARM_UP_SECONDS = 2;
const BASELINE_SECONDS = 6;

/**
 * QoS-1 telemetry of 50 machines, as fast as one bridge stores it, into a PostgreSQL whose commits are on the disk, and to ten browsers with the organization's list open: through
 * Mosquitto and through the embedded broker, each against the same broker with one subscriber that only counts. Afterwards each sequence number of each machine must be in the database.
 */
export async function benchTelemetry(options: MachinesBenchOptions): Promise<Report> {
  const report: Report = { title: `Telemetry, QoS 1, ${MACHINES} machines, ${BROWSERS} browsers, one process, ${options.seconds} s through each broker`, figures: [], ratios: [] };
  for (const broker of options.brokers) {
    const found = await throughBroker(broker, options);
    const alone = await brokerAlone(broker);
    report.figures.push(
      { name: `${broker}: stored and shown`, value: `${found.sent.toLocaleString("en")} messages in ${found.seconds.toFixed(1)} s` },
      { name: `${broker}: the broker and an mqtt subscriber alone`, value: perSecond(alone, "messages") },
      { name: `${broker}: processor time of a message, program`, value: `${found.cpu.program.toFixed(1)} µs` },
      { name: `${broker}: processor time of a message, PostgreSQL`, value: `${found.cpu.postgres.toFixed(1)} µs` },
      ...(found.cpu.mosquitto > 0 ? [{ name: `${broker}: processor time of a message, Mosquitto`, value: `${found.cpu.mosquitto.toFixed(1)} µs` }] : []),
      { name: `${broker}: most memory (RSS) of the program`, value: `${Math.round(found.peakRssMb)} MB` },
    );
    report.ratios.push(
      { name: `${broker}: messages stored a second`, value: found.sent / found.seconds, aim: AIM_PER_SECOND, unit: "absolute" },
      { name: `${broker}: acknowledged and not in the database`, value: found.missing, aim: 0, unit: "absolute", lower: true },
      { name: `${broker}: against the broker alone`, value: found.sent / found.seconds / alone, aim: 0.4 },
    );
  }
  return report;
}

interface Found {
  sent: number;
  seconds: number;
  missing: number;
  /** µs a message */
  cpu: { program: number; postgres: number; mosquitto: number };
  peakRssMb: number;
}

async function throughBroker(broker: BrokerKind, options: { databaseUrl: string; seconds: number }): Promise<Found> {
  const ground = await openMachinesGround({ databaseUrl: await emptyDatabase(options.databaseUrl), broker, machines: MACHINES });
  const browsers: Browser[] = [];
  try {
    const { token, organizationId } = await signUp(ground.url);
    await giveMachines(ground.db, ground.machines, organizationId);
    const shown = Array.from({ length: BROWSERS }, () => new Map<string, number>());
    for (const last of shown) browsers.push(await openBrowser(ground.url, token, [`org:${organizationId}`], ({ machineId, metrics }) => void last.set(machineId, metrics["n"] ?? 0)));
    const devices = await connectAll(ground.machines, ground.mqttPort);
    for (const device of devices) device.start({ fw: "1.0.0" });
    while ((await ground.stored()) < devices.length) await pause(50);
    await storm(devices, WARM_UP_SECONDS, since(await ground.stored(), ground.stored));
    const before = ground.cpu();
    const result = await storm(devices, options.seconds, since(await ground.stored(), ground.stored));
    const after = ground.cpu();
    await expectShown(shown, devices);
    const missing = await missingOf(ground.db, devices);
    for (const device of devices) device.leave();
    const each = (part: keyof typeof before): number => ((after[part] - before[part]) * 1e6) / result.sent;
    return { ...result, missing, cpu: { program: each("program"), postgres: each("postgres"), mosquitto: each("mosquitto") }, peakRssMb: ground.program.peakRssMb() };
  } finally {
    for (const browser of browsers) browser.close();
    await ground.stop();
  }
}

/** The same devices, with the same broker and somebody who counts. @returns messages a second */
async function brokerAlone(broker: BrokerKind): Promise<number> {
  const mosquitto = broker === "mosquitto" ? await startBareMosquitto() : null;
  const port = mosquitto?.devicePort ?? (await freePort());
  let counter: Measured | undefined;
  try {
    counter = await startProgram(["bench/telemetry/broker.ts"], mosquitto ? { BROKER_PORT: String(port) } : { PORT: String(port) }, "baseline ready");
    const count = received(counter);
    const devices = await connectAll(Array.from({ length: MACHINES }, () => ({ id: randomBytes(8).toString("hex"), password: "" })), port);
    const { sent, seconds } = await storm(devices, BASELINE_SECONDS, async () => count());
    for (const device of devices) device.leave();
    return sent / seconds;
  } finally {
    await counter?.stop();
    await mosquitto?.stop();
  }
}

async function connectAll(machines: readonly Login[], port: number): Promise<LightDevice[]> {
  const devices = machines.map((machine) => new LightDevice(machine));
  await Promise.all(devices.map((device) => device.connect(port)));
  return devices;
}

function since(before: number, now: () => Promise<number>): () => Promise<number> {
  return async () => (await now()) - before;
}

/** What the baseline's subscriber printed last. */
function received(counter: Measured): () => number {
  return () => Number(/received (\d+)\n[^\n]*$/.exec(counter.output())?.[1] ?? 0);
}

/**
 * Of each device the telemetry's numbers run on from the first to the last, without a gap: (machine, boot, seq) is unique, so their count and their ends are enough.
 * @returns how many of those that were acknowledged are not there
 */
async function missingOf(db: Database, devices: readonly LightDevice[]): Promise<number> {
  const rows = await db.query<{ machineId: string; boot: string; count: number; first: bigint; last: bigint }>({
    text: `select machine_id as "machineId", boot, count(*)::int as count, min(seq) as first, max(seq) as last from device_message where kind = 'tele' group by machine_id, boot`,
  });
  const stored = new Map(rows.map((row) => [`${row.machineId} ${row.boot}`, row]));
  return devices.reduce((missing, device) => {
    const row = stored.get(`${device.id} ${device.boot}`);
    const acknowledged = device.acknowledgedReadings;
    if (row && row.first === BigInt(FIRST_TELEMETRY) && row.last === BigInt(device.seq) && row.count === device.seq - FIRST_TELEMETRY + 1 && row.count === acknowledged) return missing;
    return missing + Math.max(1, acknowledged - (row?.count ?? 0));
  }, 0);
}

/** The will and the status come before. */
const FIRST_TELEMETRY = 3;

/** Updates of a machine are gathered to two a second, so the last one comes a moment after it was stored. */
async function expectShown(browsers: readonly ReadonlyMap<string, number>[], devices: readonly LightDevice[]): Promise<void> {
  const deadline = performance.now() + 5_000;
  const missing = (): number => browsers.reduce((sum, shown) => sum + devices.filter(({ id, seq }) => shown.get(id) !== seq).length, 0);
  while (missing() > 0) {
    if (performance.now() > deadline) throw new Error(`${missing()} of ${browsers.length * devices.length} last values did not reach a browser`);
    await pause(50);
  }
}
