import { expect, it } from "vitest";
import type { TaskProgress } from "../driver.ts";
import type { ContractBench } from "./contract-bench.ts";

/** Sizes and passwords. What a driver does not support it refuses. */
export function describeChanges(bench: () => ContractBench): void {
  it("makes a stopped VM larger, once", async ({ skip }) => {
    const { driver, stranger, ref, call, create, observe, hypervisor } = bench();
    skip(!driver.supports.has("resizing"), "it does not support that");
    await create();
    await driver.resize(ref, hypervisor.larger, call());
    await stranger().resize(ref, hypervisor.larger, call());
    const { vcpu, memoryMb, storageGb } = hypervisor.larger;
    const seen = await observe();
    expect(seen).toMatchObject({ power: "stopped", vcpu, memoryMb });
    expect([storageGb, null]).toContain(seen?.storageGb);
    await driver.start(ref, call());
    expect(await observe()).toMatchObject({ power: "running", vcpu, memoryMb });
  });

  it("refuses to make a disk smaller, and to resize a VM that runs", async ({ skip }) => {
    const { driver, ref, call, create, observe, failure, hypervisor } = bench();
    skip(!driver.supports.has("resizing"), "it does not support that");
    await create();
    await driver.resize(ref, hypervisor.larger, call());
    expect(await failure(driver.resize(ref, hypervisor.hardware, call()))).toBe("refused");
    await driver.start(ref, call());
    expect(await failure(driver.resize(ref, { ...hypervisor.larger, vcpu: hypervisor.hardware.vcpu }, call()))).toBe("refused");
    expect(await observe()).toMatchObject({ power: "running", vcpu: hypervisor.larger.vcpu, memoryMb: hypervisor.larger.memoryMb });
  });

  it("sets a password in a running guest whose agent answers, and refuses else", async ({ skip }) => {
    const { driver, ref, guest, call, running, failure, eventually, hypervisor } = bench();
    skip(!driver.supports.has("passwords"), "it does not support that");
    const login = { user: guest.user, passwordHash: guest.passwordHash };
    await running();
    if (hypervisor.guest.agent) {
      await eventually(async () => driver.setPassword(ref, login, call()).then(() => true, () => false));
      await driver.setPassword(ref, login, call());
    } else {
      expect(await failure(driver.setPassword(ref, login, call()))).toBe("refused");
    }
    await driver.stop(ref, { mode: "forced" }, call());
    expect(await failure(driver.setPassword(ref, login, call()))).toBe("refused");
  });

  it("says not_found for a VM that is not there", async () => {
    const { driver, ref, guest, call, failure, hypervisor } = bench();
    if (driver.supports.has("resizing")) expect(await failure(driver.resize(ref, hypervisor.larger, call()))).toBe("not_found");
    if (driver.supports.has("passwords")) expect(await failure(driver.setPassword(ref, guest, call()))).toBe("not_found");
    if (driver.supports.has("snapshots")) expect(await failure(driver.takeSnapshot(ref, "first", call()))).toBe("not_found");
    if (driver.supports.has("console")) expect(await failure(driver.openConsole(ref, call()))).toBe("not_found");
    if (driver.supports.has("serial-log")) expect(await failure(driver.readSerial(ref, 0, 1_024, call()))).toBe("not_found");
  });

  it("refuses what it does not support", async () => {
    const { driver, ref, guest, call, create, failure, backupName, hypervisor } = bench();
    await create();
    if (!driver.supports.has("suspension")) expect(await failure(driver.suspend(ref, call()))).toBe("refused");
    if (!driver.supports.has("resizing")) expect(await failure(driver.resize(ref, hypervisor.larger, call()))).toBe("refused");
    if (!driver.supports.has("passwords")) expect(await failure(driver.setPassword(ref, guest, call()))).toBe("refused");
    if (!driver.supports.has("snapshots")) expect(await failure(driver.takeSnapshot(ref, "first", call()))).toBe("refused");
    if (!driver.supports.has("migration")) expect(await failure(driver.migrate(ref, hypervisor.hosts[0].host, { live: false, bandwidthMbps: null }, call()))).toBe("refused");
    if (!driver.supports.has("console")) expect(await failure(driver.openConsole(ref, call()))).toBe("refused");
    if (!driver.supports.has("backups")) {
      const name = backupName();
      expect(await failure(driver.takeBackup(ref, name, call()))).toBe("refused");
      expect(await failure(driver.restoreBackup(ref, name, call()))).toBe("refused");
      expect(await failure(driver.listBackups(call()))).toBe("refused");
      expect(await failure(driver.deleteBackup(name, call()))).toBe("refused");
    }
    if (!driver.supports.has("serial-log")) expect(await failure(driver.readSerial(ref, 0, 1_024, call()))).toBe("refused");
    if (!driver.supports.has("history")) expect(await failure(driver.usageHistory(ref, new Date(0), new Date(), call()))).toBe("refused");
  });

  it("tells how far it is, and tells no secret", async () => {
    const { driver, ref, guest, call, hypervisor } = bench();
    const told: TaskProgress[] = [];
    const heard = { ...call(), report: (progress: TaskProgress) => void told.push(progress) };
    await driver.create(ref, hypervisor.hardware, heard);
    await driver.configure(ref, guest, heard);
    for (const { percent } of told) expect(percent === null || (percent >= 0 && percent <= 100), `${percent} percent`).toBe(true);
    expect(JSON.stringify(told)).not.toContain(guest.passwordHash);
  });
}
