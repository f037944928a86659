import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { placeOn, setTarget } from "./changes/change-repository.ts";
import type { StorageProbe } from "./drivers/driver.ts";
import { getHost } from "./hosts/hosts.ts";
import { forgetFree, writeStorages } from "./hosts/storage-repository.ts";
import { freeOf, hasRoom } from "./placement.ts";
import { lockHost } from "./placement-repository.ts";
import { createProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { seedCatalog } from "./seed.ts";
import { hardwareOf } from "./vm-hardware.ts";

let rt: TestRuntime;
let person: Person;
let projectId: string;
let hostId: string;
let otherId: string;
let plan: { id: string; storageGb: number };

const storage = (name: string, totalGb: number, change: Partial<StorageProbe> = {}): StorageProbe => ({ name, isDefault: name === "local", totalGb, freeGb: totalGb, ...change });
const tell = (id: string, ...storages: StorageProbe[]) => transact(rt, (tx) => writeStorages(tx, id, storages));
const mapTo = async (name: string | null) => void (await rt.db.prisma.planHost.upsert({ where: { planId_hostId: { planId: plan.id, hostId } }, create: { planId: plan.id, hostId, storage: name }, update: { storage: name } }));
const make = async () => (await createVm(rt, person.actor, { name: "web", projectId, plan: "small", templateId: "debian-12", region: "kr-seoul", sshKeys: [], metadata: {} })).id;
const vmRow = (id: string) => rt.db.prisma.vm.findUniqueOrThrow({ where: { id } });
const free = async (id: string, name: string | null) => {
  const load = await transact(rt, (tx) => lockHost(tx, id, name));
  return load && freeOf(load).storageGb;
};

beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  await rt.db.prisma.quota.updateMany({ data: { vms: 1_000, vcpu: 1_000, memoryMb: 10_000_000, storageGb: 100_000 } });
  person = await makePerson(rt, { welcome: credits(1_000) });
  projectId = (await createProject(rt, person.actor, { name: "Disks" })).id;
  plan = await rt.db.prisma.plan.findUniqueOrThrow({ where: { slug: "small" } });
  const hosts = await rt.db.prisma.host.findMany({ where: { region: "kr-seoul" }, orderBy: { name: "asc" } });
  [hostId, otherId] = hosts.map(({ id }) => id) as [string, string];
});
afterAll(() => rt.close());
beforeEach(async () => {
  const { prisma } = rt.db;
  await prisma.vm.updateMany({ data: { status: "terminated", targetHostId: null } });
  await prisma.hostStorage.deleteMany();
  await prisma.planHost.deleteMany();
  await prisma.host.updateMany({ data: { storageGb: 1_000, storageReserveGb: 0, storageFreeGb: null } });
});

it("disks of a plan on another storage are counted there, and take nothing from the default one", async () => {
  await tell(hostId, storage("local", 1_000), storage("fast", 2 * plan.storageGb));
  await mapTo("fast");
  const ids = [await make(), await make()];
  for (const id of ids) {
    expect(await vmRow(id)).toMatchObject({ hostId, storage: "fast" });
    expect(await hardwareOf(rt, id, null)).toMatchObject({ storage: "fast" });
  }
  expect([await free(hostId, "fast"), await free(hostId, null)]).toEqual([0, 1_000]);
  await expect(make()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  expect((await getHost(rt, hostId)).storages).toEqual([
    { name: "local", isDefault: true, totalGb: 1_000, sellableGb: 1_000, usedGb: 0, freeGb: 1_000 },
    { name: "fast", isDefault: false, totalGb: 2 * plan.storageGb, sellableGb: 2 * plan.storageGb, usedGb: 2 * plan.storageGb, freeGb: 2 * plan.storageGb },
  ]);
  expect((await getHost(rt, hostId)).capacity.storageGb.used).toBe(0);
  // The default one named by its name is the default one.
  await mapTo("local");
  expect(await vmRow(await make())).toMatchObject({ storage: null });
  expect(await free(hostId, null)).toBe(1_000 - plan.storageGb);
  expect(await free(hostId, "fast")).toBe(0);
});

it("what was measured free is the limit where it is less; a storage that the host does not have takes nothing", async () => {
  await mapTo("fast");
  await tell(hostId, storage("local", 1_000), storage("fast", 1_000, { freeGb: plan.storageGb - 1 }));
  await expect(make()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  await transact(rt, (tx) => forgetFree(tx, hostId));
  expect(await vmRow(await make())).toMatchObject({ storage: "fast" });
  await mapTo("gone");
  await expect(make()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
});

it("the reserve is kept on the default storage alone", async () => {
  await rt.db.prisma.host.update({ where: { id: hostId }, data: { storageReserveGb: 1_000 } });
  await tell(hostId, storage("local", 1_000), storage("fast", plan.storageGb));
  await mapTo(null);
  await expect(make()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  await mapTo("fast");
  expect(await vmRow(await make())).toMatchObject({ storage: "fast" });
});

it("of a host that has not told its storages, all disks count together, and go where their plan says", async () => {
  await rt.db.prisma.host.update({ where: { id: hostId }, data: { storageGb: plan.storageGb } });
  await mapTo("fast");
  expect(await vmRow(await make())).toMatchObject({ hostId, storage: "fast" });
  await mapTo(null);
  await expect(make()).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  expect((await getHost(rt, hostId)).capacity.storageGb.used).toBe(plan.storageGb);
});

it("disks stay where they are when another storage becomes the default", async () => {
  await tell(hostId, storage("local", 1_000), storage("fast", 500));
  await mapTo(null);
  const old = await make();
  await mapTo("fast");
  const fast = await make();
  await tell(hostId, storage("local", 1_000, { isDefault: false }), storage("fast", 500, { isDefault: true }));
  expect([(await vmRow(old)).storage, (await vmRow(fast)).storage]).toEqual(["local", null]);
  expect((await getHost(rt, hostId)).storages.map(({ name, isDefault, usedGb }) => [name, isDefault, usedGb])).toEqual([
    ["fast", true, plan.storageGb],
    ["local", false, plan.storageGb],
  ]);
  await tell(hostId, storage("local", 1_000), storage("fast", 500));
  expect([(await vmRow(old)).storage, (await vmRow(fast)).storage]).toEqual([null, "fast"]);
});

it("a VM on its way counts on the storage of the same name there, else on the default one, and has that place when it has arrived", async () => {
  await tell(hostId, storage("local", 1_000), storage("fast", 500));
  await mapTo("fast");
  const id = await make();
  const arrive = async (...storages: StorageProbe[]) => {
    await tell(otherId, ...storages);
    await transact(rt, async (tx) => {
      const target = await lockHost(tx, otherId, "fast");
      await setTarget(tx, id, target);
    });
    const counted = [await free(otherId, "fast"), await free(otherId, null), await free(hostId, "fast")];
    await transact(rt, (tx) => placeOn(tx, id, otherId));
    const { storage: there, targetStorage } = await vmRow(id);
    await rt.db.prisma.vm.update({ where: { id }, data: { hostId, storage: "fast" } });
    return { counted, there, targetStorage };
  };
  expect(await arrive(storage("local", 800), storage("fast", 300))).toEqual({ counted: [300 - plan.storageGb, 1_000, 500 - plan.storageGb], there: "fast", targetStorage: null });
  // "fast" is not there: what is asked about it is answered for the default one. The host's own figures say how large that is.
  expect(await arrive(storage("local", 800))).toEqual({ counted: [1_000 - plan.storageGb, 1_000 - plan.storageGb, 500 - plan.storageGb], there: null, targetStorage: null });
});

it("what grows, grows on its own storage", async () => {
  await tell(hostId, storage("local", 1_000), storage("fast", plan.storageGb + 10));
  await mapTo("fast");
  const { storage: its } = await vmRow(await make());
  const load = await transact(rt, (tx) => lockHost(tx, hostId, its));
  const more = (storageGb: number) => load !== null && hasRoom(load, { vcpu: 0, memoryMb: 0, storageGb });
  expect([more(10), more(11)]).toEqual([true, false]);
});
