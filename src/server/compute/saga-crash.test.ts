import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { vmIdOfRef } from "./drivers/driver.ts";
import { createSimulatedDriver } from "./drivers/simulated/simulated-driver.ts";
import { createProject } from "./projects.ts";
import { seedCatalog } from "./seed.ts";
import { CHILD_SPEED, withGround } from "./testing/child-runtime.ts";
import { type CrashGround, DONE, KILLED, makeCrashGround, runChild } from "./testing/crash-ground.ts";
import { anyCall, TEST_HOST } from "./testing/places.ts";
import type { Place } from "./testing/saga-child.ts";

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

let ground: CrashGround;
let person: Person;
let projectId: string;

beforeAll(async () => {
  ground = await makeCrashGround();
  await withGround(ground, async (rt) => {
    await seedCatalog(rt);
    person = await makePerson(rt, { welcome: credits(100) });
    projectId = (await createProject(rt, person.actor, { name: "Crashes" })).id;
  });
});
afterAll(() => ground.remove());

describe("kill -9 in the saga", () => {
  const child = (die: Place | null) => runChild("saga-child.ts", { database: ground.database, dataDir: ground.dataDir, actor: person.actor, projectId, die });

  it.each(places)("$scene: $direction $step, $moment", { timeout: 60_000 }, async (place) => {
    expect(await child(place)).toMatchObject(KILLED);
  });

  it("leaves nothing undone: each operation has ended, each VM is there and paid for once, or gone and paid for not at all", { timeout: 60_000 }, async () => {
    expect(await child(null)).toEqual(DONE);
    await withGround(ground, async (rt) => {
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
      const driver = createSimulatedDriver({ folder: ground.dataDir, speed: CHILD_SPEED }, TEST_HOST);
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
