import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { type Driver, hypervisorRef } from "../drivers/driver.ts";
import { type Fault, clearFaults, injectFault } from "../drivers/simulated/faults.ts";
import { createSimulatedDriver } from "../drivers/simulated/simulated-driver.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { retryOperation } from "../operation-control.ts";
import { stopVm } from "../power.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { anyCall, TEST_HOST, TEST_REGION } from "../testing/places.ts";
import { migrateVm, migrationTargets } from "./migrate.ts";

const OTHER = { ...TEST_HOST, name: "sim-frankfurt-2", vcpu: 8, memoryMb: 16 * 1024, storageGb: 500 };

let bench: ComputeBench;
let admin: Person;
let otherId: string;
let other: Driver;
let vmId: string;
beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  admin = await makePerson(bench.rt, { platformRole: "admin" });
  other = createSimulatedDriver({ folder: bench.rt.config.dataDir, speed: bench.rt.config.simulationSpeed }, OTHER);
});
beforeEach(async () => {
  // The VM is made where there is but one host.
  await bench.rt.db.prisma.vm.updateMany({ data: { status: "terminated", hostId: null } });
  await bench.rt.db.prisma.host.deleteMany({ where: { name: OTHER.name } });
  const made = await bench.create("moves");
  await bench.ended(made.operationId);
  vmId = made.vmId;
  otherId = newId("host");
  const at = bench.rt.clock.now();
  const { name, vcpu, memoryMb, storageGb } = OTHER;
  await bench.rt.db.prisma.host.create({ data: { id: otherId, name, vcpu, memoryMb, storageGb, driver: "simulated", region: TEST_REGION, health: "healthy", createdAt: at, updatedAt: at } });
});
afterEach(() => {
  bench.mend();
  clearFaults(simulatedHostFolder(bench.rt.config.dataDir, OTHER.name));
});
afterAll(() => bench.close());

const faultThere = (fault: Fault) => injectFault(simulatedHostFolder(bench.rt.config.dataDir, OTHER.name), fault);
const rowNow = () => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId }, include: { host: true } });
const where = async () => [(await bench.driver.inspect(hypervisorRef(vmId), anyCall))?.power ?? null, (await other.inspect(hypervisorRef(vmId), anyCall))?.power ?? null];
const move = () => migrateVm(bench.rt, admin.actor, { id: vmId, targetHost: OTHER.name, liveMigration: true, preserveState: true });

describe("a move", { timeout: 60_000 }, () => {
  it("of a running VM: it runs there, is here no more, and was taken into account on both meanwhile", async () => {
    const answer = await move();
    expect(answer).toMatchObject({ sourceHost: TEST_HOST.name, targetHost: OTHER.name, progressPercent: 0 });
    expect(await bench.ended(answer.migrationJobId)).toMatchObject({ status: "succeeded" });
    expect(await rowNow()).toMatchObject({ status: "running", hostId: otherId, targetHostId: null, operationId: null });
    expect(await where()).toEqual([null, "running"]);
  });

  it("of a stopped VM", async () => {
    await bench.ended((await stopVm(bench.rt, bench.customer.actor, { id: vmId, graceful: false, timeoutSeconds: 5 })).operationId);
    expect(await bench.ended((await move()).migrationJobId)).toMatchObject({ status: "succeeded" });
    expect(await rowNow()).toMatchObject({ status: "stopped", hostId: otherId });
    expect(await where()).toEqual([null, "stopped"]);
  });

  it("reserves its place there before it begins: nothing else gets it", async () => {
    const second = await bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } });
    const slow = await bench.rt.db.prisma.vm.create({ data: { ...second, id: newId("vm"), name: "big", memoryMb: 15 * 1024, status: "stopped", metadata: {}, hostId: second.hostId, targetHostId: otherId } });
    expect((await migrationTargets(bench.rt, vmId)).data).toMatchObject([{ name: OTHER.name, freeMemoryMb: 1_024, problem: "no_room" }]);
    await expect(move()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(await rowNow()).toMatchObject({ status: "running", targetHostId: null, operationId: null });
    await bench.rt.db.prisma.vm.delete({ where: { id: slow.id } });
    expect((await migrationTargets(bench.rt, vmId)).data).toMatchObject([{ problem: null }]);
  });

  it("is refused to where it is, to a host of another region, to one that takes no VMs and to one that nobody knows", async () => {
    const to = (targetHost: string) => migrateVm(bench.rt, admin.actor, { id: vmId, targetHost, liveMigration: true, preserveState: true });
    await expect(to(TEST_HOST.name)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await expect(to("sim-seoul-1")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(to("nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await bench.rt.db.prisma.host.update({ where: { id: otherId }, data: { status: "draining" } });
    await expect(move()).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect(await rowNow()).toMatchObject({ status: "running", targetHostId: null, operationId: null });
  });

  it("that the hosts refuse leaves the VM running where it was, with its place there given back; tried again, it works", async () => {
    bench.fault({ operation: "migrate", mode: "before", failure: "refused", ref: hypervisorRef(vmId) });
    const { migrationJobId } = await move();
    expect(await bench.ended(migrationJobId)).toMatchObject({ status: "failed" });
    expect(await rowNow()).toMatchObject({ status: "running", host: { name: TEST_HOST.name }, targetHostId: null, operationId: null });
    expect(await where()).toEqual(["running", null]);
    await retryOperation(bench.rt, admin.actor, "platform", migrationJobId);
    expect(await bench.ended(migrationJobId)).toMatchObject({ status: "succeeded" });
    expect(await where()).toEqual([null, "running"]);
  });

  it("whose answers are lost has happened all the same", async () => {
    bench.fault({ operation: "migrate", mode: "after", times: 2, ref: hypervisorRef(vmId) });
    expect(await bench.ended((await move()).migrationJobId)).toMatchObject({ status: "succeeded" });
    expect(await rowNow()).toMatchObject({ status: "running", hostId: otherId });
    expect(await where()).toEqual([null, "running"]);
  });

  it("whose source dies in the middle is where it is found", async () => {
    bench.fault({ operation: "migrate", mode: "midway", ref: hypervisorRef(vmId) });
    bench.fault({ operation: "migrate", mode: "before", times: 0, ref: hypervisorRef(vmId) });
    const { migrationJobId } = await move();
    // The task has begun and goes on; from now on the source says nothing.
    bench.fault({ operation: "inspect", mode: "before", times: 0, ref: hypervisorRef(vmId) });
    expect(await bench.ended(migrationJobId)).toMatchObject({ status: "failed" });
    const row = await rowNow();
    bench.mend();
    const [here, there] = await where();
    expect([here === null, there === null].filter(Boolean)).toHaveLength(1);
    if (there === "running") expect(row).toMatchObject({ status: "running", hostId: otherId, targetHostId: null });
    else expect(row).toMatchObject({ status: "error", host: { name: TEST_HOST.name }, targetHostId: null });
  });

  it("of which both hosts say nothing any more ends in `error` with the place given back", async () => {
    bench.fault({ operation: "inspect", mode: "before", times: 0, ref: hypervisorRef(vmId) });
    faultThere({ operation: "inspect", mode: "before", times: 0 });
    expect(await bench.ended((await move()).migrationJobId)).toMatchObject({ status: "failed" });
    expect(await rowNow()).toMatchObject({ status: "error", host: { name: TEST_HOST.name }, targetHostId: null, operationId: null });
  });

  it("of a VM that was deleted behind our back fails and says so", async () => {
    await bench.driver.destroy(hypervisorRef(vmId), anyCall);
    expect(await bench.ended((await move()).migrationJobId)).toMatchObject({ status: "failed" });
    const row = await rowNow();
    expect([row.status, row.statusReason, row.targetHostId]).toEqual(["error", "The hypervisor no longer has this VM. Delete it; it costs nothing meanwhile.", null]);
  });
});
