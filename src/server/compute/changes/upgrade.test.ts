import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { makePerson } from "#server/testing/people.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { retryOperation } from "../operation-control.ts";
import { deleteVm, startVm, stopVm } from "../power.ts";
import { takeSnapshot } from "../snapshots/snapshots.ts";
import { givePrices } from "#server/testing/offer.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { anyCall } from "../testing/places.ts";
import { replaceVm, upgradeVm } from "./upgrade.ts";

let bench: ComputeBench;
beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  const upgrade = { name: "More", vcpu: 1, memoryMb: 2_048, storageGb: 10 };
  const made = await bench.rt.db.prisma.upgrade.createManyAndReturn({
    data: [
      { id: newId("upgrade"), slug: "test-more", ...upgrade },
      { id: newId("upgrade"), slug: "test-huge", ...upgrade, memoryMb: 400 * 1024 },
      { id: newId("upgrade"), slug: "test-retired", ...upgrade, active: false },
    ],
  });
  for (const { id } of made) await givePrices(bench.rt, { type: "upgrade", id }, { compute: 7_000n, storage: 500n });
  await bench.rt.db.prisma.quota.updateMany({ data: { vcpu: 1_000, memoryMb: 10_000_000, storageGb: 100_000, vms: 100 } });
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const actor = () => bench.customer.actor;
const rowOf = (id: string) => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id } });
const seen = (id: string) => bench.driver.inspect(hypervisorRef(id), anyCall);
const spans = (resourceId: string) => bench.rt.db.prisma.meterSpan.findMany({ where: { resourceId, endedAt: null }, orderBy: { component: "asc" }, select: { component: true, pricePerHour: true } });

async function stopped(name: string): Promise<string> {
  const made = await bench.create(name);
  await bench.ended(made.operationId);
  await bench.ended((await stopVm(bench.rt, actor(), { id: made.vmId, graceful: false, timeoutSeconds: 5 })).operationId);
  return made.vmId;
}

describe("an upgrade", { timeout: 60_000 }, () => {
  it("makes the VM larger on its host and in the database, and dearer from then on", async () => {
    const id = await stopped("grows");
    const { operationId, status } = await upgradeVm(bench.rt, actor(), { id, upgrade: "test-more" });
    expect(status).toBe("updating");
    expect(await bench.ended(operationId)).toMatchObject({ kind: "vm.upgrade", status: "succeeded", progress: 100 });
    const size = { vcpu: 2, memoryMb: 4_096, storageGb: 35 };
    expect(await rowOf(id)).toMatchObject({ ...size, status: "stopped", operationId: null, computePricePerHour: 19_000n, storagePricePerHour: 3_000n });
    expect(await seen(id)).toMatchObject({ ...size, power: "stopped" });
    expect(await spans(id)).toEqual([{ component: "storage", pricePerHour: 3_000n }]);
    await bench.ended((await startVm(bench.rt, actor(), id)).operationId);
    expect(await spans(id)).toEqual([
      { component: "compute", pricePerHour: 19_000n },
      { component: "storage", pricePerHour: 3_000n },
    ]);
  });

  it("is refused while the VM runs, when nobody sells it, and to strangers", async () => {
    const made = await bench.create("runs");
    await bench.ended(made.operationId);
    await expect(upgradeVm(bench.rt, actor(), { id: made.vmId, upgrade: "test-more" })).rejects.toMatchObject({ code: "INVALID_STATE" });
    const id = await stopped("not-sold");
    await expect(upgradeVm(bench.rt, actor(), { id, upgrade: "test-retired" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(upgradeVm(bench.rt, (await makePerson(bench.rt)).actor, { id, upgrade: "test-more" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("that its host has no room for, or the quota, changes nothing", async () => {
    const id = await stopped("no-room");
    await expect(upgradeVm(bench.rt, actor(), { id, upgrade: "test-huge" })).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    const { tier } = await bench.rt.db.prisma.quota.findFirstOrThrow();
    await bench.rt.db.prisma.quota.updateMany({ data: { vcpu: 1 } });
    await expect(upgradeVm(bench.rt, actor(), { id, upgrade: "test-more" })).rejects.toMatchObject({ code: "FORBIDDEN", extras: { quota: "vcpu" } });
    await bench.rt.db.prisma.quota.updateMany({ data: { vcpu: 1_000 } });
    expect(tier).toBeTruthy();
    expect(await rowOf(id)).toMatchObject({ vcpu: 1, memoryMb: 2_048, storageGb: 25, status: "stopped", operationId: null });
  });

  it("that fails gives the room back and costs nothing; tried again, it works", async () => {
    const id = await stopped("fails");
    bench.fault({ operation: "resize", mode: "before", failure: "refused", ref: hypervisorRef(id) });
    const failed = await bench.ended((await upgradeVm(bench.rt, actor(), { id, upgrade: "test-more" })).operationId);
    expect(failed).toMatchObject({ status: "failed" });
    expect(await rowOf(id)).toMatchObject({ vcpu: 1, memoryMb: 2_048, storageGb: 25, status: "stopped", computePricePerHour: 12_000n });
    await retryOperation(bench.rt, actor(), actor(), failed.id);
    expect(await bench.ended(failed.id)).toMatchObject({ status: "succeeded" });
    expect(await rowOf(id)).toMatchObject({ vcpu: 2, memoryMb: 4_096, storageGb: 35, computePricePerHour: 19_000n });
  });

  it("whose answers are lost keeps the disk that has grown, and takes CPU and memory back", async () => {
    const id = await stopped("half-way");
    bench.fault({ operation: "resize", mode: "after", times: 5, ref: hypervisorRef(id) });
    expect(await bench.ended((await upgradeVm(bench.rt, actor(), { id, upgrade: "test-more" })).operationId)).toMatchObject({ status: "failed" });
    const size = { vcpu: 1, memoryMb: 2_048, storageGb: 35 };
    expect(await rowOf(id)).toMatchObject({ ...size, status: "stopped", storagePricePerHour: 2_500n });
    expect(await seen(id)).toMatchObject(size);
  });

  it("of a VM that was deleted behind our back fails and says so", async () => {
    const id = await stopped("vanished");
    await bench.driver.destroy(hypervisorRef(id), anyCall);
    expect(await bench.ended((await upgradeVm(bench.rt, actor(), { id, upgrade: "test-more" })).operationId)).toMatchObject({ status: "failed" });
    expect(await rowOf(id)).toMatchObject({ status: "error", vcpu: 1, storageGb: 25 });
    expect(await spans(id)).toEqual([]);
  });

  it("waits until the VM's snapshots are deleted", async () => {
    const id = await stopped("has-snapshot");
    await bench.ended((await takeSnapshot(bench.rt, actor(), { id, name: "before" })).operationId);
    await expect(upgradeVm(bench.rt, actor(), { id, upgrade: "test-more" })).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect(await rowOf(id)).toMatchObject({ status: "stopped", operationId: null });
  });

  it("is found by the size that is wanted; a size that no upgrade leads to is refused with the name unchanged", async () => {
    const id = await stopped("by-size");
    await expect(replaceVm(bench.rt, actor(), { id, name: "other", resources: { cpu: 3 } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect((await rowOf(id)).name).toBe("by-size");
    const answer = await replaceVm(bench.rt, actor(), { id, name: "other", resources: { cpu: 2, memoryGb: 4, storageGb: 35 } });
    expect(answer).toMatchObject({ name: "other", status: "updating", changesPending: ["resources.cpu", "resources.memory_gb", "resources.storage_gb"] });
    await bench.ended(answer.updateJobId ?? "");
    expect(await rowOf(id)).toMatchObject({ name: "other", vcpu: 2, storageGb: 35 });
    expect(await replaceVm(bench.rt, actor(), { id, resources: { cpu: 2 } })).toMatchObject({ updateJobId: null, changesPending: [] });
  });
});

it("stop and delete pressed at once: one of them has the VM, the other is refused", async () => {
  const made = await bench.create("pressed");
  await bench.ended(made.operationId);
  const presses = await Promise.allSettled([
    stopVm(bench.rt, actor(), { id: made.vmId, graceful: true, timeoutSeconds: 5 }).then((answer) => answer.operationId),
    deleteVm(bench.rt, actor(), { id: made.vmId, force: true, preserveVolumes: false }).then((answer) => answer.deletionJobId),
  ]);
  const won = presses.flatMap((press) => (press.status === "fulfilled" ? [press.value] : []));
  const lost = presses.flatMap((press) => (press.status === "rejected" ? [press.reason as unknown] : []));
  expect(won).toHaveLength(1);
  expect(lost).toMatchObject([{ code: "INVALID_STATE" }]);
  expect(await bench.ended(won[0] ?? "")).toMatchObject({ status: "succeeded" });
  expect(["stopped", "terminated"]).toContain((await rowOf(made.vmId)).status);
});
