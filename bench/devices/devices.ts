import { LightDevice } from "../support/light-device.ts";
import { type BrokerKind, type CpuTimes, type MachinesBenchOptions, type MachinesGround, openMachinesGround } from "../support/machines-ground.ts";
import { emptyDatabase } from "../support/postgres.ts";
import type { Report } from "../support/report.ts";
import { requireOpenFiles } from "../support/open-files.ts";
import { pause } from "../support/time.ts";
import { heartbeats } from "./heartbeats.ts";

const DEVICES = 10_000;
const HEARTBEAT_SECONDS = 60;
/** how many knock at the door at one time */
const AT_ONCE = 500;
/** of those that are connected, so many lose their network without noticing, and come back while the broker still holds their old connection */
const TAKEN_OVER = 1_000;
const SETTLE_MS = 3_000;
const SETTLES_WITHIN_MS = 30_000;
const RETRIES = 10;
const RETRY_MS = 1_000;
const WITHIN_MS = 300_000;

/**
 * Ten thousand devices at once, each with credentials and a connection of its own, over one broker and one bridge: all connect for the first time, say their heartbeats, a thousand come back over a
 * connection that is still open, the power goes for all of them at once, and all come back. After each the database must say of every machine what is so.
 */
export async function benchDevices(options: MachinesBenchOptions): Promise<Report> {
  // Each end of a connection is a file: the devices' are in this process, the others in the broker's.
  requireOpenFiles(DEVICES + 500);
  const report: Report = { title: `${DEVICES.toLocaleString("en")} devices, a heartbeat each ${HEARTBEAT_SECONDS} s`, figures: [], ratios: [] };
  for (const broker of options.brokers) {
    const ground = await openMachinesGround({ databaseUrl: await emptyDatabase(options.databaseUrl), broker, machines: DEVICES, heartbeatSeconds: HEARTBEAT_SECONDS });
    try {
      await run(broker, ground, options.seconds, report);
    } finally {
      await ground.stop();
    }
  }
  return report;
}

async function run(broker: BrokerKind, ground: MachinesGround, seconds: number, report: Report): Promise<void> {
  const devices = ground.machines.map((machine) => new LightDevice(machine));
  const figure = (name: string, value: string): void => void report.figures.push({ name: `${broker}: ${name}`, value });
  const show = (name: string, { connected, shown, retries, cpu }: Storm): void => {
    figure(`${name}: connected, online in the database`, `${connected.toFixed(1)} s, ${shown.toFixed(1)} s; ${retries} had to try again`);
    figure(`${name}: processor time of a device, ${Object.keys(cpu).join(" / ")}`, Object.values(cpu).map((each) => `${each.toFixed(2)}`).join(" / ") + " ms");
  };
  let lost = 0;
  for (const device of devices) {
    device.onLost = () => {
      lost += 1;
      // A second failure ends the bench: by then something is wrong.
      void connect(device, ground.mqttPort).then(() => device.start({ fw: "1.0.0" }));
    };
  }
  const quiet = ground.program.rssMb();
  const alive = keepAlive(devices);
  show("first connection", await connectAll(ground, devices));
  const online = await onlineNow(ground);
  figure("memory of the program for a connection", `${(((ground.program.rssMb() - quiet) * 1024) / DEVICES).toFixed(1)} KB`);

  const before = ground.cpu();
  const said = await heartbeats(devices, seconds, HEARTBEAT_SECONDS);
  figure("heartbeats", `${(said / seconds).toFixed(0)}/s; of one processor: ${percents(before, ground.cpu(), seconds)}`);
  await takeOver(devices.slice(0, TAKEN_OVER), ground.mqttPort);
  const afterTakeOver = await settled(ground);
  const cut = performance.now();
  for (const device of devices) device.cut();
  await until(async () => (await onlineNow(ground)) === 0);
  figure("power cut: all offline in the database after", `${((performance.now() - cut) / 1_000).toFixed(1)} s`);
  show("coming back", await connectAll(ground, devices));
  const back = await settled(ground);
  const missing = await lostReadings(ground, devices);
  clearInterval(alive);
  for (const device of devices) device.leave();
  figure("connections lost on the way, and opened again", String(lost));
  figure("most memory (RSS) of the program", `${Math.round(ground.program.peakRssMb())} MB`);
  report.ratios.push(
    { name: `${broker}: connected and online at once`, value: online, aim: DEVICES, unit: "absolute" },
    { name: `${broker}: online after ${TAKEN_OVER.toLocaleString("en")} came back over an open connection`, value: afterTakeOver, aim: DEVICES, unit: "absolute" },
    { name: `${broker}: online after a power cut of all`, value: back, aim: DEVICES, unit: "absolute" },
    { name: `${broker}: readings acknowledged and not in the database`, value: missing, aim: 0, unit: "absolute", lower: true },
  );
}

interface Storm {
  /** s until the last login was taken */
  connected: number;
  /** s until the database says of all that they are online */
  shown: number;
  /** logins that the broker could not check in time */
  retries: number;
  /** ms a device */
  cpu: CpuTimes;
}

async function connectAll(ground: MachinesGround, devices: readonly LightDevice[]): Promise<Storm> {
  const start = performance.now();
  const before = ground.cpu();
  let next = 0;
  let retries = 0;
  const knock = async (): Promise<void> => {
    for (let device = devices[next++]; device; device = devices[next++]) {
      retries += await connect(device, ground.mqttPort);
      device.start({ fw: "1.0.0" });
      device.publish("tele", { metrics: { temp_c: 4.25, rssi_dbm: -61, heap_free_b: 151_236, door: 0 } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, knock));
  const connected = (performance.now() - start) / 1_000;
  await until(async () => (await onlineNow(ground)) === devices.length);
  const shown = (performance.now() - start) / 1_000;
  const after = ground.cpu();
  const each = (part: keyof CpuTimes): number => ((after[part] - before[part]) * 1_000) / devices.length;
  return { connected, shown, retries, cpu: { program: each("program"), postgres: each("postgres"), mosquitto: each("mosquitto") } };
}

/** Comes again when the broker is too busy, as firmware does. @returns how often */
async function connect(device: LightDevice, port: number): Promise<number> {
  for (let retries = 0; ; retries += 1) {
    try {
      await device.connect(port);
      return retries;
    } catch (error) {
      if (retries === RETRIES) throw error;
      await pause(RETRY_MS);
    }
  }
}

/** They connect anew while the broker still has their old connections open: it ends those, and publishes their wills, which must change nothing. */
async function takeOver(devices: readonly LightDevice[], port: number): Promise<void> {
  await Promise.all(
    devices.map(async (device) => {
      const hangUp = device.abandon();
      await connect(device, port);
      device.start({ fw: "1.0.0" });
      hangUp();
    }),
  );
}

function keepAlive(devices: readonly LightDevice[]): NodeJS.Timeout {
  return setInterval(() => {
    const now = performance.now();
    for (const device of devices) device.keepAlive(now);
  }, 1_000);
}

/** How many are online when what was under way has come: late wills among it. */
async function settled(ground: MachinesGround): Promise<number> {
  await pause(SETTLE_MS);
  for (const deadline = performance.now() + SETTLES_WITHIN_MS; (await onlineNow(ground)) < DEVICES && performance.now() < deadline; ) await pause(100);
  return onlineNow(ground);
}

async function onlineNow(ground: MachinesGround): Promise<number> {
  const rows = await ground.db.query<{ count: number }>({ text: "select count(*)::int as count from machine where status = 'online'" });
  return rows[0]?.count ?? 0;
}

/** Every reading that the broker took from a device is in the database. */
async function lostReadings(ground: MachinesGround, devices: readonly LightDevice[]): Promise<number> {
  const said = devices.reduce((sum, device) => sum + device.acknowledgedReadings, 0);
  const stored = async (): Promise<number> => (await ground.db.query<{ count: number }>({ text: "select count(*)::int as count from device_message where kind = 'tele'" }))[0]?.count ?? 0;
  return Math.max(0, said - (await stored()));
}

function percents(before: CpuTimes, after: CpuTimes, seconds: number): string {
  const names = Object.keys(before) as (keyof CpuTimes)[];
  return names.map((name) => `${name} ${(((after[name] - before[name]) / seconds) * 100).toFixed(1)} %`).join(", ");
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + WITHIN_MS; !(await reached()); await pause(100)) {
    if (performance.now() > deadline) throw new Error("it did not come to that within five minutes");
  }
}
