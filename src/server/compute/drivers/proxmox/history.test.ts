import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";
import { blankVm } from "./testing/fake-state.ts";

let bench: Bench;
afterEach(() => bench?.close());

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;
const MIB = 1024 ** 2;
const VALUES = { cpu: 0.5, maxcpu: 2, mem: 300 * MIB, maxmem: 512 * MIB, netin: 1_000.4, netout: 2_000, diskread: 3_000, diskwrite: 4_000 };

/** Recorded so many seconds ago. @returns now */
async function recorded(ages: readonly number[]): Promise<number> {
  bench = await createBench();
  const vm = blankVm(300, "pve1", { name: "pet" });
  const now = Math.floor(Date.now() / 1_000);
  for (const age of ages) vm.recorded.set(now - age, VALUES);
  bench.fake.state.vms.set(300, vm);
  return now;
}

const past = (from: number, to: number) => bench.driver.usageHistory("pve:300", new Date(from * 1_000), new Date(to * 1_000), bench.call());
const timeframes = () => bench.asked("GET", /rrddata$/).map(({ timeframe }) => timeframe);

describe("what Proxmox recorded", () => {
  it("is in our measures, without gaps, and says nothing that Proxmox does not", async () => {
    const now = await recorded([5 * MINUTE, 20 * MINUTE]);
    const rows = await past(now - 30 * MINUTE, now);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({
      at: expect.any(Date),
      cpuPercent: 50,
      cpuUserPercent: null,
      cpuSystemPercent: null,
      cpuIowaitPercent: null,
      memoryUsedMb: 300,
      networkRxBps: 1_000,
      networkTxBps: 2_000,
      diskReadBps: 3_000,
      diskWriteBps: 4_000,
      diskReadIops: null,
      diskWriteIops: null,
    });
    expect(timeframes()).toEqual(["hour"]);
    expect(bench.asked("GET", /rrddata$/)).toEqual([expect.objectContaining({ cf: "AVERAGE" })]);
  });

  it("is as fine as it is kept: of the last hour each minute, of before in larger steps, each time once", async () => {
    const now = await recorded([5 * MINUTE, 6 * MINUTE, 7 * MINUTE, 5 * HOUR, 10 * HOUR]);
    const rows = await past(now - 12 * HOUR, now);
    const times = rows.map(({ at }) => at.getTime() / 1_000);
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    expect(times).toHaveLength(5);
    expect(times.filter((time) => time > now - HOUR)).toHaveLength(3);
    expect(times.slice(0, 2).every((time) => time % (30 * MINUTE) === 0)).toBe(true);
    expect(timeframes()).toEqual(["hour", "day"]);
  });

  it("asks for no series that has nothing of the time", async () => {
    const now = await recorded([3 * DAY]);
    const rows = await past(now - 4 * DAY, now - 2 * DAY);
    expect(rows).toHaveLength(1);
    expect(timeframes()).toEqual(["week"]);
  });

  it("is nothing between two times in which nothing was recorded, and not_found of a VM that is not there", async () => {
    const now = await recorded([5 * MINUTE]);
    expect(await past(now - 40 * MINUTE, now - 10 * MINUTE)).toEqual([]);
    expect(await bench.failure(bench.driver.usageHistory("pve:301", new Date(0), new Date(), bench.call()))).toMatchObject({ failure: "not_found" });
  });
});

describe("serial output", () => {
  it("is refused, with the reason", async () => {
    await recorded([]);
    expect(bench.driver.supports.has("serial-log")).toBe(false);
    const error = await bench.failure(bench.driver.readSerial("pve:300", 0, 1_024, bench.call()));
    expect(error).toMatchObject({ failure: "refused", message: "Proxmox keeps nothing of what guests write to their serial ports" });
  });
});
