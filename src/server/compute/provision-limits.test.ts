import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { poolCreateInput } from "#shared/compute/catalog.ts";
import { vmCreateInput } from "#shared/compute/schema.ts";
import { USER_DATA_LIMIT } from "#shared/compute/user-data.ts";
import { credits } from "#shared/credits.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createPool } from "./catalog/pools.ts";
import { updatePlan } from "./catalog/plans.ts";
import { schedulePrice } from "./catalog/price-changes.ts";
import { getQuota, requireQuota, requireSnapshotQuota } from "./catalog/quota.ts";
import { deleteVm } from "./power.ts";
import { createVm } from "./provision.ts";
import { createProject } from "./projects.ts";
import { type ComputeBench, createComputeBench } from "./testing/bench.ts";
import { TEST_REGION } from "./testing/places.ts";
import { guestOf, hardwareOf } from "./vm-hardware.ts";
import { getVm, listVms } from "./vms.ts";

let bench: ComputeBench;
let admin: Person;
beforeAll(async () => {
  bench = await createComputeBench();
  admin = await makePerson(bench.rt, { platformRole: "admin" });
});
afterEach(() => bench.mend());
afterAll(() => bench.close());

const prisma = () => bench.rt.db.prisma;
const everything = { page: 1, limit: 100, includeGone: true };

/** A customer of a tier of their own. */
async function customerWith(tier: string, limits: object): Promise<{ person: Person; projectId: string }> {
  const person = await makePerson(bench.rt, { welcome: credits(100) });
  await prisma().quota.create({ data: { tier, vms: 100, vcpu: 100, memoryMb: 1_000_000, storageGb: 10_000, snapshots: 2, ...limits } });
  await prisma().organization.update({ where: { id: person.organizationId }, data: { tier } });
  return { person, projectId: (await createProject(bench.rt, person.actor, { name: "Limited" })).id };
}

const input = (projectId: string, change: object = {}) => vmCreateInput.parse({ name: "web-1", projectId, plan: "small", templateId: "debian-12", region: TEST_REGION, ...change });

describe("the quota", () => {
  // Nobody makes the VMs of these tests.
  afterEach(async () => void (await prisma().operation.updateMany({ data: { status: "cancelled" } })));

  it.each([
    ["vms", { vms: 2 }, 2, 2],
    ["vcpu", { vcpu: 1 }, 1, 1],
    ["memoryMb", { memoryMb: 4_095 }, 1, 4_095],
    ["storageGb", { storageGb: 74 }, 2, 74],
  ])("counts %s, and says which limit it is", async (quota, limits, fitting, limit) => {
    const { person, projectId } = await customerWith(`tier-${quota.toLowerCase()}`, limits);
    for (let n = 0; n < fitting; n += 1) await createVm(bench.rt, person.actor, input(projectId));
    const perVm = { vms: 1, vcpu: 1, memoryMb: 2_048, storageGb: 25 }[quota] ?? 0;
    await expect(createVm(bench.rt, person.actor, input(projectId))).rejects.toMatchObject({ code: "FORBIDDEN", extras: { quota, used: fitting * perVm, limit } });
    expect((await listVms(bench.rt, person.actor, everything)).read().pagination.total).toBe(fitting);
    expect(await getQuota(bench.rt, person.actor)).toMatchObject({ used: { [quota]: fitting * perVm }, allowed: { [quota]: limit } });
  });

  it("holds when many are made at once", async () => {
    const { person, projectId } = await customerWith("crowd", { vms: 3 });
    // Each in a project of its own: one project makes one VM at a time.
    const projects = [projectId];
    while (projects.length < 10) projects.push((await createProject(bench.rt, person.actor, { name: "Crowd" })).id);
    const attempts = await Promise.allSettled(projects.map((id) => createVm(bench.rt, person.actor, input(id))));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const attempt of attempts) if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "FORBIDDEN", extras: { quota: "vms" } });
    expect(await prisma().vm.count({ where: { organizationId: person.organizationId } })).toBe(3);
  });

  it("forgets those that are gone, leaves alone what is not asked for, and counts snapshots apart", async () => {
    const { person, projectId } = await customerWith("shrunk", { vms: 1 });
    const { id } = await createVm(bench.rt, person.actor, input(projectId));
    await prisma().vm.update({ where: { id }, data: { status: "terminated" } });
    await createVm(bench.rt, person.actor, input(projectId));
    await prisma().quota.update({ where: { tier: "shrunk" }, data: { vcpu: 0 } });
    const require = (more: object) => transact(bench.rt, (tx) => requireQuota(tx, person.organizationId, more));
    await expect(require({ memoryMb: 1_024 })).resolves.toBeUndefined();
    await expect(require({ vcpu: 1 })).rejects.toMatchObject({ code: "FORBIDDEN", extras: { quota: "vcpu", used: 1, limit: 0 } });
    const snapshot = (used: number) => transact(bench.rt, (tx) => requireSnapshotQuota(tx, person.organizationId, used));
    await expect(snapshot(1)).resolves.toBeUndefined();
    await expect(snapshot(2)).rejects.toMatchObject({ code: "FORBIDDEN", extras: { quota: "snapshots", used: 2, limit: 2 } });
  });

  it("of a tier without limits is nothing", async () => {
    const { person, projectId } = await customerWith("removed", {});
    await prisma().quota.delete({ where: { tier: "removed" } });
    await expect(createVm(bench.rt, person.actor, input(projectId))).rejects.toMatchObject({ code: "FORBIDDEN", extras: { quota: "vms", limit: 0 } });
  });
});

describe("addresses", () => {
  it("are given with the place, told to the guest, shown, and given back when the VM is gone", async () => {
    const settings = { region: TEST_REGION, nameservers: ["9.9.9.9"], bridge: "vmbr1", vlan: 20 };
    await createPool(bench.rt, admin.actor, poolCreateInput.parse({ ...settings, name: "Four", network: "203.0.113.0/30", gateway: "203.0.113.1" }));
    await createPool(bench.rt, admin.actor, poolCreateInput.parse({ ...settings, name: "Six", network: "2001:db8::/64", gateway: "fe80::1" }));
    const attempts = await Promise.allSettled(Array.from({ length: 4 }, (_, n) => bench.create(`dual-${n}`)));
    const [made, ...more] = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(more).toEqual([]);
    for (const attempt of attempts) if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "SERVICE_UNAVAILABLE", message: `All addresses are taken in ${TEST_REGION} right now.` });
    const vmId = made?.vmId ?? "";

    expect(await hardwareOf(bench.rt, vmId, null)).toMatchObject({ network: { bridge: "vmbr1", vlan: 20 }, cloneMode: "full", storage: null });
    expect(await guestOf(bench.rt, vmId, { passwordHash: "$6$", userData: null })).toMatchObject({
      addresses: [
        { address: "203.0.113.2", prefix: 30, gateway: "203.0.113.1" },
        { address: "2001:db8::1", prefix: 64, gateway: "fe80::1" },
      ],
      nameservers: ["9.9.9.9"],
    });
    const network = { publicIp: "203.0.113.2", ipv6: "2001:db8::1" };
    expect((await getVm(bench.rt, bench.customer.actor, vmId)).network).toMatchObject(network);
    expect((await listVms(bench.rt, bench.customer.actor, everything)).read().data.find((vm) => vm.id === vmId)?.network).toMatchObject(network);

    const worker = bench.worker();
    expect(await bench.ended(made?.operationId ?? "")).toMatchObject({ status: "succeeded" });
    await bench.ended((await deleteVm(bench.rt, bench.customer.actor, { id: vmId, force: true, preserveVolumes: false })).deletionJobId);
    await worker.stop();
    expect(await prisma().ipAddress.findMany({ select: { vmId: true } })).toEqual([{ vmId: null }, { vmId: null }]);
    await expect(bench.create()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  });

  it("are given back by a creation that fails; without a region, another that has some left is taken", async () => {
    await prisma().ipAddress.deleteMany();
    const { vmId, operationId } = await bench.create();
    // Full: the only address is that VM's.
    const elsewhere = await createVm(bench.rt, bench.customer.actor, vmCreateInput.parse({ name: "any", projectId: bench.projectId, plan: "small", templateId: "debian-12" }));
    expect(await getVm(bench.rt, bench.customer.actor, elsewhere.id)).toMatchObject({ region: "kr-seoul", network: { publicIp: null } });
    bench.fault({ operation: "create", mode: "before", failure: "refused" });
    const worker = bench.worker();
    expect(await bench.ended(operationId)).toMatchObject({ status: "failed" });
    await worker.stop();
    expect(await prisma().ipAddress.count({ where: { vmId } })).toBe(0);
    await prisma().ipAddress.deleteMany();
    await prisma().ipPool.deleteMany();
  });
});

describe("user data and expiry", () => {
  const create = (change: object) => createVm(bench.rt, bench.customer.actor, input(bench.projectId, change));

  it.each([
    ["cloud-config", "#cloud-config\npackages: [nginx]\n"],
    ["cloud-config with Windows' line ends", "#cloud-config\r\npackages: []\r\n"],
    ["a script", "#!/bin/sh\necho '$HOME' > /tmp/x\n"],
    ["MIME parts", "Content-Type: multipart/mixed; boundary=x\n\n--x--\n"],
    ["MIME parts that say their version first", "MIME-Version: 1.0\n"],
    ["as many bytes as are allowed", `#!${"x".repeat(USER_DATA_LIMIT - 2)}`],
  ])("%s is kept until the guest has it, and not longer", async (_words, userData) => {
    const { provisioningJobId: id } = await create({ userData });
    expect((await prisma().operation.findUniqueOrThrow({ where: { id } })).input).toMatchObject({ userData });
    const worker = bench.worker();
    expect((await bench.ended(id)).status).toBe("succeeded");
    await worker.stop();
    const { input: kept } = await prisma().operation.findUniqueOrThrow({ where: { id } });
    expect(kept).not.toHaveProperty("userData");
  });

  it.each([
    ["nothing", "", /must begin with/],
    ["words", "install nginx please", /must begin with/],
    ["a blank line first", "\n#cloud-config\n", /must begin with/],
    ["a byte order mark first", "\ufeff#cloud-config\n", /must begin with/],
    ["something like cloud-config", "#cloud-configuration\n", /must begin with/],
    ["one byte too many", `#!${"x".repeat(USER_DATA_LIMIT - 1)}`, /65536 bytes/],
    ["too many bytes in few characters", `#!${"한".repeat(USER_DATA_LIMIT / 3)}`, /65536 bytes/],
    ["NUL", "#!/bin/sh\0", /NUL/],
    ["half of a character", "#!/bin/sh \ud800", /UTF-8/],
  ])("%s is refused", (_words, userData, message) => {
    const parsed = vmCreateInput.safeParse({ ...input(bench.projectId), userData });
    expect(parsed.error?.issues).toMatchObject([{ path: ["userData"], message: expect.stringMatching(message) }]);
  });

  it("ends after the plan's days, or those that were asked for", async () => {
    const plan = await prisma().plan.findUniqueOrThrow({ where: { slug: "small" } });
    const days = async (made: { id: string }) => {
      const vm = await prisma().vm.findUniqueOrThrow({ where: { id: made.id } });
      return vm.expireAt && (vm.expireAt.getTime() - vm.createdAt.getTime()) / 86_400_000;
    };
    expect(await days(await create({}))).toBeNull();
    expect(await days(await create({ expireInDays: 7 }))).toBe(7);
    await updatePlan(bench.rt, admin.actor, { id: plan.id, expireInDays: 30 });
    expect(await days(await create({}))).toBe(30);
    expect(await days(await create({ expireInDays: 90 }))).toBe(90);
    await updatePlan(bench.rt, admin.actor, { id: plan.id, expireInDays: null });
    for (const expireInDays of [0, -1, 1.5, 3651, null]) expect(vmCreateInput.safeParse({ ...input(bench.projectId), expireInDays }).success).toBe(false);
  });
});

describe("a plan's price", () => {
  it("is agreed when the VM is made: a change later does not touch it", async () => {
    const { vmId, operationId } = await bench.create();
    const plan = await prisma().plan.findUniqueOrThrow({ where: { slug: "small" } });
    await schedulePrice(bench.rt, admin.actor, { subjectId: plan.id, computePricePerHour: "99000", storagePricePerHour: "1000", appliesTo: "new" });
    const worker = bench.worker();
    expect((await bench.ended(operationId)).status).toBe("succeeded");
    await worker.stop();
    expect((await getVm(bench.rt, bench.customer.actor, vmId)).pricePerHour).toBe("14500");
    expect((await prisma().meterSpan.findMany({ where: { resourceId: vmId }, orderBy: { pricePerHour: "asc" } })).map((span) => span.pricePerHour)).toEqual([2_500n, 12_000n]);
    const later = await bench.create("later");
    expect(await prisma().hold.findFirstOrThrow({ where: { subjectId: later.vmId } })).toMatchObject({ amount: 100_000n });
  });
});
