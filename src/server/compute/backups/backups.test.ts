import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePerson } from "#server/testing/people.ts";
import { batchVms } from "../changes/batch.ts";
import { migrateVm } from "../changes/migrate.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { deleteHost } from "../hosts/hosts.ts";
import { cancelOperation, giveUpOperation, retryOperation } from "../operation-control.ts";
import { getOperation } from "../operations.ts";
import { deleteVm, stopVm } from "../power.ts";
import { takeSnapshot } from "../snapshots/snapshots.ts";
import { TEST_HOST } from "../testing/places.ts";
import { deleteBackup, listVmBackups, restoreBackup, scheduleBackups, takeBackup } from "./backups.ts";
import { type BackupBench, createBackupBench } from "./testing/backup-bench.ts";

let bench: BackupBench;
let vmId: string;
beforeAll(async () => {
  bench = await createBackupBench();
  bench.worker();
  vmId = await bench.running("web-1", "first");
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const prisma = () => bench.rt.db.prisma;
const restore = async (id: string) => bench.ended((await restoreBackup(bench.rt, bench.actor, { id })).operationId);
const off = async () => bench.ended((await stopVm(bench.rt, bench.actor, { id: vmId, graceful: false, timeoutSeconds: 5 })).operationId);
const computeSpans = () => prisma().meterSpan.count({ where: { resourceId: vmId, component: "compute", endedAt: null } });
const step = async (operationId: string, name: string) => {
  while ((await getOperation(bench.rt, bench.actor, operationId)).steps.find((each) => each.name === name)?.status === "pending") await new Promise((done) => setTimeout(done, 5));
};
const removeAll = async () => {
  for (const row of await bench.rows()) await bench.remove(row.id);
};

describe("a backup", { timeout: 60_000 }, () => {
  it("has the customer's name here and our id on the host; the VM goes on running", async () => {
    const { backupId, ended } = await bench.take(vmId, "before; rm -rf / $(upgrade)");
    expect(ended).toMatchObject({ kind: "vm.backup", status: "succeeded", progress: 100 });
    expect(await bench.rows()).toMatchObject([
      { id: backupId, name: "before; rm -rf / $(upgrade)", vmId, vmName: "web-1", vmGone: false, status: "ready", automatic: false, storageGb: 25, templateId: "debian-12", region: "eu-frankfurt", deleteAt: null },
    ]);
    expect((await bench.rows())[0]?.sizeMb).toBeGreaterThan(0);
    expect(await bench.there()).toEqual([backupId]);
    expect(await bench.vmNow(vmId)).toMatchObject({ status: "running", operationId: null });
    expect(await listVmBackups(bench.rt, bench.actor, vmId)).toMatchObject({ possible: true, data: [{ id: backupId }], schedule: { everyHours: null } });
  });

  it("is restored: a running VM is stopped, put back and started again; what it had been since is gone, its snapshots too", async () => {
    await bench.ended((await takeSnapshot(bench.rt, bench.actor, { id: vmId, name: "later" })).operationId);
    bench.write(vmId, "second");
    const [backup] = await bench.rows();
    const ended = await restore(backup?.id ?? "");
    expect(ended).toMatchObject({ kind: "vm.backup_restore", status: "succeeded" });
    expect(ended.steps.map((each) => each.name)).toEqual(["request", "find_backup", "stop", "restore", "start", "check"]);
    expect(bench.read(vmId)).toBe("first");
    expect(await bench.vmNow(vmId)).toMatchObject({ status: "running", operationId: null });
    expect(await computeSpans()).toBe(1);
    expect(await prisma().vmSnapshot.count({ where: { vmId } })).toBe(0);
    expect((await bench.rows())[0]).toMatchObject({ status: "ready" });
  });

  it("is restored to a VM that is off, which stays off", async () => {
    await off();
    bench.write(vmId, "third");
    const ended = await restore((await bench.rows())[0]?.id ?? "");
    expect(ended.steps.map((each) => each.name)).toEqual(["request", "find_backup", "stop", "restore", "check"]);
    expect([bench.read(vmId), (await bench.vmNow(vmId)).status, await computeSpans()]).toEqual(["first", "stopped", 0]);
    await bench.driver.start(hypervisorRef(vmId), { key: "t", signal: new AbortController().signal });
    await prisma().vm.update({ where: { id: vmId }, data: { status: "running" } });
  });

  it.each([["listBackups", "running"], ["restoreBackup", "stopped"]] as const)("that cannot be restored because of %s is still there, and so is what was on the disk", async (operation, status) => {
    bench.write(vmId, "precious");
    bench.fault({ operation, mode: "before", failure: "refused" });
    const [backup] = await bench.rows();
    const ended = await restore(backup?.id ?? "");
    expect(ended).toMatchObject({ status: "failed", errorCode: "HYPERVISOR_ERROR" });
    expect(bench.read(vmId)).toBe("precious");
    expect(await bench.vmNow(vmId)).toMatchObject({ status, operationId: null });
    expect(await bench.rows()).toMatchObject([{ status: "ready" }]);
    if (status === "running") return;
    // Tried again, it is started again: it was off because of the first attempt.
    await retryOperation(bench.rt, bench.actor, bench.actor, ended.id);
    expect(await bench.ended(ended.id)).toMatchObject({ status: "succeeded" });
    expect([bench.read(vmId), (await bench.vmNow(vmId)).status]).toEqual(["first", "running"]);
  });

  it("does not start what nobody can pay for, or what has expired", async () => {
    const id = (await bench.rows())[0]?.id ?? "";
    await prisma().vm.update({ where: { id: vmId }, data: { computePricePerHour: 10n ** 12n } });
    await expect(restoreBackup(bench.rt, bench.actor, { id })).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
    await prisma().vm.update({ where: { id: vmId }, data: { computePricePerHour: 1n, expiryStoppedAt: new Date() } });
    await expect(restoreBackup(bench.rt, bench.actor, { id })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "expired" } });
    await prisma().vm.update({ where: { id: vmId }, data: { expiryStoppedAt: null } });
    expect([await bench.vmNow(vmId), await bench.rows()]).toMatchObject([{ status: "running", operationId: null }, [{ status: "ready" }]]);
  });

  it("for which the host has no space is not there afterwards, here or on the host; tried again, it is", async () => {
    const before = await bench.there();
    bench.fault({ operation: "takeBackup", mode: "before", failure: "refused" });
    const { ended, backupId } = await bench.take(vmId);
    expect(ended).toMatchObject({ status: "failed", errorCode: "HYPERVISOR_ERROR" });
    expect([await bench.there(), (await bench.rows()).length]).toEqual([before, 1]);
    expect(await bench.vmNow(vmId)).toMatchObject({ status: "running", operationId: null });
    await retryOperation(bench.rt, bench.actor, bench.actor, ended.id);
    expect(await bench.ended(ended.id)).toMatchObject({ status: "succeeded" });
    expect(await bench.there()).toContain(backupId);
    await bench.remove(backupId);
  });

  it("whose answers are lost leaves nothing behind when it is given up", async () => {
    const before = await bench.there();
    bench.fault({ operation: "takeBackup", mode: "after", times: 5 });
    expect((await bench.take(vmId)).ended).toMatchObject({ status: "failed" });
    expect([await bench.there(), (await bench.rows()).length]).toEqual([before, before.length]);
  });

  it("that is called off ends on the host, and nothing is left of it", async () => {
    const before = await bench.there();
    bench.fault({ operation: "takeBackup", mode: "hang" });
    const { operationId } = await takeBackup(bench.rt, bench.actor, { id: vmId, name: "never" });
    await step(operationId, "backup");
    await cancelOperation(bench.rt, bench.actor, bench.actor, operationId);
    expect(await bench.ended(operationId)).toMatchObject({ status: "cancelled" });
    expect([await bench.there(), (await bench.rows()).length]).toEqual([before, before.length]);
    expect(await bench.vmNow(vmId)).toMatchObject({ status: "running", operationId: null });
  });

  it("that is left on a host that was given up is deleted when the host is back", async () => {
    const admin = await makePerson(bench.rt, { platformRole: "admin" });
    const before = await bench.there();
    bench.fault({ operation: "takeBackup", mode: "after", times: 5 });
    bench.fault({ operation: "deleteBackup", mode: "before", times: 0 });
    const { backupId, operationId } = await takeBackup(bench.rt, bench.actor, { id: vmId, name: "left" });
    while (!(await prisma().operationStep.findFirst({ where: { operationId, name: "backup", compensationAttempt: { gte: 2 } } }))) await new Promise((done) => setTimeout(done, 5));
    await giveUpOperation(bench.rt, admin.actor, operationId);
    expect((await bench.rows()).find((row) => row.id === backupId)).toMatchObject({ status: "deleting" });
    bench.mend();
    expect(await bench.there()).toContain(backupId);
    expect(await bench.remove(backupId)).toMatchObject({ status: "succeeded" });
    expect(await bench.there()).toEqual(before);
    // The VM is put down as unknown; the host says how it is.
    await bench.driver.start(hypervisorRef(vmId), { key: "t2", signal: new AbortController().signal });
    await prisma().vm.update({ where: { id: vmId }, data: { status: "running" } });
  });

  it("counts with all others of the organization, also when many are asked for at once", async () => {
    await prisma().quota.updateMany({ data: { backups: 2 } });
    const second = await bench.running("web-2");
    const third = await bench.running("web-3");
    const attempts = await Promise.allSettled([second, third].map((id) => takeBackup(bench.rt, bench.actor, { id, name: "race" })));
    expect(attempts.map((attempt) => attempt.status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const attempt of attempts) {
      if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "FORBIDDEN", extras: { quota: "backups", used: 2, limit: 2 } });
      else await bench.ended(attempt.value.operationId);
    }
    expect((await Promise.all([second, third].map((id) => bench.vmNow(id)))).map((vm) => vm.status)).toEqual(["running", "running"]);
    await prisma().quota.updateMany({ data: { backups: 20 } });
  });

  it("of many VMs at once is one of each, with a name", async () => {
    const all = await prisma().vm.findMany({ where: { status: "running" }, select: { id: true } });
    const { batchJobId } = await batchVms(bench.rt, bench.actor, { operation: "backup", vmIds: all.map(({ id }) => id), options: { graceful: true, parallel: true } });
    expect(await bench.ended(batchJobId)).toMatchObject({ status: "succeeded" });
    for (const { id } of all) expect((await bench.rows(id))[0]).toMatchObject({ status: "ready", automatic: false, name: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/) as string });
    const { batchJobId: snapshots } = await batchVms(bench.rt, bench.actor, { operation: "snapshot", vmIds: [vmId], options: { graceful: true, parallel: true } });
    expect(await bench.ended(snapshots)).toMatchObject({ status: "succeeded" });
  });

  it("is deleted, here and there, once; one that could not be deleted is ready again", async () => {
    const [first] = await bench.rows(vmId);
    const id = first?.id ?? "";
    bench.fault({ operation: "deleteBackup", mode: "before", failure: "refused" });
    expect(await bench.remove(id)).toMatchObject({ kind: "backup.delete", subjectType: "backup", status: "failed" });
    expect((await bench.rows(vmId))[0]).toMatchObject({ id, status: "ready" });
    const presses = await Promise.allSettled([bench.remove(id), bench.remove(id)]);
    expect(presses.map((press) => press.status).sort()).toEqual(["fulfilled", "rejected"]);
    await removeAll();
    expect([await bench.rows(), await bench.there()]).toEqual([[], []]);
    await expect(deleteBackup(bench.rt, bench.actor, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("of a host that cannot reach it is not restored, and its own host stays in the catalog", async () => {
    const admin = await makePerson(bench.rt, { platformRole: "admin" });
    const other = { ...TEST_HOST, name: "sim-frankfurt-2" };
    await prisma().host.create({ data: { id: "hst_00000000000000000000000002", name: other.name, driver: "simulated", region: "eu-frankfurt", vcpu: 96, memoryMb: 99_999, storageGb: 9_999, health: "healthy", createdAt: new Date(), updatedAt: new Date() } });
    const { backupId } = await bench.take(vmId);
    const home = (await prisma().vm.findUniqueOrThrow({ where: { id: vmId } })).hostId ?? "";
    for (const { id } of await prisma().vm.findMany({ where: { hostId: home } })) {
      const { migrationJobId } = await migrateVm(bench.rt, admin.actor, { id, targetHost: other.name, liveMigration: true, preserveState: true });
      expect(await bench.ended(migrationJobId)).toMatchObject({ status: "succeeded" });
    }
    injectFault(simulatedHostFolder(bench.rt.config.dataDir, other.name), { operation: "stop", mode: "before", failure: "refused", times: 0 });
    const ended = await restore(backupId);
    expect(ended).toMatchObject({ status: "failed", errorMessage: expect.stringContaining("Sim-frankfurt-2, where the VM is now, has no such backup") as string });
    expect(await bench.vmNow(vmId)).toMatchObject({ status: "running" });
    await expect(deleteHost(bench.rt, admin.actor, home)).rejects.toMatchObject({ code: "INVALID_STATE", message: expect.stringContaining("1 backup") as string });
    expect(await bench.remove(backupId)).toMatchObject({ status: "succeeded" });
    await deleteHost(bench.rt, admin.actor, home);
  });

  it("is not to be had on a host that has no place for it", async () => {
    await prisma().host.updateMany({ data: { driver: "of another version" } });
    const asked = () => takeBackup(bench.rt, bench.actor, { id: vmId, name: "nowhere" });
    await expect(asked()).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "no_backups" } });
    await expect(scheduleBackups(bench.rt, bench.actor, { id: vmId, everyHours: 24, keep: 7 })).rejects.toMatchObject({ code: "INVALID_STATE" });
    await expect(deleteVm(bench.rt, bench.actor, { id: vmId, force: true, preserveVolumes: true })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "no_backups" } });
    expect(await listVmBackups(bench.rt, bench.actor, vmId)).toMatchObject({ possible: false });
    expect([await bench.vmNow(vmId), await bench.rows()]).toMatchObject([{ status: "running", operationId: null }, []]);
    await prisma().host.updateMany({ data: { driver: "simulated" } });
  });
});
