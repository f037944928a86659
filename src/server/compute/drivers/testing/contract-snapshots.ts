import { expect, it } from "vitest";
import type { ContractBench } from "./contract-bench.ts";

/** Snapshots, where the driver supports them. */
export function describeSnapshots(bench: () => ContractBench): void {
  const names = async ({ stranger, ref, call }: ContractBench): Promise<string[]> => (await stranger().listSnapshots(ref, call())).map(({ name }) => name);

  it("takes snapshots, each once, oldest first, and deletes them", async ({ skip }) => {
    const here = bench();
    const { driver, stranger, ref, call, create } = here;
    skip(!driver.supports.has("snapshots"), "it does not support that");
    await create();
    expect(await names(here)).toEqual([]);
    await driver.takeSnapshot(ref, "first", call("s1"));
    await stranger().takeSnapshot(ref, "first", call("s1"));
    await driver.takeSnapshot(ref, "second-1", call("s2"));
    const listed = await driver.listSnapshots(ref, call());
    expect(listed.map(({ name }) => name)).toEqual(["first", "second-1"]);
    for (const { takenAt, sizeMb } of listed) {
      expect(Math.abs(Date.now() - takenAt.getTime())).toBeLessThan(10 * 60_000);
      expect(sizeMb ?? 0).toBeGreaterThanOrEqual(0);
    }
    await driver.deleteSnapshot(ref, "first", call("s3"));
    await stranger().deleteSnapshot(ref, "first", call("s3"));
    expect(await names(here)).toEqual(["second-1"]);
  });

  it("restores a stopped VM as stopped", async ({ skip }) => {
    const { driver, ref, call, create, power } = bench();
    skip(!driver.supports.has("snapshots"), "it does not support that");
    await create();
    await driver.takeSnapshot(ref, "before", call("s1"));
    await driver.start(ref, call());
    await driver.restoreSnapshot(ref, "before", call("s2"));
    expect(await power()).toBe("stopped");
    await driver.start(ref, call());
    expect(await power()).toBe("running");
  });

  it("restores a running VM as running, from stopped too, and leaves the snapshot", async ({ skip }) => {
    const here = bench();
    const { driver, ref, call, running, power } = here;
    skip(!driver.supports.has("snapshots"), "it does not support that");
    await running();
    await driver.takeSnapshot(ref, "alive", call("s1"));
    expect(await power()).toBe("running");
    await driver.stop(ref, { mode: "forced" }, call());
    await driver.restoreSnapshot(ref, "alive", call("s2"));
    expect(await power()).toBe("running");
    await driver.restoreSnapshot(ref, "alive", call("s3"));
    expect(await power()).toBe("running");
    expect(await names(here)).toEqual(["alive"]);
  });

  it("refuses to restore what is not there, and changes nothing", async ({ skip }) => {
    const { driver, ref, call, running, power, failure } = bench();
    skip(!driver.supports.has("snapshots"), "it does not support that");
    await running();
    expect(await failure(driver.restoreSnapshot(ref, "never", call()))).toBe("refused");
    expect(await power()).toBe("running");
  });

  it("destroys a VM with its snapshots: one of the same name begins without", async ({ skip }) => {
    const here = bench();
    const { driver, ref, call, create, running, observe } = here;
    skip(!driver.supports.has("snapshots"), "it does not support that");
    await running();
    await driver.takeSnapshot(ref, "first", call("s1"));
    await driver.takeSnapshot(ref, "second", call("s2"));
    await driver.destroy(ref, call());
    expect(await observe()).toBeNull();
    await create();
    expect(await names(here)).toEqual([]);
  });
}
