import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { createSimulatedDriver } from "./drivers/simulated/simulated-driver.ts";
import { startOperationWorker } from "./operation-worker.ts";
import { stopVm } from "./power.ts";
import { createProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { seedCatalog } from "./seed.ts";
import { type ChangePlace, type ChangeTask, OTHER_HOST, UPGRADE_SLUG } from "./testing/change-child.ts";
import { anyCall, endedOperation, TEST_HOST, TEST_REGION } from "./testing/places.ts";
import { openChildRuntime } from "./testing/saga-child.ts";

/** DESIGN, invariant 3, of what changes a VM: a process is killed at every place of moves, upgrades and snapshots; the next one ends what it left. */
const MOMENTS = ["recorded", "effect done", "done"] as const;
const at = (change: ChangePlace["change"], refused: boolean, steps: readonly string[], moments: readonly ChangePlace["moment"][]): ChangePlace[] =>
  steps.flatMap((step) => moments.map((moment) => ({ change, refused, step, moment })));
const places: ChangePlace[] = [
  ...at("migrate", false, [""], ["requested"]),
  ...at("migrate", false, ["migrate", "arrive"], MOMENTS),
  ...at("migrate", true, ["migrate"], ["before record", "recorded"]),
  ...at("migrate", true, ["request"], MOMENTS),
  ...at("upgrade", false, ["resize"], MOMENTS),
  ...at("upgrade", true, ["resize", "request"], ["recorded", "done"]),
  ...at("snapshot", false, ["snapshot"], MOMENTS),
  ...at("snapshot", true, ["snapshot"], ["recorded", "done"]),
];

let folder: string;
let base: TestRuntime;
let where: Pick<ChangeTask, "database" | "dataDir" | "actor">;
let vmIds: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-change-"));
  base = await createTestRuntime();
  const dataDir = join(folder, "data");
  const database = base.databaseUrl ? { url: base.databaseUrl } : { folder: join(folder, "database") };
  if ("folder" in database) await (await PGlite.create(database.folder, { loadDataDir: new Blob([new Uint8Array(await readFile(inject("databaseTemplate")))]) })).close();
  await withRuntime({ database, dataDir }, async (rt) => {
    await seedCatalog(rt);
    await rt.db.prisma.quota.updateMany({ data: { vms: 1_000, vcpu: 1_000, memoryMb: 10_000_000, storageGb: 100_000 } });
    await rt.db.prisma.upgrade.create({ data: { id: newId("upgrade"), slug: UPGRADE_SLUG, name: "More", vcpu: 1, memoryMb: 1_024, storageGb: 5, computePricePerHour: 1_000n, storagePricePerHour: 100n } });
    const person = await makePerson(rt, { welcome: credits(1_000) });
    where = { database, dataDir, actor: person.actor };
    const { id: projectId } = await createProject(rt, person.actor, { name: "Crashes" });
    const worker = startOperationWorker(rt, { concurrency: 4, retryBaseMs: 10 });
    const made = await Promise.all(places.map((_place, index) => createVm(rt, person.actor, { name: `vm-${index}`, projectId, plan: "small", templateId: "debian-12", region: TEST_REGION, sshKeys: [], metadata: {} })));
    vmIds = made.map(({ id }) => id);
    for (const { provisioningJobId } of made) await endedOperation(rt, provisioningJobId);
    const grow = vmIds.filter((_id, index) => places[index]?.change === "upgrade");
    const stops = await Promise.all(grow.map((id) => stopVm(rt, person.actor, { id, graceful: false, timeoutSeconds: 5 })));
    for (const { operationId } of stops) await endedOperation(rt, operationId);
    await worker.stop();
    const { name, vcpu, memoryMb, storageGb } = OTHER_HOST;
    const now = new Date();
    await rt.db.prisma.host.create({ data: { id: newId("host"), name, vcpu, memoryMb, storageGb, driver: "simulated", region: TEST_REGION, health: "healthy", createdAt: now, updatedAt: now } });
  });
}, 300_000);
afterAll(async () => {
  await base.close();
  await rm(folder, { recursive: true, force: true });
});

/** A runtime on the children's database; embedded, it is theirs while they live. */
async function withRuntime<T>(task: Pick<ChangeTask, "database" | "dataDir">, work: (rt: Runtime) => Promise<T>): Promise<T> {
  const rt = await openChildRuntime(task);
  try {
    return await work(rt);
  } finally {
    await rt.signals.close();
    await rt.db.close();
  }
}

async function child(die: ChangePlace | null, vmId: string): Promise<{ code: number | null; signal: string | null; errors: string }> {
  const task: ChangeTask = { ...where, die, vmId };
  const process_ = spawn(process.execPath, [join(import.meta.dirname, "testing/change-child.ts"), JSON.stringify(task)], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  process_.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => process_.on("close", (code, signal) => resolve({ code, signal, errors })));
}

describe("kill -9 in a change", () => {
  it.each(places.map((place, index) => ({ ...place, index })))("$change (refused: $refused): $step, $moment", { timeout: 60_000 }, async ({ index, ...place }) => {
    expect(await child(place, vmIds[index] ?? "")).toMatchObject({ signal: "SIGKILL", errors: "" });
  });

  it("leaves each VM on one host, of the size, with the snapshots and in the state that the database says", { timeout: 60_000 }, async () => {
    expect(await child(null, "")).toEqual({ code: 0, signal: null, errors: "" });
    await withRuntime(where, async (rt) => {
      const simulation = { folder: where.dataDir, speed: 500 };
      const drivers = { [TEST_HOST.name]: createSimulatedDriver(simulation, TEST_HOST), [OTHER_HOST.name]: createSimulatedDriver(simulation, OTHER_HOST) };
      expect(await rt.db.prisma.operation.count({ where: { OR: [{ status: { notIn: ["succeeded", "failed"] } }, { leaseOwner: { not: null } }] } })).toBe(0);
      for (const [index, place] of places.entries()) {
        const vm = await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmIds[index] ?? "" }, include: { host: true, snapshots: true } });
        const ref = hypervisorRef(vm.id);
        const found = (await Promise.all(Object.entries(drivers).map(async ([host, driver]) => ({ host, driver, seen: await driver.inspect(ref, anyCall) })))).filter(({ seen }) => seen);
        const label = `${vm.name}: ${JSON.stringify(place)}`;
        expect(found.map(({ host }) => host), label).toEqual([vm.host?.name]);
        expect(found[0]?.seen, label).toMatchObject({ power: vm.status, vcpu: vm.vcpu, memoryMb: vm.memoryMb, storageGb: vm.storageGb, busy: null });
        expect([vm.operationId, vm.targetHostId], label).toEqual([null, null]);
        expect((await found[0]?.driver.listSnapshots(ref, anyCall))?.map(({ name }) => name), label).toEqual(vm.snapshots.map(({ id }) => id));
        expect(vm.host?.name, label).toBe(place.change === "migrate" && !place.refused ? OTHER_HOST.name : TEST_HOST.name);
        expect([vm.vcpu, vm.computePricePerHour], label).toEqual(place.change === "upgrade" && !place.refused ? [2, 13_000n] : [1, 12_000n]);
        expect(vm.snapshots.map(({ status }) => status), label).toEqual(place.change === "snapshot" && !place.refused ? ["ready"] : []);
      }
    });
  });
});
