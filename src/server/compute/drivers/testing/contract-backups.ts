import { expect, it } from "vitest";
import type { CallOptions } from "../driver.ts";
import type { ContractBench } from "./contract-bench.ts";
import type { TestDisk } from "./hypervisor.ts";

type Skip = (when: boolean, note: string) => void;

/** Backups, where the driver supports them: taken, listed and deleted. What becomes of them is in contract-restores.ts. */
export function describeBackups(bench: () => ContractBench): void {
  it("takes one of a stopped VM, once however often it is asked, and deletes it", async ({ skip }) => {
    const here = backed(bench, skip);
    const { driver, stranger, ref, call, create, observe, backupName } = here;
    const [first, second] = [backupName(), backupName()];
    await create();
    expect(await listed(here)).toEqual([]);
    const taken = await driver.takeBackup(ref, first, call("b1"));
    expect(taken.name).toBe(first);
    expect(Math.abs(Date.now() - taken.takenAt.getTime())).toBeLessThan(10 * 60_000);
    expect(taken.sizeMb ?? 0).toBeGreaterThanOrEqual(0);
    expect((await stranger().takeBackup(ref, first, call("b1"))).takenAt).toEqual(taken.takenAt);
    await driver.takeBackup(ref, second, call("b2"));
    expect(await listed(here)).toEqual([first, second].sort());
    expect((await driver.listBackups(call())).find(({ name }) => name === first)).toEqual(taken);
    expect(await observe()).toMatchObject({ power: "stopped", busy: null });
    await driver.deleteBackup(first, call("b3"));
    await stranger().deleteBackup(first, call("b3"));
    expect(await listed(here)).toEqual([second]);
    await driver.deleteBackup(backupName(), call("b4"));
  });

  it("takes one of a running VM, which goes on", async ({ skip }) => {
    const here = backed(bench, skip);
    const { driver, ref, call, running, observe, backupName } = here;
    await running();
    const name = backupName();
    await driver.takeBackup(ref, name, call("b1"));
    expect(await observe()).toMatchObject({ power: "running", busy: null });
    expect(await listed(here)).toEqual([name]);
    await driver.stop(ref, { mode: "forced" }, call());
    await driver.start(ref, call());
    expect(await observe()).toMatchObject({ power: "running" });
  });

  it("joins one under way in another process", async ({ skip }) => {
    const here = backed(bench, skip);
    const { driver, stranger, ref, call, create, backupName } = here;
    await create();
    const name = backupName();
    const [one, other] = await Promise.all([driver.takeBackup(ref, name, call()), stranger().takeBackup(ref, name, call())]);
    expect(other.takenAt).toEqual(one.takenAt);
    expect(await listed(here)).toEqual([name]);
  });

  it.for(["stopped", "running"] as const)("takes one of a %s VM that was broken off when asked again", async (power, { skip }) => {
    const here = backed(bench, skip);
    const { stranger, ref, call, create, running, observe, backupName } = here;
    await (power === "running" ? running() : create());
    const name = backupName();
    await abandoned(here, (options) => here.driver.takeBackup(ref, name, options));
    await stranger().takeBackup(ref, name, call());
    expect(await listed(here)).toEqual([name]);
    expect(await observe()).toMatchObject({ power, busy: null });
    await stranger().deleteBackup(name, call());
    expect(await listed(here)).toEqual([]);
  });

  it.for(["stopped", "running"] as const)("leaves nothing of one of a %s VM that was broken off and deleted", async (power, { skip }) => {
    const here = backed(bench, skip);
    const { stranger, ref, call, create, running, observe, eventually, backupName } = here;
    await (power === "running" ? running() : create());
    const name = backupName();
    await abandoned(here, (options) => here.driver.takeBackup(ref, name, options));
    await stranger().deleteBackup(name, call());
    expect(await listed(here)).toEqual([]);
    await eventually(async () => (await observe())?.busy === null);
    expect(await observe()).toMatchObject({ power });
    // Its task does not bring it back.
    expect(await listed(here)).toEqual([]);
    await stranger().takeBackup(ref, name, call("again"));
    expect(await listed(here)).toEqual([name]);
  });

  it("says not_found for a VM that is not there", async ({ skip }) => {
    const { driver, ref, call, failure, backupName } = backed(bench, skip);
    expect(await failure(driver.takeBackup(ref, backupName(), call()))).toBe("not_found");
    expect(await failure(driver.restoreBackup(ref, backupName(), call()))).toBe("not_found");
  });
}

export function backed(bench: () => ContractBench, skip: Skip): ContractBench {
  const here = bench();
  skip(!here.driver.supports.has("backups"), "it does not support that");
  return here;
}

/** What is on disks, where the hypervisor lets the tests write there. */
export function diskOf({ hypervisor }: ContractBench, skip: Skip): TestDisk {
  skip(!hypervisor.disk, "nothing can be written to its disks from outside");
  // `skip` has left the test already.
  if (!hypervisor.disk) throw new Error("no disk");
  return hypervisor.disk;
}

/** Names of this test's backups, as another process sees them. */
export async function listed({ stranger, call, backupNames }: ContractBench): Promise<string[]> {
  const names = (await stranger().listBackups(call())).map(({ name }) => name);
  return names.filter((name) => backupNames.includes(name)).sort();
}

/** The call's process is killed when the hypervisor has begun, or, where nobody can see that, was so quick that it is over. */
export async function abandoned({ driver, ref, call, eventually }: ContractBench, work: (options: CallOptions) => Promise<unknown>): Promise<void> {
  const abort = new AbortController();
  let begun = false;
  const ended = work({ ...call("k1", abort.signal), report: () => void (begun = true) }).then(() => void (begun = true), () => {});
  await eventually(async () => begun || ((await driver.inspect(ref, call()))?.busy ?? null) !== null);
  abort.abort(new Error("killed"));
  await ended;
}
