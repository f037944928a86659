import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "#server/infra/clock.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { deleteVm } from "../power.ts";
import { createVm } from "../provision.ts";
import { deleteBackup, listVmBackups, scheduleBackups } from "./backups.ts";
import { runBackupSchedules } from "./schedule.ts";
import { type BackupBench, createBackupBench } from "./testing/backup-bench.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let bench: BackupBench;
let vmId: string;
let worker: ReturnType<BackupBench["worker"]>;
const clock = new ManualClock(new Date());
beforeAll(async () => {
  bench = await createBackupBench();
  worker = bench.worker();
  vmId = await bench.running("web-1");
});
afterAll(() => bench.close());

const prisma = () => bench.rt.db.prisma;
const later = (): Runtime => ({ ...bench.rt, clock });
const settled = async () => {
  for (const { id } of await prisma().operation.findMany({ where: { status: { in: ["queued", "running"] } } })) await bench.ended(id);
};
/** One round of the worker's loop, with what it began brought to an end. */
const round = async () => {
  const done = await runBackupSchedules(later());
  // Operations asked for on a clock that is ahead are due now.
  await prisma().operation.updateMany({ data: { nextRunAt: new Date(0) } });
  bench.rt.signals.send("operations");
  await settled();
  return done;
};
const ids = async () => (await bench.rows(vmId)).map((row) => row.id);
const removeAll = async () => {
  for (const id of await ids()) await bench.remove(id);
};
const schedule = (keep: number) => scheduleBackups(bench.rt, bench.actor, { id: vmId, everyHours: 24, keep });
beforeEach(() => {
  bench.mend();
  if (clock.now() < new Date()) clock.set(new Date());
});

describe("the schedule", { timeout: 60_000 }, () => {
  it("takes one every so many hours, however late it is looked at, and keeps the newest", async () => {
    const { schedule: set } = await schedule(2);
    expect(set).toMatchObject({ everyHours: 24, keep: 2 });
    expect(await prisma().auditEntry.count({ where: { action: "vm.backup_schedule", subjectId: vmId } })).toBe(1);
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    clock.advance(DAY_MS + 60_000);
    expect(await round()).toEqual({ taken: 1, deleted: 0 });
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    clock.advance(5 * DAY_MS);
    expect(await round()).toEqual({ taken: 1, deleted: 0 });
    clock.advance(DAY_MS);
    expect((await round()).taken).toBe(1);
    const oldest = (await ids()).at(-1);
    expect(await round()).toEqual({ taken: 0, deleted: 1 });
    expect(await bench.rows(vmId)).toMatchObject([{ automatic: true, status: "ready" }, { automatic: true, status: "ready" }]);
    expect(await ids()).not.toContain(oldest);
    expect(await bench.there()).toEqual((await ids()).sort());
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
  });

  it("leaves a busy VM for the next time, and one that two workers look at is taken once", async () => {
    clock.advance(DAY_MS);
    await prisma().vm.update({ where: { id: vmId }, data: { operationId: "op_other", backupDueAt: clock.now() } });
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    clock.advance(60_000);
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    expect(await prisma().vmLog.count({ where: { vmId, message: { contains: "A backup by schedule is due, but the VM is busy" } } })).toBe(1);
    await prisma().vm.update({ where: { id: vmId }, data: { operationId: null } });
    const both = await Promise.all([runBackupSchedules(later()), runBackupSchedules(later())]);
    expect(both.reduce((sum, done) => sum + done.taken, 0)).toBe(1);
    await round();
    await round();
  });

  it("makes room within the quota by its own oldest, one at a time; the customer's own are never deleted", async () => {
    await removeAll();
    await prisma().quota.updateMany({ data: { backups: 3 } });
    for (const name of ["a", "b", "c"]) expect((await bench.take(vmId, name)).ended.status).toBe("succeeded");
    clock.advance(DAY_MS);
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    expect((await bench.rows(vmId)).map((row) => row.name)).toEqual(["c", "b", "a"]);
    expect(Date.parse((await listVmBackups(bench.rt, bench.actor, vmId)).schedule.nextAt ?? "")).toBeGreaterThan(clock.now().getTime());
    await bench.remove((await ids())[0] ?? "");
    await bench.remove((await ids())[0] ?? "");
    for (const _ of [1, 2]) {
      clock.advance(DAY_MS);
      expect(await round()).toEqual({ taken: 1, deleted: 0 });
    }
    clock.advance(DAY_MS);
    await worker.stop();
    expect(await runBackupSchedules(later())).toEqual({ taken: 0, deleted: 1 });
    // The deletion has not ended yet: nothing else goes for the same place.
    expect(await runBackupSchedules(later())).toEqual({ taken: 0, deleted: 0 });
    worker = bench.worker();
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    expect(await round()).toEqual({ taken: 1, deleted: 0 });
    expect((await bench.rows(vmId)).map((row) => row.automatic)).toEqual([true, true, false]);
    await prisma().quota.updateMany({ data: { backups: 20 } });
  });

  it("leaves one out on a host that has no place for it, and says so", async () => {
    clock.advance(DAY_MS);
    await prisma().host.updateMany({ data: { driver: "of another version" } });
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    await prisma().host.updateMany({ data: { driver: "simulated" } });
    expect(await prisma().vmLog.count({ where: { vmId, message: { contains: "A backup by schedule is left out: the host of this VM has no place for backups." } } })).toBe(1);
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
  });

  it("ends with the VM; its automatic backups are kept for some time after, those that people took for ever", async () => {
    const { backupKeepDays } = bench.rt.config;
    await bench.ended((await deleteVm(bench.rt, bench.actor, { id: vmId, force: true, preserveVolumes: false })).deletionJobId);
    const gone = (await prisma().vm.findUniqueOrThrow({ where: { id: vmId } })).terminatedAt?.getTime() ?? 0;
    const automatic = (await bench.rows(vmId)).find((row) => row.automatic);
    expect(automatic).toMatchObject({ vmGone: true, deleteAt: new Date(gone + backupKeepDays * DAY_MS).toISOString() });
    clock.set(new Date(gone + backupKeepDays * DAY_MS - 1_000));
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    expect(await prisma().vm.findUniqueOrThrow({ where: { id: vmId } })).toMatchObject({ backupDueAt: null });
    clock.advance(2_000);

    // One of which a VM is being made stays until that is over.
    await worker.stop();
    const made = await createVm(bench.rt, bench.actor, { name: "again", projectId: bench.projectId, plan: "small", backupId: automatic?.id ?? "", sshKeys: [], metadata: {} });
    expect((await runBackupSchedules(later())).deleted).toBe(1);
    worker = bench.worker();
    expect(await bench.ended(made.provisioningJobId)).toMatchObject({ status: "succeeded" });
    expect(await round()).toEqual({ taken: 0, deleted: 1 });
    expect(await bench.rows(vmId)).toMatchObject([{ automatic: false, deleteAt: null }]);
    expect(await bench.there()).toEqual(await ids());
  });

  it("tries again, an hour later, what could not be deleted by itself or was heard of no more", async () => {
    const [id = ""] = await ids();
    bench.fault({ operation: "deleteBackup", mode: "before", failure: "refused" });
    bench.fault({ operation: "listBackups", mode: "before", times: 0 });
    const { operationId } = await deleteBackup(bench.rt, bench.actor, { id });
    expect(await bench.ended(operationId)).toMatchObject({ status: "failed" });
    expect(await bench.rows(vmId)).toMatchObject([{ status: "deleting" }]);
    bench.mend();
    clock.set(new Date());
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    clock.advance(HOUR_MS + 60_000);
    expect(await round()).toEqual({ taken: 0, deleted: 1 });
    expect([await bench.rows(vmId), await bench.there()]).toEqual([[], []]);
  });

  it("takes one after the other of a host's VMs; one that cannot be taken now holds up no other", async () => {
    const all: string[] = [];
    for (const name of ["a", "b", "c"]) all.push(await bench.running(name));
    for (const id of all) await scheduleBackups(bench.rt, bench.actor, { id, everyHours: 24, keep: 2 });
    const [stuck = ""] = all;
    await prisma().vm.updateMany({ where: { id: { in: all } }, data: { backupDueAt: clock.now() } });
    await prisma().vm.update({ where: { id: stuck }, data: { status: "suspended", backupDueAt: new Date(0) } });
    await worker.stop();
    expect(await runBackupSchedules(later())).toEqual({ taken: 1, deleted: 0 });
    expect(await runBackupSchedules(later())).toEqual({ taken: 0, deleted: 0 });
    worker = bench.worker();
    await prisma().operation.updateMany({ data: { nextRunAt: new Date(0) } });
    await settled();
    expect(await round()).toEqual({ taken: 1, deleted: 0 });
    await prisma().vm.update({ where: { id: stuck }, data: { status: "running" } });
    expect(await round()).toEqual({ taken: 1, deleted: 0 });
    for (const id of all) expect(await bench.rows(id)).toHaveLength(1);
  });
});
