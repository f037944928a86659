import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { seedCatalog } from "#server/compute/seed.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant, type Tenant } from "#server/testing/tenant.ts";
import type { HostProbe } from "../drivers/driver.ts";
import { clearFaults, injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { getVm, listVms } from "../vms.ts";
import { pollHosts } from "./host-poll.ts";
import { setHostStatus } from "./save-host.ts";
import { plausibleProbe } from "./try-connection.ts";

let rt: TestRuntime;
let admin: Person;
let tenant: Tenant;
let folder: string;
let name: string;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  admin = await makePerson(rt, { platformRole: "admin" });
  tenant = await makeTenant(rt);
  name = (await rt.db.prisma.host.findUniqueOrThrow({ where: { id: tenant.hostId } })).name;
  folder = simulatedHostFolder(rt.config.dataDir, name);
});
afterEach(() => clearFaults(folder));
afterAll(() => rt.close());

const host = () => rt.db.prisma.host.findUniqueOrThrow({ where: { id: tenant.hostId } });
const events = async () => (await rt.db.prisma.event.findMany({ where: { subject: tenant.hostId }, orderBy: { seq: "asc" } })).map((event) => event.type);
const told = () => rt.db.prisma.event.count({ where: { subject: tenant.vmId, type: "vm.updated", organizationId: tenant.organizationId } });
const round = async (): Promise<string> => {
  rt.clock.advance(30_000);
  await pollHosts(rt);
  return rt.clock.now().toISOString();
};
const away = (times = 0): void => injectFault(folder, { operation: "probe", mode: "before", times });

it("health follows the host: one event a change, and its VMs say since when nothing is known", async () => {
  await rt.db.prisma.host.update({ where: { id: tenant.hostId }, data: { health: "unknown", healthSince: null } });
  const first = await round();
  expect(await host()).toMatchObject({ health: "healthy", healthSince: new Date(first), checkedAt: new Date(first), hypervisor: "simulated", memoryFreeMb: expect.any(Number) as number });
  expect((await host()).version).toBeTruthy();

  away();
  const gone = await round();
  await round();
  expect(await host()).toMatchObject({ health: "unreachable", healthSince: new Date(gone), checkedAt: rt.clock.now(), healthMessage: `${name} was told to fail`, memoryFreeMb: null });
  expect([await events(), await told()]).toEqual([["host.unreachable"], 1]);
  const scope = { organizationId: tenant.organizationId };
  expect((await getVm(rt, scope, tenant.vmId)).unknownSince).toBe(gone);
  expect((await listVms(rt, tenant.actor, { page: 1, limit: 20, includeGone: true })).read().data.map((vm) => [vm.status, vm.unknownSince])).toEqual([["running", gone]]);

  clearFaults(folder);
  const back = await round();
  await round();
  expect(await host()).toMatchObject({ health: "healthy", healthSince: new Date(back), healthMessage: null });
  expect([await events(), await told()]).toEqual([["host.unreachable", "host.healthy"], 2]);
  expect((await getVm(rt, scope, tenant.vmId)).unknownSince).toBeNull();
  expect((await listVms(rt, tenant.actor, { page: 1, limit: 20, includeGone: false })).read().data[0]?.unknownSince).toBeNull();
});

it("one lost answer is no absence; a refusal is one at once", async () => {
  await round();
  away(1);
  await round();
  expect((await host()).health).toBe("healthy");
  injectFault(folder, { operation: "probe", mode: "before", failure: "refused", times: 1 });
  await round();
  expect((await host()).health).toBe("unreachable");
  await round();
  expect((await host()).health).toBe("healthy");
});

it("of two workers at once each change is told once", async () => {
  away();
  rt.clock.advance(30_000);
  const before = (await events()).length;
  await Promise.all([pollHosts(rt), pollHosts(rt), pollHosts(rt)]);
  expect((await events()).slice(before)).toEqual(["host.unreachable"]);
  clearFaults(folder);
  await round();
});

it("a host that hangs does not keep the others waiting, nor one that was asked a moment ago", async () => {
  await round();
  const at = rt.clock.now();
  rt.clock.advance(10_000);
  await pollHosts(rt);
  expect((await host()).checkedAt).toEqual(at);
});

it("under maintenance nothing is asked, and nothing is known", async () => {
  away();
  await round();
  await setHostStatus(rt, admin.actor, { id: tenant.hostId, status: "maintenance" });
  expect(await host()).toMatchObject({ status: "maintenance", health: "unknown" });
  const checked = (await host()).checkedAt;
  await round();
  expect(await host()).toMatchObject({ health: "unknown", checkedAt: checked });
  await expect(setHostStatus(rt, admin.actor, { id: tenant.hostId, status: "active" })).rejects.toMatchObject({ code: "HYPERVISOR_ERROR", message: expect.stringContaining("was told to fail") as string });
  expect((await host()).status).toBe("maintenance");
  clearFaults(folder);
  expect(await setHostStatus(rt, admin.actor, { id: tenant.hostId, status: "draining" })).toMatchObject({ status: "draining", health: "healthy" });
  expect(await rt.db.prisma.auditEntry.findMany({ where: { action: "host.status" }, orderBy: { id: "asc" } })).toMatchObject([{ after: { status: "maintenance" } }, { before: { status: "maintenance" }, after: { status: "draining" } }]);
});

it("figures that cannot be true are no answer", () => {
  const truth: HostProbe = { version: "9.2", hypervisor: "kvm", vcpu: 8, memoryMb: 16_000.5, memoryFreeMb: 9_000, storageGb: 100, storageFreeGb: 50, storages: [], cpuPercent: null, tlsFingerprint: null, warnings: [] };
  expect(plausibleProbe(truth)).toEqual({ ...truth, memoryMb: 16_000 });
  for (const lie of [{ memoryMb: -5 }, { vcpu: 0 }, { vcpu: 2.5 }, { storageGb: Number.NaN }, { memoryFreeMb: Number.POSITIVE_INFINITY }, { cpuPercent: 250 }, { memoryMb: 2 ** 40 }]) {
    expect(() => plausibleProbe({ ...truth, ...lie }), JSON.stringify(lie)).toThrow(`cannot be true (${Object.keys(lie)[0] ?? ""})`);
  }
});
