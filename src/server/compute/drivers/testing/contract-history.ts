import { expect, it } from "vitest";
import type { ContractBench } from "./contract-bench.ts";

const HOUR_MS = 3_600_000;

/** What the host recorded by itself, where the driver supports it. How soon it has something is its own affair. */
export function describeHistory(bench: () => ContractBench): void {
  it("tells what a VM used between two times, oldest first, or nothing", async ({ skip }) => {
    const { driver, stranger, ref, call, running, hypervisor } = bench();
    skip(!driver.supports.has("history"), "it does not support that");
    await running();
    const to = new Date();
    const from = new Date(to.getTime() - HOUR_MS);
    const past = await stranger().usageHistory(ref, from, to, call());
    const times = past.map(({ at }) => at.getTime());
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    for (const { at, cpuPercent, memoryUsedMb, ...rest } of past) {
      expect(at.getTime()).toBeGreaterThanOrEqual(from.getTime());
      expect(at.getTime()).toBeLessThan(to.getTime());
      expect(cpuPercent).toBeLessThanOrEqual(100);
      expect(memoryUsedMb).toBeLessThanOrEqual(hypervisor.hardware.memoryMb);
      for (const value of [cpuPercent, memoryUsedMb, ...Object.values(rest)]) expect(value ?? 0).toBeGreaterThanOrEqual(0);
    }
    expect(await driver.usageHistory(ref, new Date(from.getTime() - 2 * HOUR_MS), new Date(from.getTime() - HOUR_MS), call())).toEqual([]);
  });
}
