import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";

let bench: Bench;
afterEach(() => bench?.close());

describe("usage", () => {
  it("makes rates of counters, begins anew after a restart, and says the same of the same sample", async () => {
    bench = await createBench();
    const vm = await bench.running();
    const sample = async (uptime: number, bytes: number) => {
      Object.assign(vm, { startedAt: Date.now() - uptime * 1_000 - 20, counters: { diskread: bytes, diskwrite: 2 * bytes, netin: 3 * bytes, netout: 4 * bytes } });
      const [row] = await bench.driver.usage([bench.ref, "pve:1234"], bench.call());
      return row;
    };
    expect(await sample(100, 5_000)).toEqual({ ref: bench.ref, cpuPercent: 25, memoryUsedMb: 200, diskReadBps: 0, diskWriteBps: 0, networkRxBps: 0, networkTxBps: 0, cpuUserPercent: null, cpuSystemPercent: null, cpuIowaitPercent: null, diskReadIops: null, diskWriteIops: null });
    expect(await sample(110, 15_000)).toMatchObject({ diskReadBps: 1_000, diskWriteBps: 2_000, networkRxBps: 3_000, networkTxBps: 4_000 });
    expect(await sample(110, 15_000)).toMatchObject({ diskReadBps: 1_000 });
    // Started 5 s ago, with 1 000 bytes since.
    expect(await sample(5, 1_000)).toMatchObject({ diskReadBps: 200, networkTxBps: 800 });
    expect(await sample(10, 1_500)).toMatchObject({ diskReadBps: 100 });
  });

  it("is one request for all, of those that were asked for", async () => {
    bench = await createBench();
    await bench.running();
    const before = bench.fake.requests.length;
    expect(await bench.driver.usage([], bench.call())).toEqual([]);
    expect(bench.fake.requests).toHaveLength(before + 1);
  });
});
