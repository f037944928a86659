import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { givePrices } from "#server/testing/offer.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { sweepHosts } from "./host-sweep.ts";
import { cancelOperation, giveUpOperation } from "./operation-control.ts";
import { withinStep } from "./operation-progress.ts";
import { getOperation, listOperations } from "./operations.ts";
import { powerAnyVm, stopVm } from "./power.ts";
import { upgradeVm } from "./changes/upgrade.ts";
import { type ComputeBench, createComputeBench } from "./testing/bench.ts";
import { anyCall } from "./testing/places.ts";

let bench: ComputeBench;
let admin: Person;
beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  admin = await makePerson(bench.rt, { platformRole: "admin" });
  await bench.rt.db.prisma.upgrade.create({ data: { id: "upg_test", slug: "test-more", name: "More", vcpu: 1 } });
  await givePrices(bench.rt, { type: "upgrade", id: "upg_test" }, { compute: 1n, storage: 1n });
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const rowOf = (id: string) => bench.rt.db.prisma.vm.findUniqueOrThrow({ where: { id } });
const operationOf = (id: string) => bench.rt.db.prisma.operation.findUniqueOrThrow({ where: { id }, include: { steps: true } });
const compensating = async (id: string) => {
  while (!(await operationOf(id)).steps.some((step) => step.compensationAttempt >= 2)) await new Promise((done) => setTimeout(done, 20));
};
const seen = (id: string) => bench.driver.inspect(hypervisorRef(id), anyCall);
/** What the sweep compares is older than a minute. */
const aged = (id: string) => bench.rt.db.prisma.vm.update({ where: { id }, data: { updatedAt: new Date(Date.now() - 120_000) } });

describe("giving up a host", { timeout: 60_000 }, () => {
  it("ends the undoing of a creation: the credits are free, and the sweep removes what is left when the host is back", async () => {
    bench.fault({ operation: "start", mode: "before", failure: "refused" });
    bench.fault({ operation: "destroy", mode: "before", times: 0 });
    const made = await bench.create("left-behind");
    await compensating(made.operationId);
    expect(await giveUpOperation(bench.rt, admin.actor, made.operationId)).toMatchObject({ status: "failed", abandoned: true });
    expect(await rowOf(made.vmId)).toMatchObject({ status: "rolled_back", operationId: null });
    const account = await bench.rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: bench.customer.organizationId } });
    expect(account.held).toBe(0n);
    expect(await bench.rt.db.prisma.auditEntry.count({ where: { action: "operation.give_up", subjectId: made.operationId, actorId: admin.userId } })).toBe(1);
    bench.mend();
    expect(await seen(made.vmId)).not.toBeNull();
    await aged(made.vmId);
    await sweepHosts(bench.rt);
    expect(await seen(made.vmId)).toBeNull();
  });

  it("of an upgrade leaves the VM in error with its old size", async () => {
    const made = await bench.create("kept");
    await bench.ended(made.operationId);
    await bench.ended((await stopVm(bench.rt, bench.customer.actor, { id: made.vmId, graceful: false, timeoutSeconds: 5 })).operationId);
    bench.fault({ operation: "resize", mode: "before", times: 0 });
    bench.fault({ operation: "inspect", mode: "before", times: 0 });
    const { operationId } = await upgradeVm(bench.rt, bench.customer.actor, { id: made.vmId, upgrade: "test-more" });
    await compensating(operationId);
    await giveUpOperation(bench.rt, admin.actor, operationId);
    expect(await rowOf(made.vmId)).toMatchObject({ status: "error", vcpu: 1, operationId: null });
    expect((await rowOf(made.vmId)).statusReason).toContain("The host does not answer");
  });

  it("is refused for what runs forward and for what has ended", async () => {
    const made = await bench.create("fine");
    await expect(giveUpOperation(bench.rt, admin.actor, made.operationId)).rejects.toMatchObject({ code: "INVALID_STATE" });
    await bench.ended(made.operationId);
    await expect(giveUpOperation(bench.rt, admin.actor, made.operationId)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});

describe("an administrator", { timeout: 60_000 }, () => {
  it("sees whose operations they are, calls one off, and switches anybody's VM", async () => {
    const made = await bench.create("theirs");
    await bench.ended(made.operationId);
    const list = await listOperations(bench.rt, "platform", { page: 1, limit: 5 });
    expect(list.data[0]?.organizationName).toBe((await bench.rt.db.prisma.organization.findUniqueOrThrow({ where: { id: bench.customer.organizationId } })).name);
    expect((await getOperation(bench.rt, bench.customer.actor, made.operationId)).organizationName).toBeNull();
    const { operationId } = await powerAnyVm(bench.rt, admin.actor, { id: made.vmId, action: "restart" });
    expect(await bench.ended(operationId)).toMatchObject({ status: "succeeded", actorId: admin.userId });
    await expect(cancelOperation(bench.rt, admin.actor, "platform", operationId)).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});

describe("progress within a step", () => {
  const weights = [{ weight: 20 }, { weight: 60 }, { weight: 20 }];
  const steps = [{ status: "succeeded" }, { status: "running" }, { status: "pending" }];
  it.each([
    [0, 20],
    [50, 50],
    [100, 80],
    [250, 80],
    [-5, 20],
  ])("%d %% of the step", (percent, progress) => {
    expect(withinStep(steps, weights, 1, percent)).toBe(progress);
  });
  it("keeps 100 for the end", () => {
    expect(withinStep([{ status: "succeeded" }, { status: "succeeded" }, { status: "running" }], weights, 2, 100)).toBe(99);
  });
});
