import { expect, it } from "vitest";
import type { ContractBench } from "./contract-bench.ts";

/** Power: what the buttons do, and what the guest does or does not. */
export function describePower(bench: () => ContractBench): void {
  it("starts, once however often it is asked, and cuts the power", async () => {
    const { driver, ref, call, running, power } = bench();
    await running();
    await driver.start(ref, call());
    expect(await power()).toBe("running");
    await driver.stop(ref, { mode: "forced" }, call());
    await driver.stop(ref, { mode: "forced" }, call());
    await driver.stop(ref, { mode: "graceful", timeoutMs: 60_000 }, call());
    expect(await power()).toBe("stopped");
  });

  it("reports the guest's address, and stops it by its button", async ({ skip }) => {
    const { driver, ref, call, running, power, hypervisor, eventually } = bench();
    skip(!hypervisor.guest.reportsAddress || !hypervisor.guest.reacts, "its guest does not");
    await running();
    const { privateIp, mac } = await eventually(async () => {
      const seen = await driver.inspect(ref, call());
      return seen?.privateIp != null && seen;
    });
    expect(privateIp).toMatch(/^(\d{1,3}\.){3}\d{1,3}$/);
    expect(mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    await driver.stop(ref, { mode: "graceful", timeoutMs: hypervisor.patienceMs * 100 }, call());
    expect(await power()).toBe("stopped");
  });

  it("gives each VM an address of its own", async ({ skip }) => {
    const { driver, call, another, create, hypervisor, eventually } = bench();
    skip(!hypervisor.guest.reportsAddress, "its guest reports none");
    // Two that boot at once are as much as two emulated processors can bear on a busy computer.
    const refs = Array.from({ length: 2 }, another);
    for (const each of refs) {
      await create(each);
      await driver.start(each, call());
    }
    const seen = new Set<string>();
    for (const each of refs) seen.add(await eventually(async () => (await driver.inspect(each, call()))?.privateIp));
    expect(seen.size).toBe(refs.length);
  });

  it("says refused when the guest does not stop in time, and leaves it running", async () => {
    const { driver, ref, call, running, power, failure } = bench();
    await running();
    expect(await failure(driver.stop(ref, { mode: "graceful", timeoutMs: 1 }, call()))).toBe("refused");
    expect(await power()).toBe("running");
  });

  it("cuts the power while a shutdown is under way", async () => {
    const { driver, stranger, ref, call, running, power } = bench();
    await running();
    const shutdown = driver.stop(ref, { mode: "graceful", timeoutMs: 60_000 }, call()).catch(() => {});
    await stranger().stop(ref, { mode: "forced" }, call());
    await shutdown;
    expect(await power()).toBe("stopped");
  });

  it("resets a running VM and refuses for a stopped one", async () => {
    const { driver, stranger, ref, call, running, power, failure } = bench();
    await running();
    await driver.reset(ref, call("press-1"));
    await stranger().reset(ref, call("press-1"));
    expect(await power()).toBe("running");
    await driver.stop(ref, { mode: "forced" }, call());
    expect(await failure(driver.reset(ref, call("press-2")))).toBe("refused");
    expect(await failure(driver.suspend(ref, call()))).toBe("refused");
    expect(await failure(driver.resume(ref, call()))).toBe("refused");
  });

  it("suspends and resumes, and cuts the power of a suspended VM", async ({ skip }) => {
    const { driver, ref, call, running, power } = bench();
    skip(!driver.supports.has("suspension"), "it does not support that");
    await running();
    await driver.suspend(ref, call());
    await driver.suspend(ref, call());
    expect(await power()).toBe("suspended");
    await driver.resume(ref, call());
    await driver.resume(ref, call());
    expect(await power()).toBe("running");
    await driver.suspend(ref, call());
    await driver.stop(ref, { mode: "forced" }, call());
    expect(await power()).toBe("stopped");
  });

  it("starts a suspended VM by resuming it", async ({ skip }) => {
    const { driver, ref, call, running, power } = bench();
    skip(!driver.supports.has("suspension"), "it does not support that");
    await running();
    await driver.suspend(ref, call());
    await driver.start(ref, call());
    expect(await power()).toBe("running");
  });
}
