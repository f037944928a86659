import { type Browser, openBrowser, type Telemetry } from "../support/browser.ts";
import { LightDevice } from "../support/light-device.ts";
import { type BrokerKind, giveMachines, type MachinesBenchOptions, type MachinesGround, openMachinesGround } from "../support/machines-ground.ts";
import { emptyDatabase } from "../support/postgres.ts";
import { percentile, type Report } from "../support/report.ts";
import { pause } from "../support/time.ts";
import { signUp } from "../support/vms.ts";

const ORGANIZATIONS = 10;
const MACHINES = 1_000;
const BROWSERS = 100;
const MESSAGES_PER_SECOND = 1_000;
const AIM_MS = 250;
const TICK_MS = 10;
const WARM_UP_SECONDS = 3;
const SETTLE_MS = 3_000;
const CONNECT_AT_ONCE = 50;

/**
 * How old a reading is when a browser has it: 1000 machines of ten organizations say one thing a second each; 100 browsers are open, half with their organization's list, half with the page of
 * one of its machines. From the device's write to the page's handler, both in this process, so one clock measures; what this process itself is late is a part of it. A machine that says more than two
 * things a second is shown twice a second: there a reading may be half a second older, and that is not what is measured here.
 */
export async function benchLive(options: MachinesBenchOptions): Promise<Report> {
  const report: Report = { title: `Live readings, ${MESSAGES_PER_SECOND} messages/s of ${MACHINES} machines to ${BROWSERS} browsers, ${options.seconds} s through each broker`, figures: [], ratios: [] };
  for (const broker of options.brokers) {
    const found = await measure(broker, options);
    report.figures.push(
      { name: `${broker}: readings that came to a browser`, value: `${found.ages.length.toLocaleString("en")} of ${found.expected.toLocaleString("en")}` },
      { name: `${broker}: age, median / p95 / p99 / most`, value: [0.5, 0.95, 0.99, 1].map((part) => `${percentile(found.ages, part).toFixed(0)} ms`).join(" / ") },
      { name: `${broker}: messages sent a second`, value: Math.round(found.sent / options.seconds).toLocaleString("en") },
      { name: `${broker}: processor time of the program, of one processor`, value: `${((found.cpu / options.seconds) * 100).toFixed(0)} %` },
    );
    report.ratios.push(
      { name: `${broker}: p99 in ms`, value: percentile(found.ages, 0.99), aim: AIM_MS, unit: "absolute", lower: true },
      { name: `${broker}: readings that came to no browser`, value: found.expected - found.ages.length, aim: 0, unit: "absolute", lower: true },
    );
  }
  return report;
}

interface Found {
  /** of each reading at each browser that has its machine open, in ms */
  ages: number[];
  expected: number;
  sent: number;
  /** s */
  cpu: number;
}

async function measure(broker: BrokerKind, options: { databaseUrl: string; seconds: number }): Promise<Found> {
  const ground = await openMachinesGround({ databaseUrl: await emptyDatabase(options.databaseUrl), broker, machines: MACHINES });
  const browsers: Browser[] = [];
  try {
    const watch = new Watch();
    browsers.push(...(await openBrowsers(ground, watch)));
    const devices = ground.machines.map((machine) => new LightDevice(machine));
    for (let at = 0; at < devices.length; at += CONNECT_AT_ONCE) await Promise.all(devices.slice(at, at + CONNECT_AT_ONCE).map((device) => device.connect(ground.mqttPort)));
    for (const device of devices) device.start({ fw: "1.0.0" });
    const warmUp = await speak(devices, WARM_UP_SECONDS, () => {});
    // Their coming online is told to all pages as well: that is over before anything is measured.
    while ((await ground.stored()) < warmUp + devices.length) await pause(50);
    await pause(SETTLE_MS);
    watch.ages.length = 0;
    const before = ground.cpu().program;
    const sent = await speak(devices, options.seconds, (id, seq) => watch.sent(id, seq));
    const cpu = ground.cpu().program - before;
    for (const deadline = performance.now() + 5_000; watch.waiting > 0 && performance.now() < deadline; ) await pause(50);
    for (const device of devices) device.leave();
    return { ages: watch.ages, expected: watch.expected, sent, cpu };
  } finally {
    for (const browser of browsers) browser.close();
    await ground.stop();
  }
}

/** Who has seen what. A page shows a machine's newest reading, so a newer one counts for those before it that it replaced. */
class Watch {
  readonly ages: number[] = [];
  expected = 0;
  /** of each machine: for each page that shows it, when what it has not shown yet was sent */
  readonly #watchers = new Map<string, Map<number, number>[]>();

  get waiting(): number {
    return this.expected - this.ages.length;
  }

  /** @returns what a browser calls that shows these machines */
  open(machineIds: readonly string[]): (telemetry: Telemetry) => void {
    const open = new Map(machineIds.map((id) => [id, new Map<number, number>()]));
    for (const [id, sent] of open) this.#of(id).push(sent);
    return ({ machineId, metrics }) => {
      const now = performance.now();
      const sent = open.get(machineId);
      for (const [seq, at] of sent ?? []) {
        if (seq > (metrics["n"] ?? -1)) continue;
        this.ages.push(now - at);
        sent?.delete(seq);
      }
    };
  }

  sent(id: string, seq: number): void {
    const now = performance.now();
    for (const sent of this.#of(id)) {
      sent.set(seq, now);
      this.expected += 1;
    }
  }

  #of(id: string): Map<number, number>[] {
    const known = this.#watchers.get(id) ?? [];
    this.#watchers.set(id, known);
    return known;
  }
}

/** Ten people with an organization and its machines each; ten pages each, in the rooms that these pages join. */
async function openBrowsers(ground: MachinesGround, watch: Watch): Promise<Browser[]> {
  const browsers: Browser[] = [];
  const each = MACHINES / ORGANIZATIONS;
  for (let i = 0; i < ORGANIZATIONS; i += 1) {
    const { token, organizationId } = await signUp(ground.url, `bench-${i}@example.com`);
    const machines = ground.machines.slice(i * each, (i + 1) * each);
    await giveMachines(ground.db, machines, organizationId);
    for (let page = 0; page < BROWSERS / ORGANIZATIONS; page += 1) {
      const one = machines[page]?.id ?? "";
      const list = page % 2 === 0;
      const onTelemetry = watch.open(list ? machines.map(({ id }) => id) : [one]);
      browsers.push(await openBrowser(ground.url, token, list ? [`org:${organizationId}`] : [`machine:${one}`], onTelemetry));
    }
  }
  return browsers;
}

/** Each device in its turn, evenly over each second. @returns how many messages */
async function speak(devices: readonly LightDevice[], seconds: number, said: (id: string, seq: number) => void): Promise<number> {
  const start = performance.now();
  let sent = 0;
  for (let due = 0; due < seconds * MESSAGES_PER_SECOND; ) {
    await pause(TICK_MS);
    due = Math.min(seconds * MESSAGES_PER_SECOND, Math.floor(((performance.now() - start) / 1_000) * MESSAGES_PER_SECOND));
    for (; sent < due; sent += 1) {
      const device = devices[sent % devices.length];
      if (!device) continue;
      const n = device.seq + 1;
      device.publish("tele", { metrics: { temp_c: 4.25, rssi_dbm: -61, heap_free_b: 151_236, door: 0, n } });
      said(device.id, n);
    }
  }
  return sent;
}
