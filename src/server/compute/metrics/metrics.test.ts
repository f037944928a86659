import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant } from "#server/testing/tenant.ts";
import { seedCatalog } from "../seed.ts";
import { maintainMetrics } from "./jobs.ts";
import { LEVELS } from "./levels.ts";
import { getVmMetrics, intervalFor } from "./metrics.ts";
import { maintainPartitions } from "./partitions.ts";
import { partitionBegins } from "./partition-repository.ts";
import { noteStored, rollUpMetrics } from "./rollup.ts";
import { insertSamples } from "./sample-repository.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Samples of production: every 30 s. */
const EVERY = 30_000;

/** What no hypervisor has to say. */
const UNSAID = { cpuUserPercent: null, cpuSystemPercent: null, cpuIowaitPercent: null, diskReadIops: null, diskWriteIops: null };

let rt: TestRuntime;
let vmId: string;
let organizationId: string;
let other: Person;

beforeAll(async () => {
  rt = await createTestRuntime();
  rt.config.mode = "production";
  await seedCatalog(rt);
  ({ vmId, organizationId } = await makeTenant(rt));
  other = await makePerson(rt, { welcome: credits(1) });
});
afterAll(() => rt.close());
beforeEach(async () => {
  await rt.db.exec("delete from vm_metric; delete from vm_metric_rollup; update vm_metric_watermark set at = '2000-01-01Z'");
  rt.clock.set(new Date("2026-03-02T00:00:00Z"));
  await rt.db.prisma.vm.update({ where: { id: vmId }, data: { status: "running", createdAt: new Date("2026-01-01T00:00:00Z"), terminatedAt: null } });
});

const at = (iso: string): Date => new Date(`2026-${iso}Z`);
const metric = (time: Date, cpuPercent: number) => ({ vmId, at: time, cpuPercent, memoryUsedMb: 256, diskReadBps: 1e6, diskWriteBps: 2e6, networkRxBps: 125_000, networkTxBps: 250_000, ...UNSAID });

/** Samples from `from` on and before `to`; the processor's load is the minute of the hour. */
async function sample(from: Date, to: Date, everyMs = EVERY): Promise<void> {
  const rows = [];
  for (let time = from.getTime(); time < to.getTime(); time += everyMs) rows.push(metric(new Date(time), new Date(time).getUTCMinutes()));
  await insertSamples(rt, rows);
}

async function rollUpAll(): Promise<number> {
  let runs = 1;
  while (await rollUpMetrics(rt)) runs += 1;
  return runs;
}

const stored = (resolution: number) => rt.db.prisma.vmMetricRollup.findMany({ where: { resolution }, orderBy: { at: "asc" } });
const ask = (input: Omit<Parameters<typeof getVmMetrics>[2], "id">) => getVmMetrics(rt, { organizationId }, { id: vmId, ...input });
const partitions = async (seconds: number) => {
  const level = LEVELS.find((each) => each.seconds === seconds);
  return level ? (await partitionBegins(rt.db.prisma, level)).map((begin) => begin.toISOString().slice(0, 10)) : [];
};

describe("roll-ups", () => {
  it("are means, peaks and running time of whole buckets, level by level", async () => {
    await sample(at("03-01T10:00:00"), at("03-01T12:00:00"));
    rt.clock.set(at("03-01T12:01:30"));
    await rollUpAll();
    const [minutes, fives, hours, days] = [await stored(60), await stored(300), await stored(3_600), await stored(86_400)];
    expect([minutes.length, fives.length, hours.length, days.length]).toEqual([120, 24, 2, 0]);
    expect(minutes[7]).toMatchObject({ at: at("03-01T10:07:00"), samples: 2, upSeconds: 60, cpuPercent: 7, cpuPercentMax: 7, memoryUsedMb: 256 });
    expect(fives[1]).toMatchObject({ at: at("03-01T10:05:00"), samples: 10, upSeconds: 300, cpuPercent: 7, cpuPercentMax: 9 });
    expect(hours[1]).toMatchObject({ at: at("03-01T11:00:00"), samples: 120, upSeconds: 3_600, cpuPercent: 29.5, cpuPercentMax: 59, networkTxBps: 250_000 });
    rt.clock.set(at("03-02T00:01:30"));
    await rollUpAll();
    expect(await stored(86_400)).toMatchObject([{ at: at("03-01T00:00:00"), samples: 240, upSeconds: 7_200, cpuPercent: 29.5 }]);
  });

  it("change nothing when made again, and two workers make them once", async () => {
    await sample(at("03-01T10:00:00"), at("03-01T11:00:00"));
    rt.clock.set(at("03-01T11:05:00"));
    await Promise.all([rollUpMetrics(rt), rollUpMetrics(rt), rollUpMetrics(rt)]);
    await rollUpAll();
    const before = await stored(60);
    await rt.db.exec("update vm_metric_watermark set at = '2026-03-01T10:20:00Z'");
    await rollUpAll();
    expect(await stored(60)).toEqual(before);
    expect(await stored(3_600)).toMatchObject([{ samples: 120, upSeconds: 3_600 }]);
  });

  it("go on where they were after days without a worker, in bounded steps", async () => {
    await sample(at("03-01T00:00:00"), at("03-01T06:00:00"), 5 * MINUTE);
    rt.clock.set(at("03-04T00:01:30"));
    await sample(at("03-03T23:00:00"), at("03-03T23:59:00"));
    expect(await rollUpAll()).toBe(7);
    expect((await stored(3_600)).map((row) => row.at.toISOString().slice(5, 13))).toEqual(["03-01T00", "03-01T01", "03-01T02", "03-01T03", "03-01T04", "03-01T05", "03-03T23"]);
    expect((await stored(86_400)).map((row) => row.samples)).toEqual([72, 118]);
  });

  it("take in a sample that comes late, in every level", async () => {
    await sample(at("03-01T10:00:00"), at("03-01T10:30:00"));
    rt.clock.set(at("03-01T12:10:00"));
    await rollUpAll();
    expect(await stored(3_600)).toMatchObject([{ samples: 60, cpuPercentMax: 29 }]);
    await insertSamples(rt, [metric(at("03-01T10:40:00"), 99)]);
    // Before the means are made anew, a series has it already.
    await noteStored(rt, at("03-01T10:40:00"));
    await rollUpAll();
    expect(await stored(3_600)).toMatchObject([{ samples: 61, cpuPercentMax: 99, upSeconds: 1_830 }]);
    expect((await stored(60)).at(-1)).toMatchObject({ at: at("03-01T10:40:00"), samples: 1, upSeconds: 30 });
  });

  it("count a sample that was missed as time that the VM ran, and a longer gap not", async () => {
    const times = ["10:00:00", "10:00:30", "10:01:30", "10:02:00", "10:10:00"];
    await insertSamples(rt, times.map((time) => metric(at(`03-01T${time}`), 1)));
    rt.clock.set(at("03-01T11:00:00"));
    await rollUpAll();
    expect((await stored(60)).map((row) => row.upSeconds)).toEqual([90, 30, 30, 30]);
  });
});

describe("partitions", () => {
  it("are made ahead, take what lay in the default partition, and go when their time is over", async () => {
    rt.clock.set(at("03-01T12:00:00"));
    await sample(at("03-01T10:00:00"), at("03-01T11:00:00"));
    await maintainMetrics(rt);
    await maintainMetrics(rt);
    expect(await partitions(0)).toEqual(["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]);
    expect(await rt.db.query({ text: "select count(*)::int as count from vm_metric_default" })).toEqual([{ count: 0 }]);
    expect(await rt.db.query({ text: "select count(*)::int as count from vm_metric_rollup_default" })).toEqual([{ count: 0 }]);
    expect(await rt.db.prisma.vmMetric.count()).toBe(120);
    expect(await partitions(3_600)).toHaveLength(1);

    // Nobody was there for three weeks, but samples were taken: they wait.
    rt.clock.set(at("03-22T12:00:00"));
    await sample(at("03-21T10:00:00"), at("03-21T11:00:00"));
    expect(await rt.db.query({ text: "select count(*)::int as count from vm_metric_default" })).toEqual([{ count: 120 }]);
    await maintainMetrics(rt);
    expect(await partitions(0)).toEqual(["2026-03-21", "2026-03-22", "2026-03-23", "2026-03-24", "2026-03-25"]);
    expect(await partitions(60)).not.toContain("2026-03-01");
    expect((await stored(60)).map((row) => row.at.getUTCDate())).toEqual(Array.from({ length: 60 }, () => 21));
    expect((await stored(3_600)).map((row) => row.samples)).toEqual([120, 120]);
    expect(await rt.db.query({ text: "select count(*)::int as count from vm_metric_default" })).toEqual([{ count: 0 }]);
  });

  it("with samples that are in no mean yet stay", async () => {
    await sample(at("03-01T10:00:00"), at("03-01T11:00:00"));
    await maintainPartitions(rt);
    rt.clock.set(at("03-20T00:00:00"));
    await maintainPartitions(rt);
    expect(await rt.db.prisma.vmMetric.count()).toBe(120);
    await maintainMetrics(rt);
    expect([await rt.db.prisma.vmMetric.count(), (await stored(3_600)).length]).toEqual([0, 1]);
  });

  it("bear two workers at once", async () => {
    rt.clock.set(at("05-01T12:00:00"));
    await Promise.all([maintainMetrics(rt), maintainMetrics(rt)]);
    expect((await partitions(0)).slice(-4)).toEqual(["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04"]);
    // The one that did not make the means may have been too careful; the next hour's run is not.
    await maintainMetrics(rt);
    expect(await partitions(0)).toHaveLength(4);
  });
});

describe("a series", () => {
  it("is the same before and after its means are made, up to the newest sample", async () => {
    await sample(at("03-01T09:00:00"), at("03-01T11:30:30"));
    rt.clock.set(at("03-01T11:30:40"));
    const range = { from: at("03-01T09:00:00").toISOString() };
    const raw = await ask({ ...range, interval: "1h" });
    await rollUpMetrics(rt);
    const partly = await ask({ ...range, interval: "1h" });
    await rollUpAll();
    const made = await ask({ ...range, interval: "1h" });
    expect([partly.series, made.series]).toEqual([raw.series, raw.series]);
    expect(made.series.map((point) => [point.timestamp.slice(11, 16), point.cpu?.usagePercent, point.cpu?.peakPercent])).toEqual([
      ["09:00", 29.5, 59],
      ["10:00", 29.5, 59],
      ["11:00", 14.75, 30],
    ]);
    expect((await ask({ ...range, interval: "5m" })).series.length).toBe(31);
    expect((await ask({ ...range, interval: "1d" })).series).toMatchObject([{ timestamp: "2026-03-01T00:00:00.000Z", memory: { usedGb: 0.25 } }]);
  });

  it("has the units of the contract, of the metrics that are asked for", async () => {
    rt.clock.set(at("03-01T10:00:10"));
    await sample(at("03-01T09:59:00"), at("03-01T10:00:01"));
    const all = await ask({});
    expect(all).toMatchObject({
      timestamp: "2026-03-01T10:00:00.000Z",
      metrics: { cpu: { usagePercent: 0 }, memory: { usedGb: 0.25 }, disk: { readMbps: 1, writeMbps: 2 }, network: { rxMbps: 1, txMbps: 2 } },
      series: [],
    });
    const network = await ask({ interval: "1m", metrics: ["network"] });
    expect(network.series.map((point) => ({ ...point }))).toEqual([
      { timestamp: "2026-03-01T09:59:00.000Z", network: { rxMbps: 1, txMbps: 2 } },
      { timestamp: "2026-03-01T10:00:00.000Z", network: { rxMbps: 1, txMbps: 2 } },
    ]);
    expect(network.metrics).toEqual({ network: { rxMbps: 1, txMbps: 2 } });
  });

  it("has what a hypervisor says of the rest, as means of the samples that have it", async () => {
    const told = { cpuUserPercent: 3, cpuSystemPercent: 1.5, cpuIowaitPercent: 0, diskWriteIops: 7.25 };
    const rows = [0, 1, 2].flatMap((minute) => [0, 30].map((second) => ({ ...metric(new Date(Date.UTC(2026, 2, 1, 10, minute, second)), 5), ...(minute === 0 ? {} : { ...told, diskReadIops: 180 - 60 * minute }) })));
    await insertSamples(rt, rows);
    rt.clock.set(at("03-01T10:02:40"));
    const range = { from: at("03-01T10:00:00").toISOString() };
    const raw = [await ask({ ...range, interval: "1m" }), await ask({ ...range, interval: "1h" })].map((answer) => answer.series);
    expect(raw[0]?.map(({ cpu, disk }) => [cpu?.userPercent, cpu?.systemPercent, cpu?.iowaitPercent, disk?.readIops, disk?.writeIops])).toEqual([[null, null, null, null, null], [3, 1.5, 0, 120, 7.25], [3, 1.5, 0, 60, 7.25]]);
    expect(raw[1]).toMatchObject([{ cpu: { usagePercent: 5, userPercent: 3, iowaitPercent: 0 }, disk: { readIops: 90, writeIops: 7.25 } }]);
    expect((await ask({})).metrics).toMatchObject({ cpu: { userPercent: 3, iowaitPercent: 0 }, disk: { readIops: 60 } });
    rt.clock.set(at("03-01T12:00:00"));
    await rollUpAll();
    expect([await ask({ ...range, interval: "1m" }), await ask({ ...range, interval: "1h" })].map((answer) => answer.series.map(({ disk, cpu }) => [disk, cpu]))).toEqual(raw.map((series) => series.map(({ disk, cpu }) => [disk, cpu])));
    expect((await stored(3_600)).map((row) => [row.samples, row.diskReadIops])).toEqual([[6, 90]]);
  });

  it("of a VM that stands still has no current usage, and leaves its gap out", async () => {
    await sample(at("03-01T09:00:00"), at("03-01T09:10:00"));
    rt.clock.set(at("03-01T10:00:00"));
    const answer = await ask({ from: at("03-01T08:00:00").toISOString(), interval: "5m" });
    expect([answer.timestamp, answer.metrics, answer.series.length]).toEqual([null, null, 2]);
    expect(answer.uptime).toEqual({ upSeconds: 600, totalSeconds: 7_200, percent: 8.333 });
  });

  it("refuses a range that is none", async () => {
    const now = rt.clock.now().toISOString();
    for (const range of [{ from: now, to: now }, { from: "2030-01-01T00:00:00Z" }, { from: "2010-01-01T00:00:00Z" }]) {
      await expect(ask(range)).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "from" }] } });
    }
  });

  it("is not found by another organization", async () => {
    await expect(getVmMetrics(rt, other.actor, { id: vmId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("uptime", () => {
  it("is all of the time while the VM runs, from its creation on, and does not wait for the next sample", async () => {
    await rt.db.prisma.vm.update({ where: { id: vmId }, data: { createdAt: at("03-01T10:00:00") } });
    await sample(at("03-01T10:00:00"), at("03-01T11:00:01"));
    rt.clock.set(at("03-01T11:00:50"));
    await rollUpAll();
    expect((await ask({})).uptime).toEqual({ upSeconds: 3_650, totalSeconds: 3_650, percent: 100 });
  });

  it("ends with the VM", async () => {
    await sample(at("03-01T10:00:00"), at("03-01T10:30:00"));
    await rt.db.prisma.vm.update({ where: { id: vmId }, data: { createdAt: at("03-01T09:30:00"), terminatedAt: at("03-01T10:30:00"), status: "terminated" } });
    rt.clock.set(at("03-01T20:00:00"));
    expect((await ask({})).uptime).toEqual({ upSeconds: 1_800, totalSeconds: 3_600, percent: 50 });
    expect((await ask({ from: at("03-01T15:00:00").toISOString() })).uptime.percent).toBeNull();
  });
});

describe("the interval", () => {
  const now = at("06-01T00:00:00");
  const choose = (asked: Parameters<typeof intervalFor>[1], days: number) => intervalFor(rt, asked, new Date(now.getTime() - days * DAY), now, now);

  it("suits the range when none is asked for", () => {
    expect([1 / 24, 0.25, 1, 7, 30, 90, 365].map((days) => choose(undefined, days))).toEqual(["1m", "1m", "5m", "1h", "1h", "1d", "1d"]);
  });
  it("is the one asked for, as long as it is kept and gives no more points than allowed", () => {
    expect([choose("1h", 365), choose("1m", 6), choose("1m", 7), choose("1m", 15), choose("5m", 61), choose("1h", 401), choose("1d", 3_650)]).toEqual(["1h", "1m", "5m", "5m", "1h", "1d", "1d"]);
  });
});
