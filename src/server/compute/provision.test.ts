import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { getBalance } from "#server/billing/credits.ts";
import { makePerson } from "#server/testing/people.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { cancelOperation } from "./operation-control.ts";
import { getOperation } from "./operations.ts";
import { createProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { type ComputeBench, createComputeBench } from "./testing/bench.ts";
import { anyCall, TEST_REGION } from "./testing/places.ts";
import { getVm, listVms } from "./vms.ts";

let bench: ComputeBench;

beforeAll(async () => {
  bench = await createComputeBench();
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const balance = () => getBalance(bench.rt, bench.customer.actor);
const there = (vmId: string) => bench.driver.inspect(hypervisorRef(vmId), anyCall);
const vmOf = (vmId: string) => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } });

/** Nothing is left of a VM that was rolled back, and nobody paid for it. */
async function expectNothingLeft(vmId: string): Promise<void> {
  expect(await vmOf(vmId)).toMatchObject({ status: "rolled_back", operationId: null });
  expect(await there(vmId)).toBeNull();
  expect(await bench.rt.db.prisma.hold.findMany({ where: { subjectId: vmId } })).toMatchObject([{ status: "voided" }]);
  expect(await bench.rt.db.prisma.transfer.count({ where: { subjectId: vmId } })).toBe(0);
  expect(await bench.rt.db.prisma.meterSpan.count({ where: { resourceId: vmId } })).toBe(0);
}

describe("making a VM", () => {
  it("ends in a running VM that is paid for once", async () => {
    const before = await balance();
    const { vmId, operationId, password } = await bench.create();
    expect((await balance()).held).toBe("14500");
    const worker = bench.worker();
    expect(await bench.ended(operationId)).toMatchObject({ status: "succeeded", progress: 100, leaseOwner: null });
    await worker.stop();
    const vm = await getVm(bench.rt, bench.customer.actor, vmId);
    expect(vm).toMatchObject({ status: "running", operationId: null, region: TEST_REGION, hypervisor: "simulated", pricePerHour: "14500" });
    expect(vm.network.privateIp).toMatch(/^10\./);
    expect(await there(vmId)).toMatchObject({ power: "running" });
    const after = await balance();
    expect([after.held, BigInt(before.balance) - BigInt(after.balance)]).toEqual(["0", 14_500n]);
    expect(await bench.rt.db.prisma.meterSpan.findMany({ where: { resourceId: vmId, endedAt: null } })).toHaveLength(2);
    const everything = JSON.stringify([await bench.rt.db.query({ text: "select * from operation" }), await bench.rt.db.query({ text: "select * from event" })], (_key, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value,
    );
    expect(everything).not.toContain(password);
    expect(everything).not.toContain("$6$");
  });

  it("says at once when credits do not suffice, and keeps nothing", async () => {
    const poor = await makePerson(bench.rt, { welcome: credits(1) - 1n });
    const project = await createProject(bench.rt, poor.actor, { name: "Poor" });
    const attempt = createVm(bench.rt, poor.actor, { name: "web-1", projectId: project.id, plan: "small", templateId: "debian-12", sshKeys: [], metadata: {} });
    await expect(attempt).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: "1000000", available: "999999" } });
    expect((await listVms(bench.rt, poor.actor, { page: 1, limit: 20, includeGone: true })).read().pagination.total).toBe(0);
  });

  it("does not find a project of another organization", async () => {
    const stranger = await makePerson(bench.rt, { welcome: credits(10) });
    const attempt = createVm(bench.rt, stranger.actor, { name: "web-1", projectId: bench.projectId, plan: "small", templateId: "debian-12", sshKeys: [], metadata: {} });
    await expect(attempt).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each([
    ["plan", { plan: "gigantic" }],
    ["templateId", { templateId: "windows-95" }],
    ["region", { region: "mars" }],
  ])("names the field that is not in the catalog: %s", async (field, change) => {
    const input = { name: "web-1", projectId: bench.projectId, plan: "small", templateId: "debian-12", sshKeys: [], metadata: {}, ...change };
    await expect(createVm(bench.rt, bench.customer.actor, input)).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field }] } });
  });

  it("says that there is no room, and holds no credits", async () => {
    const { id, memoryMb } = await bench.rt.db.prisma.host.findUniqueOrThrow({ where: { name: "sim-frankfurt-1" } });
    await bench.rt.db.prisma.host.update({ where: { id }, data: { memoryReserveMb: memoryMb } });
    await expect(bench.create()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    await bench.rt.db.prisma.host.update({ where: { id }, data: { memoryReserveMb: 0 } });
    expect((await balance()).held).toBe("0");
  });

  it("never gives a host more than it has, however many ask at once", async () => {
    const { id, vcpu } = await bench.rt.db.prisma.host.findUniqueOrThrow({ where: { name: "sim-frankfurt-1" } });
    const used = await bench.rt.db.prisma.vm.aggregate({ _sum: { vcpu: true }, where: { hostId: id, status: { notIn: ["terminated", "rolled_back"] } } });
    await bench.rt.db.prisma.host.update({ where: { id }, data: { vcpu: (used._sum.vcpu ?? 0) + 3 } });
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => bench.create(`crowd-${n}`)));
    await bench.rt.db.prisma.host.update({ where: { id }, data: { vcpu } });
    const made = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(made).toHaveLength(3);
    const worker = bench.worker();
    for (const each of made) await cancelOperation(bench.rt, bench.customer.actor, bench.customer.actor, each.operationId);
    for (const each of made) expect(await bench.ended(each.operationId)).toMatchObject({ status: "cancelled" });
    await worker.stop();
  });
});

describe("a step that fails", () => {
  it.each(["create", "configure", "start", "inspect"] as const)("%s: is undone with all before it, and says why", async (operation) => {
    const { vmId, operationId } = await bench.create();
    // The fault of `inspect` would befall the saga's wait for the address.
    bench.fault({ operation, mode: "before", failure: "refused", ref: hypervisorRef(vmId) });
    const worker = bench.worker();
    const ended = await bench.ended(operationId);
    await worker.stop();
    expect(ended).toMatchObject({ status: "failed", errorCode: "HYPERVISOR_ERROR", errorMessage: "Sim-frankfurt-1 was told to fail." });
    expect((await vmOf(vmId)).statusReason).toBe("Sim-frankfurt-1 was told to fail.");
    expect(JSON.stringify(ended.input)).not.toContain("$6$");
    await expectNothingLeft(vmId);
  });

  it("is tried again when it may work later, and the VM is made once", async () => {
    const { vmId, operationId } = await bench.create();
    bench.fault({ operation: "create", mode: "before", times: 2 });
    bench.fault({ operation: "start", mode: "before", times: 4 });
    const worker = bench.worker();
    const ended = await bench.ended(operationId);
    await worker.stop();
    expect(ended.status).toBe("succeeded");
    expect(ended.steps.map((step) => [step.name, step.attempt])).toEqual([["hold", 1], ["reserve", 1], ["create", 3], ["configure", 1], ["start", 5], ["address", 1], ["charge", 1]]);
    expect(await there(vmId)).toMatchObject({ power: "running" });
  });

  it("gives up after five attempts", async () => {
    const { vmId, operationId } = await bench.create();
    bench.fault({ operation: "start", mode: "before", times: 5 });
    const worker = bench.worker();
    expect(await bench.ended(operationId)).toMatchObject({ status: "failed" });
    await worker.stop();
    await expectNothingLeft(vmId);
  });

  it.each(["midway", "after"] as const)("whose answer is lost %s its effect goes on from what is there", async (mode) => {
    const { vmId, operationId } = await bench.create();
    for (const operation of ["create", "configure", "start"] as const) bench.fault({ operation, mode });
    const worker = bench.worker();
    expect(await bench.ended(operationId)).toMatchObject({ status: "succeeded" });
    await worker.stop();
    expect(await there(vmId)).toMatchObject({ power: "running" });
    expect(await bench.rt.db.prisma.transfer.count({ where: { subjectId: vmId } })).toBe(2);
  });

  it("leaves nothing behind when every answer of its creation is lost", async () => {
    const { vmId, operationId } = await bench.create();
    bench.fault({ operation: "create", mode: "midway", times: 5 });
    const worker = bench.worker();
    expect(await bench.ended(operationId)).toMatchObject({ status: "failed" });
    await worker.stop();
    await expectNothingLeft(vmId);
  });

  it("is given up when the hypervisor hangs, and asked for again", async () => {
    const { vmId, operationId } = await bench.create();
    bench.fault({ operation: "create", mode: "hang" });
    const worker = bench.worker({ maxCallMs: 1_500 });
    const ended = await bench.ended(operationId);
    await worker.stop();
    expect(ended).toMatchObject({ status: "succeeded" });
    expect(ended.steps[2]).toMatchObject({ name: "create", attempt: 2 });
    expect(await there(vmId)).toMatchObject({ power: "running" });
  });

  it("is undone again and again until that works", async () => {
    const { vmId, operationId } = await bench.create();
    bench.fault({ operation: "start", mode: "before", failure: "refused" });
    bench.fault({ operation: "destroy", mode: "before", failure: "refused", times: 3 });
    bench.fault({ operation: "destroy", mode: "midway", times: 3 });
    const worker = bench.worker();
    const ended = await bench.ended(operationId);
    await worker.stop();
    expect(ended).toMatchObject({ status: "failed" });
    expect(ended.steps[2]).toMatchObject({ status: "compensated" });
    expect(ended.steps[2]?.compensationAttempt).toBeGreaterThan(3);
    await expectNothingLeft(vmId);
  });
});

describe("calling it off", () => {
  it("undoes what was done", async () => {
    const { vmId, operationId } = await bench.create();
    bench.fault({ operation: "start", mode: "hang", times: 0 });
    const worker = bench.worker();
    while ((await getOperation(bench.rt, bench.customer.actor, operationId)).steps[4]?.status !== "running") await new Promise((done) => setTimeout(done, 5));
    expect((await cancelOperation(bench.rt, bench.customer.actor, bench.customer.actor, operationId)).cancellable).toBe(false);
    const ended = await bench.ended(operationId);
    await worker.stop();
    expect(ended).toMatchObject({ status: "cancelled", errorCode: null });
    await expectNothingLeft(vmId);
    await expect(cancelOperation(bench.rt, bench.customer.actor, bench.customer.actor, operationId)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});
