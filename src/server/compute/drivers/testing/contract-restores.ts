import { expect, it } from "vitest";
import { abandoned, backed, diskOf, listed } from "./contract-backups.ts";
import type { ContractBench } from "./contract-bench.ts";

/** What can be made of a backup: the VM as it was, or a new one. */
export function describeRestores(bench: () => ContractBench): void {
  it("gives back what was on a stopped VM's disk, as often as asked", async ({ skip }) => {
    const here = backed(bench, skip);
    const disk = diskOf(here, skip);
    const { driver, stranger, ref, call, create, observe, backupName } = here;
    const name = backupName();
    await create();
    await disk.write(ref, "before");
    await driver.takeBackup(ref, name, call("b1"));
    for (const change of ["after", "later"]) {
      await disk.write(ref, change);
      expect(await disk.read(ref)).toBe(change);
      await driver.restoreBackup(ref, name, call(`restore ${change}`));
      await stranger().restoreBackup(ref, name, call(`restore ${change}`));
      expect(await disk.read(ref)).toBe("before");
    }
    const { vcpu, memoryMb } = here.hypervisor.hardware;
    expect(await observe()).toMatchObject({ power: "stopped", busy: null, vcpu, memoryMb });
    expect(await listed(here)).toEqual([name]);
    await driver.start(ref, call());
    expect(await observe()).toMatchObject({ power: "running" });
  });

  it("gives back what was on a running VM's disk", async ({ skip }) => {
    const here = backed(bench, skip);
    const disk = diskOf(here, skip);
    const { driver, ref, guest, call, create, backupName } = here;
    const name = backupName();
    await create();
    await disk.write(ref, "before");
    await driver.configure(ref, guest, call());
    await driver.start(ref, call());
    await driver.takeBackup(ref, name, call("b1"));
    await driver.stop(ref, { mode: "forced" }, call());
    await disk.write(ref, "after");
    await driver.restoreBackup(ref, name, call("r1"));
    expect(await disk.read(ref)).toBe("before");
  });

  it("keeps the VM's identity, and a disk that became larger", async ({ skip }) => {
    const here = backed(bench, skip);
    const { driver, ref, guest, call, create, observe, backupName, hypervisor } = here;
    skip(!driver.supports.has("resizing"), "it does not support that");
    const name = backupName();
    await create();
    await driver.takeBackup(ref, name, call("b1"));
    await driver.configure(ref, guest, call());
    await driver.resize(ref, hypervisor.larger, call());
    const before = await observe();
    await driver.restoreBackup(ref, name, call("r1"));
    expect(await observe()).toEqual(before);
    const { vcpu, memoryMb, storageGb } = hypervisor.larger;
    expect(before).toMatchObject({ vcpu, memoryMb });
    expect([storageGb, null]).toContain(before?.storageGb);
    await driver.resize(ref, hypervisor.larger, call());
    await driver.start(ref, call());
    expect(await observe()).toMatchObject({ power: "running" });
  });

  it("ends the snapshots of the VM", async ({ skip }) => {
    const { driver, stranger, ref, call, create, backupName } = backed(bench, skip);
    skip(!driver.supports.has("snapshots"), "it does not support that");
    const name = backupName();
    await create();
    await driver.takeSnapshot(ref, "earlier", call("s1"));
    await driver.takeBackup(ref, name, call("b1"));
    await driver.takeSnapshot(ref, "later", call("s2"));
    await driver.restoreBackup(ref, name, call("r1"));
    expect(await stranger().listSnapshots(ref, call())).toEqual([]);
    await driver.takeSnapshot(ref, "earlier", call("s3"));
    expect((await stranger().listSnapshots(ref, call())).map((each) => each.name)).toEqual(["earlier"]);
  });

  it("refuses to restore a VM that runs, and what is not there: nothing has changed then", async ({ skip }) => {
    const here = backed(bench, skip);
    const disk = diskOf(here, skip);
    const { driver, ref, guest, call, create, observe, failure, backupName } = here;
    const name = backupName();
    await create();
    await driver.takeBackup(ref, name, call("b1"));
    await disk.write(ref, "after");
    await driver.configure(ref, guest, call());
    expect(await failure(driver.restoreBackup(ref, backupName(), call("r1")))).toBe("refused");
    expect(await observe()).toMatchObject({ power: "stopped", busy: null });
    expect(await disk.read(ref)).toBe("after");
    await driver.start(ref, call());
    expect(await failure(driver.restoreBackup(ref, name, call("r2")))).toBe("refused");
    expect(await observe()).toMatchObject({ power: "running" });
    await driver.stop(ref, { mode: "forced" }, call());
    expect(await disk.read(ref)).toBe("after");
  });

  it("finishes a restore that was abandoned half-way when asked again", async ({ skip }) => {
    const here = backed(bench, skip);
    const disk = diskOf(here, skip);
    const { driver, stranger, ref, call, create, observe, backupName } = here;
    const name = backupName();
    await create();
    await disk.write(ref, "before");
    await driver.takeBackup(ref, name, call("b1"));
    await disk.write(ref, "after");
    await abandoned(here, (options) => driver.restoreBackup(ref, name, options));
    await stranger().restoreBackup(ref, name, call("k1"));
    expect(await disk.read(ref)).toBe("before");
    expect(await observe()).toMatchObject({ power: "stopped", busy: null });
    await stranger().start(ref, call());
    expect(await observe()).toMatchObject({ power: "running" });
  });

  it("outlives its VM: a new one is made from it, once, with a larger disk", async ({ skip }) => {
    const here = backed(bench, skip);
    const disk = diskOf(here, skip);
    const { driver, stranger, ref, guest, call, create, another, backupName, hypervisor } = here;
    const name = backupName();
    await create();
    await disk.write(ref, "before");
    await driver.takeBackup(ref, name, call("b1"));
    await driver.destroy(ref, call());
    expect(await listed(here)).toEqual([name]);
    const other = another();
    const hardware = { ...hypervisor.hardware, storageGb: hypervisor.larger.storageGb, backup: name };
    await driver.create(other, hardware, call("c1"));
    await stranger().create(other, hardware, call("c1"));
    const seen = await driver.inspect(other, call());
    expect(seen).toMatchObject({ power: "stopped", busy: null, vcpu: hardware.vcpu, memoryMb: hardware.memoryMb });
    expect([hardware.storageGb, null]).toContain(seen?.storageGb);
    expect(await disk.read(other)).toBe("before");
    // Apart from each other: the backup does without the VM, and the VM without the backup.
    await disk.write(other, "after");
    const third = another();
    await driver.create(third, { ...hypervisor.hardware, backup: name }, call("c2"));
    expect(await disk.read(third)).toBe("before");
    await driver.deleteBackup(name, call());
    await driver.configure(other, guest, call());
    await driver.start(other, call());
    expect(await driver.inspect(other, call())).toMatchObject({ power: "running" });
  });

  it("finishes a creation from it that was abandoned half-way when asked again", async ({ skip }) => {
    const here = backed(bench, skip);
    const disk = diskOf(here, skip);
    const { driver, stranger, ref, call, create, another, eventually, backupName, hypervisor } = here;
    const name = backupName();
    await create();
    await disk.write(ref, "before");
    await driver.takeBackup(ref, name, call("b1"));
    const other = another();
    const hardware = { ...hypervisor.hardware, backup: name };
    const abort = new AbortController();
    const begun = driver.create(other, hardware, call("k1", abort.signal)).catch(() => {});
    await eventually(() => driver.inspect(other, call()));
    abort.abort(new Error("killed"));
    await begun;
    await stranger().create(other, hardware, call());
    expect(await stranger().inspect(other, call())).toMatchObject({ power: "stopped", busy: null });
    expect(await disk.read(other)).toBe("before");
  });

  it("refuses a new VM from one that is not there, and leaves nothing", async ({ skip }) => {
    const { driver, ref, call, failure, observe, backupName, hypervisor } = backed(bench, skip);
    expect(await failure(driver.create(ref, { ...hypervisor.hardware, backup: backupName() }, call()))).toBe("refused");
    expect(await observe()).toBeNull();
  });
}
