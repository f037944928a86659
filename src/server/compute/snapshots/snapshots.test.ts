import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ManualClock } from "#server/infra/clock.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { nextDue } from "../copy-schedule.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { retryOperation } from "../operation-control.ts";
import { deleteVm, startVm, stopVm } from "../power.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { anyCall } from "../testing/places.ts";
import { runSnapshotSchedules } from "./schedule.ts";
import { deleteSnapshot, listSnapshots, restoreSnapshot, scheduleSnapshots, takeSnapshot } from "./snapshots.ts";

const HOUR_MS = 3_600_000;
let bench: ComputeBench;
let vmId: string;
let ref: string;
beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  await bench.rt.db.prisma.quota.updateMany({ data: { snapshots: 3 } });
  const made = await bench.create();
  await bench.ended(made.operationId);
  vmId = made.vmId;
  ref = hypervisorRef(vmId);
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const actor = () => bench.customer.actor;
const there = async () => (await bench.driver.listSnapshots(ref, anyCall)).map((snapshot) => snapshot.name);
const rows = async () => (await listSnapshots(bench.rt, actor(), vmId)).data;
const vmNow = () => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } });
const take = async (name: string) => {
  const answer = await takeSnapshot(bench.rt, actor(), { id: vmId, name });
  return { ...answer, ended: await bench.ended(answer.operationId) };
};
const remove = async (snapshotId: string) => bench.ended((await deleteSnapshot(bench.rt, actor(), { id: vmId, snapshotId })).operationId);
const removeAll = async () => {
  for (const row of await rows()) await remove(row.id);
};

describe("a snapshot", { timeout: 60_000 }, () => {
  it("has the customer's name here and our id on the hypervisor; the VM goes on running", async () => {
    const { snapshotId, ended } = await take("before; rm -rf / $(upgrade)");
    expect(ended).toMatchObject({ kind: "vm.snapshot", status: "succeeded" });
    expect(await rows()).toMatchObject([{ id: snapshotId, name: "before; rm -rf / $(upgrade)", status: "ready", withMemory: true, automatic: false }]);
    expect(await there()).toEqual([snapshotId]);
    expect(await vmNow()).toMatchObject({ status: "running", operationId: null });
  });

  it("is restored: the VM runs as it ran then, also when it is off now", async () => {
    const [row] = await rows();
    await bench.ended((await stopVm(bench.rt, actor(), { id: vmId, graceful: false, timeoutSeconds: 5 })).operationId);
    const { operationId } = await restoreSnapshot(bench.rt, actor(), { id: vmId, snapshotId: row?.id ?? "" });
    expect(await bench.ended(operationId)).toMatchObject({ status: "succeeded" });
    expect(await vmNow()).toMatchObject({ status: "running" });
    expect(await bench.rt.db.prisma.meterSpan.count({ where: { resourceId: vmId, component: "compute", endedAt: null } })).toBe(1);
    expect((await rows())[0]).toMatchObject({ status: "ready" });
  });

  it("that the host cannot restore is still there, and the VM as it was", async () => {
    const [row] = await rows();
    bench.fault({ operation: "restoreSnapshot", mode: "before", failure: "refused", ref });
    const { operationId } = await restoreSnapshot(bench.rt, actor(), { id: vmId, snapshotId: row?.id ?? "" });
    expect(await bench.ended(operationId)).toMatchObject({ status: "failed" });
    expect(await vmNow()).toMatchObject({ status: "running", operationId: null });
    expect((await rows())[0]).toMatchObject({ status: "ready" });
  });

  it("for which the host has no space is not there afterwards, here or on the host; tried again, it is", async () => {
    const before = await there();
    bench.fault({ operation: "takeSnapshot", mode: "before", failure: "refused", ref });
    const { ended, snapshotId } = await take("no space");
    expect(ended).toMatchObject({ status: "failed", errorCode: "HYPERVISOR_ERROR" });
    expect(await rows()).toHaveLength(1);
    expect(await there()).toEqual(before);
    expect(await vmNow()).toMatchObject({ status: "running", operationId: null });
    await retryOperation(bench.rt, actor(), actor(), ended.id);
    expect(await bench.ended(ended.id)).toMatchObject({ status: "succeeded" });
    expect(await there()).toContain(snapshotId);
  });

  it("whose answers are lost leaves nothing behind when it is given up", async () => {
    const before = await there();
    bench.fault({ operation: "takeSnapshot", mode: "after", times: 5, ref });
    expect((await take("lost")).ended).toMatchObject({ status: "failed" });
    expect([await there(), (await rows()).length]).toEqual([before, before.length]);
  });

  it("is refused above the quota, and when the VM is busy", async () => {
    const third = await take("third");
    await expect(takeSnapshot(bench.rt, actor(), { id: vmId, name: "fourth" })).rejects.toMatchObject({ code: "FORBIDDEN", extras: { quota: "snapshots", used: 3, limit: 3 } });
    expect(await vmNow()).toMatchObject({ status: "running", operationId: null });
    const presses = await Promise.allSettled([remove(third.snapshotId), remove(third.snapshotId)]);
    expect(presses.map((press) => press.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("is deleted, here and there", async () => {
    await removeAll();
    expect([await rows(), await there()]).toEqual([[], []]);
    await expect(deleteSnapshot(bench.rt, actor(), { id: vmId, snapshotId: "snp_00000000000000000000000000" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("the schedule", { timeout: 60_000 }, () => {
  const clock = new ManualClock(new Date());
  const later = (): Runtime => ({ ...bench.rt, clock });
  const settled = async () => {
    for (const { id } of await bench.rt.db.prisma.operation.findMany({ where: { status: { in: ["queued", "running"] } } })) await bench.ended(id);
  };
  /** One round of the worker's loop, with what it began brought to an end. */
  const round = async () => {
    const done = await runSnapshotSchedules(later());
    // Operations asked for on a clock that is ahead are due now.
    await bench.rt.db.prisma.operation.updateMany({ data: { nextRunAt: new Date(0) } });
    bench.rt.signals.send("operations");
    await settled();
    return done;
  };

  it("takes one every so many hours, however late it is looked at, and keeps the newest", async () => {
    await scheduleSnapshots(bench.rt, actor(), { id: vmId, everyHours: 6, keep: 2 });
    clock.set(new Date());
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    clock.advance(6 * HOUR_MS + 60_000);
    expect(await round()).toEqual({ taken: 1, deleted: 0 });
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    clock.advance(25 * HOUR_MS);
    expect(await round()).toEqual({ taken: 1, deleted: 0 });
    clock.advance(6 * HOUR_MS);
    expect((await round()).taken).toBe(1);
    const oldest = (await rows()).at(-1)?.id;
    expect(await rows()).toHaveLength(3);
    expect(await round()).toEqual({ taken: 0, deleted: 1 });
    expect(await rows()).toHaveLength(2);
    expect((await rows()).map((row) => row.id)).not.toContain(oldest);
    expect((await rows()).every((row) => row.automatic && row.status === "ready")).toBe(true);
    expect((await there()).sort()).toEqual((await rows()).map((row) => row.id).sort());
  });

  it("leaves a busy VM for the next time, and one that two workers look at is taken once", async () => {
    clock.advance(6 * HOUR_MS);
    await bench.rt.db.prisma.vm.update({ where: { id: vmId }, data: { operationId: "op_other", snapshotDueAt: clock.now() } });
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    clock.advance(60_000);
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    expect(await bench.rt.db.prisma.vmLog.count({ where: { vmId, message: { contains: "the VM is busy" } } })).toBe(1);
    await bench.rt.db.prisma.vm.update({ where: { id: vmId }, data: { operationId: null } });
    const both = await Promise.all([runSnapshotSchedules(later()), runSnapshotSchedules(later())]);
    expect(both.reduce((sum, done) => sum + done.taken, 0)).toBe(1);
    await round();
    await round();
  });

  it("makes room within the quota by its own oldest; the customer's own are never deleted", async () => {
    await removeAll();
    for (const name of ["a", "b", "c"]) expect((await take(name)).ended.status).toBe("succeeded");
    clock.advance(6 * HOUR_MS);
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    expect((await rows()).map((row) => row.name).sort()).toEqual(["a", "b", "c"]);
    expect((await vmNow()).snapshotDueAt?.getTime()).toBeGreaterThan(clock.now().getTime());
    await remove((await rows())[0]?.id ?? "");
    clock.advance(6 * HOUR_MS);
    expect((await round()).taken).toBe(1);
    clock.advance(6 * HOUR_MS);
    expect(await round()).toEqual({ taken: 0, deleted: 1 });
    expect((await round()).taken).toBe(1);
    expect((await rows()).filter((row) => row.automatic)).toHaveLength(1);
  });

  it("ends with the VM, whose snapshots go with it", async () => {
    await bench.ended((await deleteVm(bench.rt, actor(), { id: vmId, force: true, preserveVolumes: false })).deletionJobId);
    expect(await bench.rt.db.prisma.vmSnapshot.count({ where: { vmId } })).toBe(0);
    clock.advance(6 * HOUR_MS);
    expect(await round()).toEqual({ taken: 0, deleted: 0 });
    expect((await vmNow()).snapshotDueAt).toBeNull();
  });

  it("keeps its hours", () => {
    const due = new Date("2026-03-01T00:00:00Z");
    const next = (now: string) => nextDue(due, 6, new Date(now)).toISOString();
    expect(next("2026-03-01T00:00:30Z")).toBe("2026-03-01T06:00:00.000Z");
    expect(next("2026-03-01T06:00:00Z")).toBe("2026-03-01T12:00:00.000Z");
    expect(next("2026-03-02T07:00:00Z")).toBe("2026-03-02T12:00:00.000Z");
    expect(next("2026-02-28T12:00:00Z")).toBe("2026-03-01T06:00:00.000Z");
  });
});

it("of a VM that was deleted behind our back fails and says so", async () => {
  const made = await bench.create("vanished");
  await bench.ended(made.operationId);
  await bench.driver.destroy(hypervisorRef(made.vmId), anyCall);
  const { operationId } = await takeSnapshot(bench.rt, actor(), { id: made.vmId, name: "late" });
  expect(await bench.ended(operationId)).toMatchObject({ status: "failed" });
  expect(await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: made.vmId } })).toMatchObject({ status: "error", operationId: null });
  expect(await bench.rt.db.prisma.vmSnapshot.count({ where: { vmId: made.vmId } })).toBe(0);
  await expect(startVm(bench.rt, actor(), made.vmId).then(({ operationId: id }) => bench.ended(id))).resolves.toMatchObject({ status: "failed" });
});
