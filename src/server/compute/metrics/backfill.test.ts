import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Host } from "#server/infra/prisma/client.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant } from "#server/testing/tenant.ts";
import { driverHostOf, driverOf } from "../drivers/registry.ts";
import { clearFaults, injectFault } from "../drivers/simulated/faults.ts";
import { openSimulatedHost, type SimulatedHost } from "../drivers/simulated/simulated-host.ts";
import { seedCatalog } from "../seed.ts";
import { TEST_HARDWARE } from "../testing/places.ts";
import { type Backfill, createBackfill } from "./backfill.ts";
import { collectMetrics } from "./collector.ts";
import { insertMinutes } from "./gap-repository.ts";
import { getVmMetrics } from "./metrics.ts";
import { minutesOf } from "./past-minutes.ts";
import { rollUpMetrics } from "./rollup.ts";
import { insertSamples } from "./sample-repository.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVERY = 30_000;
const usage = { cpuPercent: 50, memoryUsedMb: 256, diskReadBps: 1, diskWriteBps: 2, networkRxBps: 3, networkTxBps: 4, cpuUserPercent: null, cpuSystemPercent: null, cpuIowaitPercent: null, diskReadIops: null, diskWriteIops: null };

let rt: TestRuntime;
let vmId: string;
let organizationId: string;
let ref: string;
let host: Host;
let state: SimulatedHost;
/** begin of an hour, some hours ago: the hypervisor's time is the computer's own */
let hour: number;

beforeAll(async () => {
  rt = await createTestRuntime({ simulationSpeed: 1_000 });
  rt.config.mode = "production";
  await seedCatalog(rt);
  ({ vmId, organizationId } = await makeTenant(rt));
  ref = `sy-${vmId}`;
  host = await rt.db.prisma.host.findFirstOrThrow({ orderBy: { name: "asc" } });
  const call = { key: "k", signal: AbortSignal.timeout(10_000) };
  await driverOf(rt, host).create(ref, TEST_HARDWARE, call);
  await driverOf(rt, host).start(ref, call);
  state = openSimulatedHost({ folder: rt.config.dataDir, speed: 1_000 }, driverHostOf(rt, host));
});
afterAll(() => rt.close());

/** The VM ran from `from` on: seen by samples until `until`, and, with the means that are due then made, by nobody until `now`. */
async function unseen(from: number, until: number, now: number): Promise<Backfill> {
  clearFaults(state.folder);
  await rt.db.exec("delete from vm_metric; delete from vm_metric_rollup; update vm_metric_watermark set at = '2000-01-01Z'");
  await rt.db.prisma.vm.update({ where: { id: vmId }, data: { status: "running", hypervisorRef: ref, hostId: host.id, createdAt: new Date(from), startedAt: new Date(from) } });
  const { version, machine } = state.look(ref);
  const vm = state.there(machine, ref);
  state.write({ ...vm, bootedAt: from, addressAt: from, serial: { dropped: 0, parts: vm.serial.parts.slice(-1).map((part) => ({ ...part, from, bootedAt: from, upAt: from, until: null })) } }, version);
  const times = Array.from({ length: (until - from) / EVERY }, (_, n) => new Date(from + n * EVERY));
  await insertSamples(rt, times.map((at) => ({ vmId, at, ...usage })));
  rt.clock.set(new Date(until + 10_000));
  await rollUpAll();
  rt.clock.set(new Date(now));
  return createBackfill(rt);
}
async function rollUpAll(): Promise<void> {
  while (await rollUpMetrics(rt));
}
const stored = async (resolution: number) => rt.db.prisma.vmMetricRollup.findMany({ where: { resolution }, orderBy: { at: "asc" } });
/** In minutes, fives and hours. The newest sample is of the present, which is another at each run. */
const everything = async () => (await Promise.all([60, 300, 3_600].map(stored))).map((rows) => rows.filter((row) => row.at.getTime() < hour + 2 * HOUR));

beforeEach(() => {
  hour = Math.floor(Date.now() / HOUR) * HOUR - 5 * HOUR;
});

describe("what nobody sampled", () => {
  it("is asked of the host once, and in the means of every level", async () => {
    const backfill = await unseen(hour, hour + 30 * MINUTE, hour + 3 * HOUR + 10_000);
    await collectMetrics(rt, EVERY, backfill);
    await backfill.fill();
    rt.clock.advance(5 * MINUTE);
    await rollUpAll();
    const [minutes, fives, hours] = [await stored(60), await stored(300), await stored(3_600)];
    expect(minutes?.map((row) => (row.at.getTime() - hour) / MINUTE)).toEqual(Array.from({ length: 181 }, (_, n) => n));
    expect(minutes?.slice(30, 180).every((row) => row.samples === 2 && row.upSeconds === 60)).toBe(true);
    expect(fives?.map((row) => row.samples)).toEqual(Array.from({ length: 36 }, () => 10));
    expect(hours?.map((row) => [row.samples, row.upSeconds])).toEqual([[120, 3_600], [120, 3_600], [120, 3_600]]);
    const told = await driverOf(rt, host).usageHistory(ref, new Date(hour + HOUR), new Date(hour + 2 * HOUR), { key: "k", signal: AbortSignal.timeout(5_000) });
    expect(hours?.[1]?.cpuPercent).toBeCloseTo(told.reduce((total, point) => total + point.cpuPercent, 0) / 60, 6);
    expect(hours?.[1]?.diskReadIops).toBeCloseTo(told.reduce((total, point) => total + (point.diskReadIops ?? 0), 0) / 60, 6);
    expect(hours?.[1]?.cpuPercentMax).toBe(Math.max(...told.map((point) => point.cpuPercent)));
    const answer = await getVmMetrics(rt, { organizationId }, { id: vmId, from: new Date(hour).toISOString(), interval: "1h" });
    expect([answer.series.length, answer.uptime.upSeconds]).toEqual([4, 3 * 3_600 + 30]);
    // Nothing is missing any more: nobody asks, so what is told to fail does it at the next call.
    injectFault(state.folder, { operation: "usageHistory", mode: "before" });
    const again = createBackfill(rt);
    await collectMetrics(rt, EVERY, again);
    await again.fill();
    await expect(driverOf(rt, host).usageHistory(ref, new Date(hour), new Date(), { key: "k", signal: AbortSignal.timeout(5_000) })).rejects.toMatchObject({ failure: "unavailable" });
  });

  it("gives the same means when they were made before it came", async () => {
    const now = hour + 2 * HOUR + 10 * MINUTE;
    const early = await unseen(hour, hour + 30 * MINUTE, now);
    await collectMetrics(rt, EVERY, early);
    await early.fill();
    rt.clock.advance(HOUR);
    await rollUpAll();
    const expected = await everything();
    const late = await unseen(hour, hour + 30 * MINUTE, now);
    await collectMetrics(rt, EVERY, late);
    rt.clock.advance(HOUR);
    await rollUpAll();
    expect(await everything()).not.toEqual(expected);
    await late.fill();
    await rollUpAll();
    expect(await everything()).toEqual(expected);
    // And by a second worker.
    const [minutes = []] = expected;
    await rt.db.prisma.$transaction((tx) => insertMinutes(tx, vmId, minutes.slice(40, 50).map((row) => ({ at: row.at, samples: 1, upSeconds: 1, peak: 1, means: row }))));
    await rollUpAll();
    expect(await everything()).toEqual(expected);
  });

  it("is asked for again when the host did not answer, and not where it is short, or the VM was off", async () => {
    const now = hour + 2 * HOUR;
    const backfill = await unseen(hour, hour + 30 * MINUTE, now);
    injectFault(state.folder, { operation: "usageHistory", mode: "before" });
    await collectMetrics(rt, EVERY, backfill);
    await backfill.fill();
    await backfill.fill();
    expect(await stored(60)).toHaveLength(30 - 2);
    rt.clock.advance(MINUTE);
    await backfill.fill();
    expect((await stored(60)).at(-1)?.at).toEqual(new Date(now - MINUTE));

    const short = await unseen(hour, hour + 30 * MINUTE, hour + 34 * MINUTE);
    await collectMetrics(rt, EVERY, short);
    await short.fill();
    expect((await stored(60)).at(-1)?.at).toEqual(new Date(hour + 27 * MINUTE));

    const off = await unseen(hour, hour + 30 * MINUTE, now);
    await rt.db.prisma.vm.update({ where: { id: vmId }, data: { startedAt: new Date(now - 10 * MINUTE) } });
    await collectMetrics(rt, EVERY, off);
    await off.fill();
    expect((await stored(60)).filter((row) => row.at.getTime() >= hour + 30 * MINUTE).map((row) => (now - row.at.getTime()) / MINUTE)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });
});

describe("what a host recorded", () => {
  const at = (minute: number, cpuPercent: number) => ({ ...usage, at: new Date(minute * MINUTE), cpuPercent });
  const minutes = (points: Parameters<typeof minutesOf>[0], from: number, to: number) =>
    minutesOf(points, new Date(from * MINUTE), new Date(to * MINUTE), 30).map((row) => [row.at.getTime() / MINUTE, row.means.cpuPercent, row.upSeconds, row.samples]);

  it("stands for the time until the next, as coarse as it is, and leaves gaps", () => {
    expect(minutes([at(0, 10), at(3, 40), at(6, 70), at(60, 1)], 1, 100)).toEqual([
      ...[1, 2].map((minute) => [minute, 10, 60, 2]),
      ...[3, 4, 5].map((minute) => [minute, 40, 60, 2]),
      ...[6, 7, 8].map((minute) => [minute, 70, 60, 2]),
      ...Array.from({ length: 40 }, (_, n) => [60 + n, 1, 60, 2]),
    ]);
  });
  it("is weighed by time within a minute", () => {
    expect(minutes([at(0, 10), at(0.25, 20), at(0.5, 40), at(0.75, 50), at(1, 8)], 0, 5)).toEqual([[0, 30, 60, 2], [1, 8, 15, 1]]);
    expect(minutes([at(2, 7)], 0, 5)).toEqual([[2, 7, 60, 2]]);
  });
  it("is left out where it is nonsense", () => {
    expect(minutes([at(0, Number.NaN), at(1, -1), at(2, 3)], 0, 5)).toEqual([[2, 3, 60, 2]]);
  });
});
