import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePerson } from "#server/testing/people.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { cancelOperation, retryOperation } from "../operation-control.ts";
import { getOperation } from "../operations.ts";
import { stopVm } from "../power.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { batchVms } from "./batch.ts";

let bench: ComputeBench;
let ids: string[];
beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker({ stopGraceMs: 50 });
  await bench.rt.db.prisma.quota.updateMany({ data: { vcpu: 1_000, memoryMb: 10_000_000, storageGb: 100_000, vms: 100 } });
  const made = await Promise.all(["one", "two", "three"].map((name) => bench.create(name)));
  for (const each of made) await bench.ended(each.operationId);
  ids = made.map((each) => each.vmId);
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const actor = () => bench.customer.actor;
const statuses = async () => Promise.all(ids.map(async (id) => (await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id } })).status));
const ask = (operation: "start" | "stop" | "restart" | "snapshot" | "delete", vmIds = ids, options: { graceful?: boolean; parallel?: boolean } = {}) =>
  batchVms(bench.rt, actor(), { operation, vmIds, options: { graceful: true, parallel: true, ...options } });
const results = async (id: string) => (await getOperation(bench.rt, actor(), id)).results ?? [];

describe("a batch", { timeout: 60_000 }, () => {
  it("does it to all, and says so of each", async () => {
    const answer = await ask("stop");
    expect(answer).toMatchObject({ operation: "stop", totalVms: 3, status: "queued", results: ids.map((vmId) => ({ vmId, status: "queued" })) });
    expect(await bench.ended(answer.batchJobId)).toMatchObject({ kind: "vms.batch", status: "succeeded", progress: 100 });
    expect(await results(answer.batchJobId)).toMatchObject(["one", "two", "three"].map((vmName) => ({ vmName, status: "succeeded", error: null })));
    expect(await statuses()).toEqual(["stopped", "stopped", "stopped"]);
    const audited = await bench.rt.db.prisma.auditEntry.findMany({ where: { action: { in: ["vms.batch", "vm.stop"] } } });
    expect(audited.map((entry) => entry.actorId)).toEqual(audited.map(() => actor().userId));
    expect(audited).toHaveLength(4);
  });

  it("one after the other, in the order given", async () => {
    const order = ids.toReversed();
    const { batchJobId } = await ask("start", order, { parallel: false });
    await bench.ended(batchJobId);
    const parts = await bench.rt.db.prisma.operation.findMany({ where: { kind: "vm.start" }, orderBy: { startedAt: "asc" } });
    expect(parts.map((part) => part.subjectId)).toEqual(order);
    for (const [index, part] of parts.entries()) expect(part.startedAt?.getTime()).toBeGreaterThanOrEqual(parts[index - 1]?.finishedAt?.getTime() ?? 0);
  });

  it("that one VM refuses is done to the others; tried again, what was done is not done again", async () => {
    await bench.ended((await stopVm(bench.rt, actor(), { id: ids[1] ?? "", graceful: false, timeoutSeconds: 5 })).operationId);
    const { batchJobId } = await ask("stop");
    expect(await bench.ended(batchJobId)).toMatchObject({ status: "failed", errorMessage: "It was not done on 1 of 3 VMs." });
    const first = await results(batchJobId);
    expect(first.map((result) => [result.status, result.error?.code ?? null])).toEqual([["succeeded", null], ["failed", "INVALID_STATE"], ["succeeded", null]]);
    await bench.ended((await ask("start", [ids[1] ?? ""])).batchJobId);
    await retryOperation(bench.rt, actor(), actor(), batchJobId);
    expect(await bench.ended(batchJobId)).toMatchObject({ status: "succeeded" });
    const second = await results(batchJobId);
    expect(second.map((result) => result.status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(second.map((result, index) => result.operationId === first[index]?.operationId)).toEqual([true, false, true]);
    expect(await bench.rt.db.prisma.operation.count({ where: { kind: "vm.stop", subjectId: ids[0] ?? "" } })).toBe(2);
  });

  it("whose host refuses one of them reports the host's words", async () => {
    bench.fault({ operation: "start", mode: "before", failure: "refused", ref: hypervisorRef(ids[2] ?? "") });
    await bench.ended((await ask("stop", [ids[1] ?? ""])).batchJobId);
    const { batchJobId } = await ask("start");
    expect(await bench.ended(batchJobId)).toMatchObject({ status: "failed" });
    expect((await results(batchJobId)).map((result) => result.error?.message ?? null)).toEqual([null, null, "Sim-frankfurt-1 was told to fail."]);
  });

  it("that is called off leaves those alone that it has not begun", async () => {
    await bench.ended((await ask("start", [ids[2] ?? ""])).batchJobId);
    bench.fault({ operation: "stop", mode: "hang", ref: hypervisorRef(ids[0] ?? "") });
    const { batchJobId } = await ask("stop", ids, { parallel: false });
    while ((await results(batchJobId))[0]?.status !== "running") await new Promise((done) => setTimeout(done, 10));
    await cancelOperation(bench.rt, actor(), actor(), batchJobId);
    expect(await bench.ended(batchJobId)).toMatchObject({ status: "cancelled" });
    expect((await results(batchJobId)).slice(1).map((result) => result.status)).toEqual(["queued", "queued"]);
    expect((await statuses()).slice(1)).toEqual(["running", "running"]);
  });

  it("is refused with a VM that is not the organization's, and without the permission", async () => {
    const stranger = await makePerson(bench.rt);
    await expect(batchVms(bench.rt, stranger.actor, { operation: "stop", vmIds: ids, options: { graceful: true, parallel: true } })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const operator = { ...actor(), role: "operator" };
    await expect(batchVms(bench.rt, operator, { operation: "delete", vmIds: ids, options: { graceful: true, parallel: true } })).rejects.toMatchObject({ code: "FORBIDDEN", extras: { requiredPermission: "vm:delete" } });
  });
});
