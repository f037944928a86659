import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant, type Tenant } from "#server/testing/tenant.ts";
import { type Driver, hypervisorRef } from "../drivers/driver.ts";
import { injectFault } from "../drivers/simulated/faults.ts";
import { createSimulatedDriver } from "../drivers/simulated/simulated-driver.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { sweepHosts } from "../host-sweep.ts";
import { anyCall, TEST_HARDWARE } from "../testing/places.ts";
import { adoptFinding } from "./adopt.ts";
import { ignoreFinding, listFindings, removeFinding } from "./findings.ts";

let rt: TestRuntime;
let admin: Person;
let tenant: Tenant;
let hostId: string;
let driver: Driver;
let planId: string;
let imageId: string;
beforeAll(async () => {
  rt = await createTestRuntime({ simulationSpeed: 1_000 });
  await seedCatalog(rt);
  admin = await makePerson(rt, { platformRole: "admin" });
  tenant = await makeTenant(rt);
  await rt.db.prisma.hostFinding.deleteMany();
  // The tenant's VM and its backup are rows alone.
  await rt.db.prisma.vmBackup.deleteMany();
  await rt.db.prisma.vm.deleteMany();
  const plan = await rt.db.prisma.plan.findUniqueOrThrow({ where: { slug: "small" } });
  const image = await rt.db.prisma.image.findUniqueOrThrow({ where: { slug: "debian-12" } });
  [planId, imageId] = [plan.id, image.id];
  const host = await rt.db.prisma.host.findUniqueOrThrow({ where: { name: "sim-frankfurt-1" } });
  hostId = host.id;
  driver = createSimulatedDriver({ folder: rt.config.dataDir, speed: rt.config.simulationSpeed }, { ...host, credentials: null });
});
afterAll(() => rt.close());
beforeEach(() => rt.clock.advance(3_600_000));

/** A VM that somebody made on the host, and its finding. */
async function stray(): Promise<{ ref: string; findingId: string }> {
  const ref = hypervisorRef(newId("vm"));
  await driver.create(ref, TEST_HARDWARE, anyCall);
  await driver.start(ref, anyCall);
  await sweepHosts(rt);
  const finding = (await listFindings(rt, { hostId, view: "open", page: 1, limit: 100 })).data.find((each) => each.ref === ref);
  return { ref, findingId: finding?.id ?? "" };
}
const found = async (ref: string) => rt.db.prisma.hostFinding.findFirst({ where: { hostId, ref } });
const adoption = (findingId: string) => ({ id: findingId, organizationId: tenant.organizationId, projectId: tenant.projectId, planId, imageId, name: "adopted" });
const confirmed = async (findingId: string) => {
  const row = await rt.db.prisma.hostFinding.findUniqueOrThrow({ where: { id: findingId } });
  return { id: findingId, confirm: (row.details as { name: string }).name };
};

describe("what the sweep finds", () => {
  it("an unknown VM is found once, kept while it is there, and gone by itself when it is not", async () => {
    const { ref, findingId } = await stray();
    const first = await found(ref);
    expect(first).toMatchObject({ kind: "unknown_vm", vmId: null, resolvedAt: null, details: { vcpu: 1, memoryMb: 2_048, storageGb: 25, power: "running", ours: true } });
    rt.clock.advance(60_000);
    await sweepHosts(rt);
    expect(await found(ref)).toMatchObject({ id: findingId, firstSeenAt: first?.firstSeenAt, lastSeenAt: rt.clock.now() });
    await driver.destroy(ref, anyCall);
    await sweepHosts(rt);
    expect(await found(ref)).toMatchObject({ resolvedAt: rt.clock.now(), resolution: "gone by itself" });
    // It comes back: that is news.
    rt.clock.advance(60_000);
    await driver.create(ref, TEST_HARDWARE, anyCall);
    await sweepHosts(rt);
    expect(await found(ref)).toMatchObject({ id: findingId, firstSeenAt: rt.clock.now(), resolvedAt: null });
    await driver.destroy(ref, anyCall);
  });

  it("a VM that is gone from its host is found too, until it is back", async () => {
    const { ref, findingId } = await stray();
    const { vmId } = await adoptFinding(rt, admin.actor, adoption(findingId));
    await driver.destroy(ref, anyCall);
    rt.clock.advance(120_000);
    await sweepHosts(rt);
    expect(await rt.db.prisma.hostFinding.findFirst({ where: { hostId, kind: "missing_vm", ref } })).toMatchObject({ vmId, resolvedAt: null });
    expect(await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } })).toMatchObject({ status: "error" });
    await driver.create(ref, TEST_HARDWARE, anyCall);
    rt.clock.advance(120_000);
    await sweepHosts(rt);
    expect(await rt.db.prisma.hostFinding.findFirst({ where: { hostId, kind: "missing_vm", ref } })).toMatchObject({ resolution: "gone by itself" });
    expect(await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } })).toMatchObject({ status: "stopped" });
  });

  it("a host that does not answer settles nothing", async () => {
    const { ref } = await stray();
    injectFault(simulatedHostFolder(rt.config.dataDir, "sim-frankfurt-1"), { operation: "list", mode: "before" });
    await sweepHosts(rt);
    expect(await found(ref)).toMatchObject({ resolvedAt: null });
  });

  it("a VM that stands on another host of its own accord is put down there, and is no finding", async () => {
    const { ref, findingId } = await stray();
    const { vmId } = await adoptFinding(rt, admin.actor, adoption(findingId));
    const other = await rt.db.prisma.host.findUniqueOrThrow({ where: { name: "sim-seoul-1" } });
    const there = createSimulatedDriver({ folder: rt.config.dataDir, speed: rt.config.simulationSpeed }, { ...other, credentials: null });
    await driver.destroy(ref, anyCall);
    await there.create(ref, TEST_HARDWARE, anyCall);
    await there.start(ref, anyCall);
    rt.clock.advance(120_000);
    await sweepHosts(rt);
    expect(await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } })).toMatchObject({ hostId: other.id, region: other.region, status: "running" });
    expect(await rt.db.prisma.hostFinding.findMany({ where: { ref, resolvedAt: null } })).toEqual([]);
  });
});

describe("adopting", () => {
  it("makes it a VM of the organization, with its size and its name on the host, charged from now on", async () => {
    const { ref, findingId } = await stray();
    const { vmId } = await adoptFinding(rt, admin.actor, adoption(findingId));
    const vm = await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId } });
    expect(vm).toMatchObject({ name: "adopted", status: "running", hypervisorRef: ref, hostId, organizationId: tenant.organizationId, ownerId: tenant.userId, vcpu: 1, memoryMb: 2_048, storageGb: 25, computePricePerHour: 12_000n });
    // It bore a name of ours: it has its id back.
    expect(hypervisorRef(vmId)).toBe(ref);
    const spans = await rt.db.prisma.meterSpan.findMany({ where: { resourceId: vmId } });
    expect(spans.map((span) => [span.component, span.startedAt.toISOString()]).sort()).toEqual([["compute", rt.clock.now().toISOString()], ["storage", rt.clock.now().toISOString()]]);
    expect(await found(ref)).toMatchObject({ resolution: "adopted", vmId });
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { action: "finding.adopt", subjectId: findingId } })).toMatchObject({ actorId: admin.userId, organizationId: tenant.organizationId });
    rt.clock.advance(120_000);
    await sweepHosts(rt);
    expect(await found(ref)).toMatchObject({ resolution: "adopted" });
    await expect(removeFinding(rt, admin.actor, await confirmed(findingId))).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  it("of two administrators at once one gets it", async () => {
    const { ref, findingId } = await stray();
    const both = await Promise.allSettled([adoptFinding(rt, admin.actor, adoption(findingId)), adoptFinding(rt, admin.actor, adoption(findingId))]);
    expect(both.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(both.find((each) => each.status === "rejected")).toMatchObject({ reason: { code: "INVALID_STATE" } });
    expect(await rt.db.prisma.vm.count({ where: { hypervisorRef: ref } })).toBe(1);
  });

  it("adopted by one while the other removes it: either it lives and is known, or it is gone and is not", async () => {
    const { ref, findingId } = await stray();
    const confirmation = await confirmed(findingId);
    const [adopted, removed] = await Promise.allSettled([adoptFinding(rt, admin.actor, adoption(findingId)), removeFinding(rt, admin.actor, confirmation)]);
    const there = (await driver.inspect(ref, anyCall)) !== null;
    const known = (await rt.db.prisma.vm.count({ where: { hypervisorRef: ref } })) === 1;
    expect([adopted.status === "fulfilled", removed.status === "fulfilled"].filter(Boolean)).toHaveLength(1);
    expect([there, known]).toEqual(adopted.status === "fulfilled" ? [true, true] : [false, false]);
  });

  it("refuses another organization's project, an unknown plan, and what is no longer there", async () => {
    const { ref, findingId } = await stray();
    const other = await makeTenant(rt);
    await rt.db.prisma.vmBackup.deleteMany({ where: { vmId: other.vmId } });
    await rt.db.prisma.vm.deleteMany({ where: { id: other.vmId } });
    await rt.db.prisma.hostFinding.deleteMany({ where: { id: other.findingId } });
    await expect(adoptFinding(rt, admin.actor, { ...adoption(findingId), projectId: other.projectId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(adoptFinding(rt, admin.actor, { ...adoption(findingId), planId: newId("plan") })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "planId" }] } });
    await expect(adoptFinding(rt, admin.actor, { ...adoption(findingId), name: "Not a name" })).rejects.toMatchObject({ extras: { details: [{ field: "name" }] } });
    await driver.destroy(ref, anyCall);
    await expect(adoptFinding(rt, admin.actor, adoption(findingId))).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect(await rt.db.prisma.vm.count({ where: { hypervisorRef: ref } })).toBe(0);
  });
});

describe("removing and ignoring", () => {
  it("destroys it on the host after its name was typed", async () => {
    const { ref, findingId } = await stray();
    await expect(removeFinding(rt, admin.actor, { id: findingId, confirm: "something else" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await driver.inspect(ref, anyCall)).not.toBeNull();
    expect(await removeFinding(rt, admin.actor, await confirmed(findingId))).toMatchObject({ resolution: "removed" });
    expect(await driver.inspect(ref, anyCall)).toBeNull();
    expect(await rt.db.prisma.auditEntry.count({ where: { action: "finding.remove", subjectId: findingId } })).toBe(1);
  });

  it("never a VM that a customer has, whatever the finding says", async () => {
    const { ref, findingId } = await stray();
    const { vmId } = await adoptFinding(rt, admin.actor, adoption(findingId));
    await rt.db.prisma.hostFinding.update({ where: { id: findingId }, data: { resolvedAt: null, resolution: null, vmId: null } });
    await expect(removeFinding(rt, admin.actor, await confirmed(findingId))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await driver.inspect(ref, anyCall)).not.toBeNull();
    expect(await rt.db.prisma.vm.count({ where: { id: vmId } })).toBe(1);
    await rt.db.prisma.hostFinding.update({ where: { id: findingId }, data: { resolvedAt: rt.clock.now(), resolution: "adopted" } });
  });

  it("a host that refuses leaves the finding open, with the host's own words", async () => {
    const { ref, findingId } = await stray();
    injectFault(simulatedHostFolder(rt.config.dataDir, "sim-frankfurt-1"), { operation: "destroy", mode: "before", failure: "refused", ref });
    await expect(removeFinding(rt, admin.actor, await confirmed(findingId))).rejects.toMatchObject({ code: "HYPERVISOR_ERROR", message: "Sim-frankfurt-1 was told to fail." });
    expect(await found(ref)).toMatchObject({ resolvedAt: null });
  });

  it("one that is put aside stays so while it is there, and can be brought back", async () => {
    const { ref, findingId } = await stray();
    await ignoreFinding(rt, admin.actor, { id: findingId, ignored: true });
    rt.clock.advance(60_000);
    await sweepHosts(rt);
    expect((await listFindings(rt, { hostId, view: "open", page: 1, limit: 100 })).data.map((each) => each.ref)).not.toContain(ref);
    expect((await listFindings(rt, { hostId, view: "ignored", page: 1, limit: 100 })).data.map((each) => each.ref)).toContain(ref);
    expect(await ignoreFinding(rt, admin.actor, { id: findingId, ignored: false })).toMatchObject({ ignoredAt: null });
    await expect(ignoreFinding(rt, admin.actor, { id: newId("hostFinding"), ignored: true })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
