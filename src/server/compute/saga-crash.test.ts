import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { systemClock } from "#server/infra/clock.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { createSimulatedDriver } from "./drivers/simulated/simulated-driver.ts";
import { vmIdOfRef } from "./drivers/driver.ts";
import { createProject } from "./projects.ts";
import { seedCatalog } from "./seed.ts";
import { anyCall, TEST_HOST } from "./testing/places.ts";
import { type ChildTask, openChildRuntime, type Place } from "./testing/saga-child.ts";

/**
 * DESIGN, invariant 3: a process is killed at every place of the saga; the next one ends what it left. A transaction that is not committed leaves what the
 * step before has left, so "before record" needs trying once a direction; and a step that is undone without an effect, at one moment.
 */
const MOMENTS = ["recorded", "effect done", "done"] as const;
const at = (scene: Place["scene"], direction: Place["direction"], steps: readonly string[], moments: readonly Place["moment"][]): Place[] =>
  steps.flatMap((step) => moments.map((moment) => ({ scene, direction, step, moment })));
const places: Place[] = [
  ...at("create", "run", [""], ["requested"]),
  ...at("create", "run", ["create"], ["before record"]),
  ...at("create", "run", ["create", "configure", "start", "address", "charge"], MOMENTS),
  ...at("rollback", "compensate", ["create"], ["before record"]),
  ...at("rollback", "compensate", ["address", "start", "configure", "reserve"], ["recorded"]),
  ...at("rollback", "compensate", ["create", "hold"], MOMENTS),
  ...at("delete", "run", ["stop", "destroy"], MOMENTS),
];
const PRICE = 14_500n;

let folder: string;
let base: TestRuntime;
let person: Person;
let task: Omit<ChildTask, "die">;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-saga-"));
  base = await createTestRuntime();
  const dataDir = join(folder, "data");
  const database = base.databaseUrl ? { url: base.databaseUrl } : { folder: join(folder, "database") };
  if ("folder" in database) await (await PGlite.create(database.folder, { loadDataDir: new Blob([new Uint8Array(await readFile(inject("databaseTemplate")))]) })).close();
  await withRuntime({ database, dataDir }, async (rt) => {
    await seedCatalog(rt);
    person = await makePerson(rt, { welcome: credits(100) });
    task = { database, dataDir, actor: person.actor, projectId: (await createProject(rt, person.actor, { name: "Crashes" })).id };
  });
});
afterAll(async () => {
  await base.close();
  await rm(folder, { recursive: true, force: true });
});

/** A runtime on the children's database; embedded, it is theirs while they live. */
async function withRuntime<T>(where: Pick<ChildTask, "database" | "dataDir">, work: (rt: Runtime) => Promise<T>): Promise<T> {
  const rt = await openChildRuntime(where);
  try {
    return await work({ ...rt, clock: systemClock });
  } finally {
    await rt.signals.close();
    await rt.db.close();
  }
}

async function child(die: Place | null): Promise<{ code: number | null; signal: string | null; errors: string }> {
  const script = join(import.meta.dirname, "testing/saga-child.ts");
  const process_ = spawn(process.execPath, [script, JSON.stringify({ ...task, die })], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  process_.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => process_.on("close", (code, signal) => resolve({ code, signal, errors })));
}

describe("kill -9 in the saga", () => {
  it.each(places)("$scene: $direction $step, $moment", { timeout: 60_000 }, async (place) => {
    expect(await child(place)).toMatchObject({ signal: "SIGKILL", errors: "" });
  });

  it("leaves nothing undone: each operation has ended, each VM is there and paid for once, or gone and paid for not at all", { timeout: 60_000 }, async () => {
    expect(await child(null)).toEqual({ code: 0, signal: null, errors: "" });
    await withRuntime(task, async (rt) => {
      const operations = await rt.db.prisma.operation.findMany({ include: { steps: true } });
      expect(operations.filter(({ kind }) => kind === "vm.create")).toHaveLength(places.length);
      for (const operation of operations) {
        expect(["succeeded", "failed"]).toContain(operation.status);
        expect(operation).toMatchObject({ leaseOwner: null, leaseUntil: null });
        expect(operation.input).not.toHaveProperty("passwordHash");
        const allowed = operation.status === "succeeded" ? ["succeeded"] : ["compensated", "pending"];
        for (const step of operation.steps) expect(allowed).toContain(step.status);
      }
      const vms = await rt.db.prisma.vm.findMany();
      const driver = createSimulatedDriver({ folder: task.dataDir, speed: 500 }, TEST_HOST);
      const there = await driver.list(anyCall);
      const running = vms.filter((vm) => vm.status === "running");
      expect(there.map((vm) => vmIdOfRef(vm.ref)).sort()).toEqual(running.map((vm) => vm.id).sort());
      for (const vm of there) expect(vm).toMatchObject({ power: "running", busy: null });

      expect(await rt.db.prisma.hold.count({ where: { status: "pending" } })).toBe(0);
      let charged = 0n;
      for (const vm of vms) {
        expect(vm.operationId).toBeNull();
        const transfers = await rt.db.prisma.transfer.findMany({ where: { subjectId: vm.id } });
        const paid = transfers.reduce((sum, transfer) => sum + transfer.amount, 0n);
        charged += paid;
        const open = await rt.db.prisma.meterSpan.count({ where: { resourceId: vm.id, endedAt: null } });
        const expected = { running: [PRICE, 2], terminated: [PRICE, 0], rolled_back: [0n, 0] }[vm.status];
        expect([vm.status, paid, open]).toEqual([vm.status, ...(expected ?? [])]);
      }
      const account = await rt.db.prisma.ledgerAccount.findFirstOrThrow({ where: { organizationId: person.organizationId } });
      expect([account.held, account.balance]).toEqual([0n, credits(100) - charged]);
      const byStatus = Object.groupBy(vms, (vm) => vm.status);
      expect(byStatus.rolled_back?.length).toBe(places.filter(({ scene }) => scene === "rollback").length);
      expect(byStatus.terminated?.length).toBe(places.filter(({ scene }) => scene === "delete").length);
      expect(byStatus.running?.length).toBe(places.filter(({ scene }) => scene === "create").length);
    });
  });
});
