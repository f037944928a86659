import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostCreateInput, hostUpdateInput } from "#shared/compute/hosts.ts";
import { seedCatalog } from "#server/compute/seed.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant, type Tenant } from "#server/testing/tenant.ts";
import { injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { deleteHost, getHost, listHosts } from "./hosts.ts";
import { createHost, setHostStatus, testHost, updateHost } from "./save-host.ts";
import { redact } from "./try-connection.ts";

const SECRET = "correct-horse-battery";
const SIMULATED = { type: "simulated", location: "kr-seoul", vcpu: 8, memoryMb: 16_384, storageGb: 500 };
const PVE = { type: "proxmox", location: "kr-seoul", apiUrl: "https://pve.invalid:8006", node: "pve1", username: "root", password: SECRET, settings: { storage: "local-lvm", bridge: "vmbr0" } };

let rt: TestRuntime;
let admin: Person;
let tenant: Tenant;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  admin = await makePerson(rt, { platformRole: "admin" });
  tenant = await makeTenant(rt);
});
afterAll(() => rt.close());

const create = (input: Record<string, unknown>) => createHost(rt, admin.actor, hostCreateInput.parse(input));
const update = (input: Record<string, unknown>) => updateHost(rt, admin.actor, hostUpdateInput.parse(input));
const row = (id: string) => rt.db.prisma.host.findUniqueOrThrow({ where: { id } });

describe("connecting a host", () => {
  it("asks it first and keeps what it says of itself", async () => {
    const made = await create({ ...SIMULATED, name: "sim-new", vcpuRatio: 2, memoryReserveMb: 1_024 });
    expect(made).toMatchObject({ type: "simulated", status: "active", health: "healthy", location: "kr-seoul", locationName: "Seoul", hypervisor: "simulated", credentials: { kind: "none" }, vmCount: 0 });
    expect(made.capacity).toMatchObject({ vcpu: { total: 8, sellable: 16, used: 0 }, memoryMb: { total: 16_384, sellable: 15_360 } });
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { action: "host.create", subjectId: made.id } })).toMatchObject({ actorId: admin.userId, after: { name: "sim-new", type: "simulated" } });
  });

  it("is not saved when the host does not let us in, with the host's own words", async () => {
    injectFault(simulatedHostFolder(rt.config.dataDir, "sim-strict"), { operation: "probe", mode: "before", failure: "refused" });
    await expect(create({ ...SIMULATED, name: "sim-strict" })).rejects.toMatchObject({ code: "INVALID_REQUEST", message: "Sim-strict was told to fail." });
    injectFault(simulatedHostFolder(rt.config.dataDir, "sim-strict"), { operation: "probe", mode: "before" });
    await expect(create({ ...SIMULATED, name: "sim-strict" })).rejects.toMatchObject({ code: "HYPERVISOR_ERROR", message: "Sim-strict was told to fail." });
    expect(await rt.db.prisma.host.count({ where: { name: "sim-strict" } })).toBe(0);
  });

  it("an address where nobody is says so, and only maintenance saves it all the same", async () => {
    await expect(create({ ...PVE, name: "pve-away" })).rejects.toMatchObject({ code: "HYPERVISOR_ERROR", message: expect.stringContaining("pve.invalid") as string });
    expect(await create({ ...PVE, name: "pve-away", status: "maintenance" })).toMatchObject({ status: "maintenance", health: "unknown", capacity: { memoryMb: { total: 0 } } });
  });

  it("refuses to sell less than it has, which the database would refuse too", async () => {
    expect(hostCreateInput.safeParse({ ...SIMULATED, name: "half", vcpuRatio: 0.5 }).error?.issues).toMatchObject([{ path: ["vcpuRatio"] }]);
    expect(await create({ ...SIMULATED, name: "whole", vcpuRatio: 1 })).toMatchObject({ vcpuRatio: 1 });
  });

  it("refuses a name twice, an unknown region and a simulated host without a size", async () => {
    await create({ ...SIMULATED, name: "twice" });
    await expect(create({ ...SIMULATED, name: "twice" })).rejects.toMatchObject({ code: "CONFLICT", extras: { details: [{ field: "name" }] } });
    const both = await Promise.allSettled([create({ ...SIMULATED, name: "race" }), create({ ...SIMULATED, name: "race" })]);
    expect(both.map((each) => each.status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(create({ ...SIMULATED, name: "nowhere", location: "mars" })).rejects.toMatchObject({ extras: { details: [{ field: "location" }] } });
    await expect(create({ type: "simulated", name: "sizeless", location: "kr-seoul", vcpu: 1 })).rejects.toMatchObject({ extras: { details: [{ field: "memoryMb" }, { field: "storageGb" }] } });
  });
});

describe("credentials", () => {
  it("are sealed, and in no output, audit entry, event or log", async () => {
    const lines: string[] = [];
    const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
    const loud = { ...rt, log: (await import("pino")).pino({ level: "trace" }, sink) };
    const made = await createHost(loud, admin.actor, hostCreateInput.parse({ ...PVE, name: "pve-secret", status: "maintenance" }));
    await updateHost(loud, admin.actor, hostUpdateInput.parse({ id: made.id, password: `${SECRET}-2` }));
    await updateHost(loud, admin.actor, hostUpdateInput.parse({ id: made.id, token: `a@pve!b=${SECRET}-3` }));
    const tested = await testHost(loud, { type: "proxmox", id: made.id, apiUrl: PVE.apiUrl, node: "pve1", settings: PVE.settings });
    expect(tested).toMatchObject({ ok: false, host: null, error: expect.stringContaining("pve.invalid") as string });
    const refusal = await setHostStatus(loud, admin.actor, { id: made.id, status: "active" }).catch((error: unknown) => JSON.stringify(error, Object.getOwnPropertyNames(error)));
    const seen = await getHost(loud, made.id);
    expect(seen.credentials).toEqual({ kind: "token", username: "a@pve!b" });
    const everything = JSON.stringify([made, tested, refusal, seen, await listHosts(loud, { page: 1, limit: 100 }), await row(made.id), await rt.db.prisma.auditEntry.findMany(), await rt.db.prisma.event.findMany(), lines], (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    expect(everything).toContain("pve-secret");
    expect(everything).not.toContain(SECRET);
    expect((await rt.db.prisma.auditEntry.findMany({ where: { action: "host.update", subjectId: made.id } })).map((entry) => (entry.after as { credentials?: string }).credentials)).toEqual(["changed", "changed"]);
  });

  it("sealed for one host they do not open for another", async () => {
    const [one, other] = [await create({ ...PVE, name: "pve-one", status: "maintenance" }), await create({ ...PVE, name: "pve-other", status: "maintenance" })];
    await rt.db.prisma.host.update({ where: { id: other.id }, data: { credentials: (await row(one.id)).credentials } });
    expect((await getHost(rt, other.id)).credentials.kind).toBe("none");
    await expect(setHostStatus(rt, admin.actor, { id: other.id, status: "active" })).rejects.toMatchObject({ code: "HYPERVISOR_ERROR", message: expect.stringContaining("enter them again") as string });
    // New ones can be entered.
    expect((await update({ id: other.id, username: "root", password: "another" })).credentials).toEqual({ kind: "password", username: "root@pam" });
  });

  it("are not sent to an address they were not entered for", async () => {
    const made = await create({ ...PVE, name: "pve-moving", status: "maintenance" });
    await expect(update({ id: made.id, apiUrl: "https://thief.invalid:8006" })).rejects.toMatchObject({ code: "INVALID_REQUEST", extras: { details: [{ field: "password" }] } });
    await expect(testHost(rt, { type: "proxmox", id: made.id, apiUrl: "https://thief.invalid:8006", node: "pve1", settings: PVE.settings })).rejects.toMatchObject({ extras: { details: [{ field: "password" }] } });
    expect((await row(made.id)).endpoint).toBe(PVE.apiUrl);
  });

  it("what a host says is shown without them", () => {
    expect(redact("401 for root with p4ss&word: p4ss%26word", { username: "root", realm: "pam", password: "p4ss&word" })).toBe("401 for root with •••: •••");
    expect(redact("bad key AbCdEf in line 2", { privateKey: "-----BEGIN X-----\nAbCdEf\n-----END X-----\n", knownHosts: "line" })).toBe("bad key ••• in line 2");
  });
});

describe("changing and forgetting", () => {
  it("changes what is given, and tells the audit log what it was", async () => {
    const made = await create({ ...SIMULATED, name: "to-change" });
    rt.clock.advance(1_000);
    expect(await update({ id: made.id, name: "changed", vcpuRatio: 4, location: "eu-frankfurt" })).toMatchObject({ name: "changed", vcpuRatio: 4, location: "eu-frankfurt", memoryReserveMb: 0 });
    expect(await rt.db.prisma.auditEntry.findFirst({ where: { action: "host.update", subjectId: made.id } })).toMatchObject({ before: { name: "to-change", vcpuRatio: 1, region: "kr-seoul" }, after: { name: "changed", vcpuRatio: 4, region: "eu-frankfurt" } });
    await expect(update({ id: made.id, name: "sim-seoul-1" })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("neither region, nor a simulated host's name, nor the host itself goes while it has VMs", async () => {
    for (const change of [{ location: "eu-frankfurt" }, { name: "elsewhere" }]) {
      const now = await row(tenant.hostId);
      const other = "location" in change ? { location: now.region === "eu-frankfurt" ? "kr-seoul" : "eu-frankfurt" } : change;
      await expect(update({ id: tenant.hostId, ...other })).rejects.toMatchObject({ code: "INVALID_STATE" });
    }
    await expect(deleteHost(rt, admin.actor, tenant.hostId)).rejects.toMatchObject({ code: "INVALID_STATE", message: "This host has 1 VM: move or delete it first." });
    await rt.db.prisma.vm.update({ where: { id: tenant.vmId }, data: { status: "terminated" } });
    await expect(deleteHost(rt, admin.actor, tenant.hostId)).rejects.toMatchObject({ code: "INVALID_STATE", message: expect.stringContaining("This host has 1 backup") });
    await rt.db.prisma.vmBackup.deleteMany({ where: { hostId: tenant.hostId } });
    await deleteHost(rt, admin.actor, tenant.hostId);
    expect(await rt.db.prisma.host.count({ where: { id: tenant.hostId } })).toBe(0);
    expect(await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: tenant.vmId } })).toMatchObject({ hostId: null });
    await expect(deleteHost(rt, admin.actor, tenant.hostId)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await rt.db.prisma.auditEntry.count({ where: { action: "host.delete", subjectId: tenant.hostId } })).toBe(1);
  });
});
