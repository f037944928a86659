import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { vmOutput } from "#shared/compute/schema.ts";
import { newId } from "#shared/ids.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { injectFault } from "./drivers/simulated/faults.ts";
import { createSimulatedDriver } from "./drivers/simulated/simulated-driver.ts";
import { simulatedHostFolder } from "./drivers/simulated/simulated-host.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { getCatalog } from "./catalog/catalog.ts";
import { collectMetrics } from "./metrics/collector.ts";
import { createProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { seedCatalog, seedDemoCompute } from "./seed.ts";
import { anyCall, TEST_HARDWARE, TEST_HOST } from "./testing/places.ts";
import { getVm, listVms, updateVm } from "./vms.ts";

let rt: TestRuntime;
let person: Person;
let projectId: string;

beforeAll(async () => {
  rt = await createTestRuntime({ simulationSpeed: 1000 });
  await seedCatalog(rt);
  await seedCatalog(rt);
  person = await makePerson(rt, { welcome: credits(100) });
  projectId = (await createProject(rt, person.actor, { name: "List" })).id;
});
afterAll(() => rt.close());

const page = { page: 1, limit: 20, includeGone: false };
const make = async (name: string, region = "eu-frankfurt", project = projectId) => {
  rt.clock.advance(1_000);
  return (await createVm(rt, person.actor, { name, projectId: project, plan: "nano", templateId: "alpine-3.22", region, sshKeys: [], metadata: { of: name } })).id;
};

describe("the catalog", () => {
  it("is seeded once and shows plans with prices, images and regions", async () => {
    const catalog = await getCatalog(rt);
    expect(catalog.plans.map((plan) => plan.slug)).toEqual(["nano", "small", "medium", "large", "xlarge"]);
    expect(catalog.plans[1]).toMatchObject({ resources: { cpu: 1, memoryGb: 2, storageGb: 25 }, pricePerHour: "14500", stoppedPricePerHour: "2500" });
    expect(catalog.images).toHaveLength(4);
    expect(catalog.regions.map((region) => region.id)).toEqual(["kr-seoul", "eu-frankfurt"]);
    expect(await rt.db.prisma.host.count()).toBe(3);
  });

  it("comes with a demo, once", async () => {
    const demo = await makePerson(rt, { welcome: credits(100) });
    await seedDemoCompute(rt, demo.organizationId, demo.userId);
    await seedDemoCompute(rt, demo.organizationId, demo.userId);
    expect((await listVms(rt, demo.actor, page)).read().data.map((vm) => vm.name)).toEqual(["db-1", "web-1"]);
  });
});

describe("the list", () => {
  const ids: string[] = [];
  beforeAll(async () => {
    for (const name of ["alpha", "beta", "100-percent", "beta-2"]) ids.push(await make(name));
    await rt.db.prisma.vm.update({ where: { id: ids[3] ?? "" }, data: { status: "terminated" } });
  });
  const names = async (filter: object) => (await listVms(rt, person.actor, { ...page, ...filter })).read().data.map((vm) => vm.name);

  it("is newest first, without those that are gone, in pages with their total", async () => {
    expect(await names({})).toEqual(["100-percent", "beta", "alpha"]);
    expect(await names({ includeGone: true })).toEqual(["beta-2", "100-percent", "beta", "alpha"]);
    expect(await names({ status: "terminated" })).toEqual(["beta-2"]);
    const second = (await listVms(rt, person.actor, { ...page, page: 2, limit: 2 })).read();
    expect([second.data.map((vm) => vm.name), second.pagination]).toEqual([["alpha"], { page: 2, limit: 2, total: 3, pages: 2 }]);
    expect((await listVms(rt, person.actor, { ...page, page: 9 })).read()).toEqual({ data: [], pagination: { page: 9, limit: 20, total: 3, pages: 1 } });
  });

  it("is filtered by name, by the beginning of an id, status, hypervisor and project", async () => {
    expect(await names({ search: "ET" })).toEqual(["beta"]);
    expect(await names({ search: ids[0]?.toUpperCase() })).toEqual(["alpha"]);
    expect(await names({ search: "%" })).toEqual([]);
    expect(await names({ search: "_" })).toEqual([]);
    expect(await names({ search: "\\" })).toEqual([]);
    expect(await names({ search: "'; drop table vm; --" })).toEqual([]);
    await rt.db.prisma.vm.update({ where: { id: ids[0] ?? "" }, data: { privateIp: "10.9.8.7" } });
    await rt.db.prisma.vm.update({ where: { id: ids[1] ?? "" }, data: { privateIp: "10.90.1.1" } });
    expect([await names({ search: "10.9." }), await names({ search: "10.9" }), await names({ search: "0.9.8.7" }), await names({ search: "fd00::1" })]).toEqual([["alpha"], ["beta", "alpha"], [], []]);
    expect([await names({ region: "eu-frankfurt", search: "10.9" }), await names({ region: "nowhere" })]).toEqual([["beta", "alpha"], []]);
    expect(await names({ status: "suspended" })).toEqual([]);
    expect(await names({ hypervisor: "simulated", status: "provisioning", search: "alp" })).toEqual(["alpha"]);
    expect(await names({ hypervisor: "kvm" })).toEqual([]);
    expect(await names({ projectId: newId("project") })).toEqual([]);
    expect(await names({ projectId })).toHaveLength(3);
  });

  it("shows others nothing", async () => {
    const stranger = await makePerson(rt);
    expect((await listVms(rt, stranger.actor, { ...page, projectId })).read().data).toEqual([]);
    await expect(getVm(rt, stranger.actor, ids[0] ?? "")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(updateVm(rt, stranger.actor, { id: ids[0] ?? "", name: "mine" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await getVm(rt, "platform", ids[0] ?? "")).toMatchObject({ name: "alpha" });
  });

  it("shows the same as the detail, in each state", async () => {
    const states = ["provisioning", "running", "stopped", "error"];
    for (const [n, id] of ids.slice(0, 3).entries()) {
      await rt.db.prisma.vm.update({ where: { id }, data: { status: states[n + 1] ?? "", startedAt: n === 0 ? rt.clock.now() : null, statusReason: "why", privateIp: "10.0.0.1" } });
    }
    const { data } = (await listVms(rt, person.actor, { ...page, includeGone: true })).read();
    expect(data.map((vm) => vm.pricePerHour)).toEqual(["0", "1000", "1000", "5000"]);
    for (const vm of data) expect(vmOutput.parse(vm)).toEqual(vm);
    for (const vm of data) expect(await getVm(rt, person.actor, vm.id)).toMatchObject(vm);
  });

  it("carries a new name and new metadata, which the audit log has too", async () => {
    const id = ids[1] ?? "";
    expect(await updateVm(rt, person.actor, { id, name: "gamma", metadata: { a: "1" } })).toMatchObject({ id, name: "gamma", metadata: { a: "1" } });
    expect(await updateVm(rt, person.actor, { id })).toMatchObject({ name: "gamma" });
    const audit = await rt.db.prisma.auditEntry.findMany({ where: { subjectId: id, action: "vm.update" } });
    expect(audit).toMatchObject([{ before: { name: "beta", metadata: { of: "beta" } }, after: { name: "gamma", metadata: { a: "1" } } }]);
    await expect(updateVm(rt, person.actor, { id: ids[3] ?? "", name: "again" })).rejects.toMatchObject({ code: "INVALID_STATE" });
  });
});

describe("metrics", () => {
  it("are collected from each host, once for each time, and shown live", async () => {
    const driver = createSimulatedDriver({ folder: rt.config.dataDir, speed: 1000 }, TEST_HOST);
    const running = [await make("metered"), await make("metered-2")];
    for (const id of running) {
      await driver.create(hypervisorRef(id), { ...TEST_HARDWARE, memoryMb: 512, storageGb: 10 }, anyCall);
      await driver.start(hypervisorRef(id), anyCall);
    }
    const seoul = await make("unreachable", "kr-seoul");
    await rt.db.prisma.vm.updateMany({ where: { id: { in: [...running, seoul] } }, data: { status: "running", startedAt: rt.clock.now() } });
    const host = await rt.db.prisma.host.findFirstOrThrow({ where: { vms: { some: { id: seoul } } } });
    injectFault(simulatedHostFolder(rt.config.dataDir, host.name), { operation: "usage", mode: "before", times: 0 });

    const live: string[] = [];
    rt.realtime.subscribe((message) => live.push(`${message.name} ${message.rooms.join()}`));
    for (let n = 0; n < 4; n += 1) {
      await collectMetrics(rt, 5_000);
      await collectMetrics(rt, 5_000);
      rt.clock.advance(5_000);
    }
    const vmId = running[0] ?? "";
    expect(new Set(live)).toEqual(new Set(running.map((id) => `vm.metrics vm:${id}`)));
    expect(await rt.db.prisma.vmMetric.groupBy({ by: ["vmId"], _count: true, orderBy: { vmId: "asc" } })).toEqual([...running].sort().map((id) => ({ vmId: id, _count: 4 })));
    expect((await getVm(rt, person.actor, vmId)).usage).toMatchObject({ cpuUsagePercent: expect.any(Number) });
    rt.clock.advance(95_000);
    expect((await getVm(rt, person.actor, vmId)).usage).toBeNull();
  });
});
