import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePerson } from "#server/testing/people.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { cancelOperation, retryOperation } from "./operation-control.ts";
import { deleteVm, resetVm, restartVm, resumeVm, shutdownVm, startVm, stopVm, suspendVm } from "./power.ts";
import { EXHAUSTED } from "./credit-stop-steps.ts";
import { startPaid, stopUnpaid } from "./subscribers.ts";
import { type ComputeBench, createComputeBench } from "./testing/bench.ts";
import { anyCall } from "./testing/places.ts";

let bench: ComputeBench;
let vmId: string;
let ref: string;

beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  const made = await bench.create();
  await bench.ended(made.operationId);
  vmId = made.vmId;
  ref = hypervisorRef(vmId);
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const actor = () => bench.customer.actor;
const vmNow = () => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } });
const power = async () => (await bench.driver.inspect(ref, anyCall))?.power ?? "absent";
const openSpans = async () => (await bench.rt.db.prisma.meterSpan.findMany({ where: { resourceId: vmId, endedAt: null }, orderBy: { component: "asc" } })).map((span) => span.component);
const stop = { id: "", graceful: true, timeoutSeconds: 60 };
const stopInput = () => ({ ...stop, id: vmId });
const done = async (request: Promise<{ operationId: string }>) => bench.ended((await request).operationId);
/** Brings the VM back to running, whatever the test before left. */
const running = async () => {
  const { status } = await vmNow();
  if (status === "suspended") await done(resumeVm(bench.rt, actor(), vmId));
  else if (status !== "running") await done(startVm(bench.rt, actor(), vmId));
};

describe("power", () => {
  it("stops and starts, and compute is metered only in between", async () => {
    await running();
    expect(await openSpans()).toEqual(["compute", "storage"]);
    expect(await done(stopVm(bench.rt, actor(), stopInput()))).toMatchObject({ kind: "vm.stop", status: "succeeded", progress: 100 });
    expect([(await vmNow()).status, await power(), await openSpans(), (await vmNow()).startedAt]).toEqual(["stopped", "stopped", ["storage"], null]);
    expect(await done(startVm(bench.rt, actor(), vmId))).toMatchObject({ status: "succeeded" });
    expect([(await vmNow()).status, await power(), await openSpans()]).toEqual(["running", "running", ["compute", "storage"]]);
  });

  it("restarts and resets", async () => {
    await running();
    const before = (await vmNow()).startedAt;
    expect((await done(restartVm(bench.rt, actor(), vmId))).steps.map((step) => step.name)).toEqual(["request", "stop", "start", "address"]);
    expect(await done(resetVm(bench.rt, actor(), vmId))).toMatchObject({ status: "succeeded" });
    expect([(await vmNow()).status, await power()]).toEqual(["running", "running"]);
    expect((await vmNow()).startedAt?.getTime()).toBeGreaterThan(before?.getTime() ?? 0);
  });

  it("suspends, which keeps the host's memory and its price, and resumes", async () => {
    await running();
    await done(suspendVm(bench.rt, actor(), vmId));
    expect([(await vmNow()).status, await power(), await openSpans()]).toEqual(["suspended", "suspended", ["compute", "storage"]]);
    await done(resumeVm(bench.rt, actor(), vmId));
    expect([(await vmNow()).status, await power()]).toEqual(["running", "running"]);
  });

  it("cuts the power of a guest that ignores a stop, and leaves one running that ignores a shutdown", async () => {
    await running();
    bench.fault({ operation: "stop", mode: "ignored", ref });
    expect(await done(shutdownVm(bench.rt, actor(), vmId))).toMatchObject({ status: "failed", errorMessage: "The guest did not react." });
    expect(await vmNow()).toMatchObject({ status: "running", statusReason: "The guest did not react.", operationId: null });
    bench.fault({ operation: "stop", mode: "ignored", ref });
    expect(await done(stopVm(bench.rt, actor(), { ...stopInput(), timeoutSeconds: 2 }))).toMatchObject({ status: "succeeded" });
    expect([(await vmNow()).status, await power()]).toEqual(["stopped", "stopped"]);
  });

  it("refuses what the state does not allow", async () => {
    await running();
    await expect(startVm(bench.rt, actor(), vmId)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { state: "running" } });
    await expect(resumeVm(bench.rt, actor(), vmId)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("is not found by another organization", async () => {
    const stranger = await makePerson(bench.rt);
    await expect(stopVm(bench.rt, stranger.actor, stopInput())).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("gives the VM to one of several who press at once", async () => {
    await running();
    const presses = await Promise.allSettled([stopVm(bench.rt, actor(), stopInput()), restartVm(bench.rt, actor(), vmId), suspendVm(bench.rt, actor(), vmId), resetVm(bench.rt, actor(), vmId)]);
    const got = presses.flatMap((press) => (press.status === "fulfilled" ? [press.value.operationId] : []));
    expect(got).toHaveLength(1);
    for (const press of presses) if (press.status === "rejected") expect(press.reason).toMatchObject({ code: "INVALID_STATE" });
    await bench.ended(got[0] ?? "");
    expect(await bench.rt.db.prisma.operation.count({ where: { subjectId: vmId, status: { in: ["queued", "running"] } } })).toBe(0);
  });
});

describe("a power operation that fails", () => {
  it("leaves the VM as the hypervisor says it is", async () => {
    await running();
    bench.fault({ operation: "start", mode: "before", failure: "refused", ref });
    expect(await done(restartVm(bench.rt, actor(), vmId))).toMatchObject({ status: "failed" });
    expect(await vmNow()).toMatchObject({ status: "stopped", statusReason: "Sim-frankfurt-1 was told to fail.", operationId: null });
    expect([await power(), await openSpans()]).toEqual(["stopped", ["storage"]]);
  });

  it("takes effect all the same when only its answers are lost", async () => {
    await running();
    bench.fault({ operation: "stop", mode: "after", times: 5, ref });
    const operation = await done(stopVm(bench.rt, actor(), stopInput()));
    expect(operation).toMatchObject({ status: "failed", errorCode: "HYPERVISOR_ERROR" });
    expect([(await vmNow()).status, await power(), await openSpans()]).toEqual(["stopped", "stopped", ["storage"]]);
  });

  it("of a host that stays silent ends in `error`, with the metering as it was and a way out", async () => {
    await running();
    bench.fault({ operation: "suspend", mode: "before", times: 0, ref });
    bench.fault({ operation: "inspect", mode: "before", times: 0, ref });
    expect(await done(suspendVm(bench.rt, actor(), vmId))).toMatchObject({ status: "failed" });
    const vm = await vmNow();
    expect(vm).toMatchObject({ status: "error", operationId: null });
    expect(vm.statusReason).toContain("The host does not answer");
    expect(await openSpans()).toEqual(["compute", "storage"]);
    bench.mend();
    expect(await done(startVm(bench.rt, actor(), vmId))).toMatchObject({ status: "succeeded" });
    expect([(await vmNow()).status, await openSpans()]).toEqual(["running", ["compute", "storage"]]);
  });

  it("can be tried again", async () => {
    await running();
    bench.fault({ operation: "suspend", mode: "before", failure: "refused", ref });
    const failed = await done(suspendVm(bench.rt, actor(), vmId));
    expect(failed.status).toBe("failed");
    expect(await retryOperation(bench.rt, actor(), actor(), failed.id)).toMatchObject({ id: failed.id, status: "queued", error: null, retryable: false });
    expect(await bench.ended(failed.id)).toMatchObject({ status: "succeeded" });
    expect([(await vmNow()).status, await power()]).toEqual(["suspended", "suspended"]);
    await expect(retryOperation(bench.rt, actor(), actor(), failed.id)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});

describe("credits", () => {
  const due = () => ({ resourceType: "vm", resourceId: vmId, owed: "14500" });
  /** What metering writes with the event: the VM is to be stopped, or no longer. */
  const mark = (at: Date | null) => bench.rt.db.prisma.meterSpan.updateMany({ where: { resourceId: vmId, component: "compute", endedAt: null }, data: { exhaustedAt: at } });
  const lastOf = (kind: string) => bench.rt.db.prisma.operation.findFirstOrThrow({ where: { subjectId: vmId, kind }, orderBy: { createdAt: "desc" } });
  const countOf = (kind: string) => bench.rt.db.prisma.operation.count({ where: { subjectId: vmId, kind } });

  it("that are exhausted stop the VM, with the reason; once it is paid for it starts again by itself", async () => {
    await running();
    await mark(new Date());
    await stopUnpaid(bench.rt, due());
    await stopUnpaid(bench.rt, due());
    expect(await bench.ended((await lastOf("vm.stop")).id)).toMatchObject({ status: "succeeded", actorId: null });
    expect(await vmNow()).toMatchObject({ status: "stopped", statusReason: EXHAUSTED });
    const stops = await countOf("vm.stop");
    await stopUnpaid(bench.rt, due());
    expect([await countOf("vm.stop"), (await vmNow()).status]).toEqual([stops, "stopped"]);

    await startPaid(bench.rt, due());
    await startPaid(bench.rt, due());
    expect(await bench.ended((await lastOf("vm.start")).id)).toMatchObject({ status: "succeeded", actorId: null });
    expect(await vmNow()).toMatchObject({ status: "running", statusReason: null });
    const audit = await bench.rt.db.prisma.auditEntry.findMany({ where: { subjectId: vmId, actorName: "metering" }, orderBy: { at: "asc" } });
    expect(audit.map((entry) => entry.action)).toEqual(["vm.stop", "vm.start"]);
  });

  it("that came in before the stop was begun call it off", async () => {
    await running();
    const stops = await countOf("vm.stop");
    await stopUnpaid(bench.rt, due());
    expect([await countOf("vm.stop"), (await vmNow()).status]).toEqual([stops, "running"]);
  });

  it("that come in while the VM is being stopped for them start it when it is off", async () => {
    await running();
    await mark(new Date());
    await stopUnpaid(bench.rt, due());
    await startPaid(bench.rt, due());
    expect(await bench.ended((await lastOf("vm.credit_start")).id)).toMatchObject({ status: "succeeded" });
    expect(await bench.ended((await lastOf("vm.start")).id)).toMatchObject({ status: "succeeded" });
    expect((await vmNow()).status).toBe("running");
  });

  it("do not start what the customer stopped, nor what expired or is gone", async () => {
    await running();
    await done(stopVm(bench.rt, actor(), stopInput()));
    const starts = await countOf("vm.start");
    await startPaid(bench.rt, due());
    await startPaid(bench.rt, { ...due(), resourceId: "vm_00000000000000000000000000" });
    await startPaid(bench.rt, { ...due(), resourceType: "tunnel" });
    expect([await countOf("vm.start"), (await vmNow()).status]).toEqual([starts, "stopped"]);
    await running();
    await mark(new Date());
    await stopUnpaid(bench.rt, due());
    await bench.ended((await lastOf("vm.stop")).id);
    await bench.rt.db.prisma.vm.update({ where: { id: vmId }, data: { expiryStoppedAt: new Date() } });
    await startPaid(bench.rt, due());
    expect(await vmNow()).toMatchObject({ status: "stopped", statusReason: EXHAUSTED, operationId: null });
    await bench.rt.db.prisma.vm.update({ where: { id: vmId }, data: { expiryStoppedAt: null } });
  });

  it("that are exhausted while the VM is busy stop it when it is free; nothing else waits for that", async () => {
    await running();
    await mark(new Date());
    const { operationId } = await restartVm(bench.rt, actor(), vmId);
    await stopUnpaid(bench.rt, due());
    expect(await bench.ended(operationId)).toMatchObject({ status: "succeeded" });
    expect(await bench.ended((await lastOf("vm.credit_stop")).id)).toMatchObject({ status: "succeeded" });
    await bench.ended((await lastOf("vm.stop")).id);
    expect(await vmNow()).toMatchObject({ status: "stopped", statusReason: EXHAUSTED });
  });

  it("are needed to start", async () => {
    const poor = await createComputeBench(1_014_499n);
    try {
      poor.worker();
      const made = await poor.create();
      await poor.ended(made.operationId);
      await poor.ended((await stopVm(poor.rt, poor.customer.actor, { ...stop, id: made.vmId })).operationId);
      await expect(startVm(poor.rt, poor.customer.actor, made.vmId)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS" });
      expect(await poor.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: made.vmId } })).toMatchObject({ status: "stopped", operationId: null });
    } finally {
      await poor.close();
    }
  });
});

describe("deleting", () => {
  it("that is called off before it begins leaves the VM as it is", async () => {
    await running();
    const other = await createComputeBench();
    try {
      const worker = other.worker();
      const made = await other.create();
      await other.ended(made.operationId);
      await worker.stop();
      const { deletionJobId } = await deleteVm(other.rt, other.customer.actor, { id: made.vmId, force: false, preserveVolumes: false });
      await cancelOperation(other.rt, other.customer.actor, other.customer.actor, deletionJobId);
      other.worker();
      expect(await other.ended(deletionJobId)).toMatchObject({ status: "cancelled" });
      expect(await other.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: made.vmId } })).toMatchObject({ status: "running", statusReason: null, operationId: null });
    } finally {
      await other.close();
    }
  });

  it("of a VM that vanished from its host succeeds, and other actions say so", async () => {
    const made = await bench.create("vanished");
    await bench.ended(made.operationId);
    await bench.driver.destroy(hypervisorRef(made.vmId), anyCall);
    expect(await done(restartVm(bench.rt, actor(), made.vmId))).toMatchObject({ status: "failed" });
    const vm = await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: made.vmId } });
    expect([vm.status, vm.statusReason]).toEqual(["error", "The hypervisor no longer has this VM. Delete it; it costs nothing meanwhile."]);
    expect(await bench.rt.db.prisma.meterSpan.count({ where: { resourceId: made.vmId, endedAt: null } })).toBe(0);
    expect(await bench.ended((await deleteVm(bench.rt, actor(), { id: made.vmId, force: true, preserveVolumes: false })).deletionJobId)).toMatchObject({ status: "succeeded" });
  });

  it("removes the VM from its host and ends its metering; a failure on the way leaves it as it is", async () => {
    await running();
    bench.fault({ operation: "destroy", mode: "before", failure: "refused", ref });
    expect(await bench.ended((await deleteVm(bench.rt, actor(), { id: vmId, force: true, preserveVolumes: false })).deletionJobId)).toMatchObject({ status: "failed" });
    expect([(await vmNow()).status, await power(), await openSpans()]).toEqual(["stopped", "stopped", ["storage"]]);
    expect(await bench.ended((await deleteVm(bench.rt, actor(), { id: vmId, force: false, preserveVolumes: false })).deletionJobId)).toMatchObject({ status: "succeeded" });
    expect([(await vmNow()).status, await power(), await openSpans()]).toEqual(["terminated", "absent", []]);
    await expect(deleteVm(bench.rt, actor(), { id: vmId, force: false, preserveVolumes: false })).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});
