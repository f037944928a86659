import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { givePrices } from "#server/testing/offer.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { createSimulatedDriver } from "./drivers/simulated/simulated-driver.ts";
import { stopVm } from "./power.ts";
import { type ChangePlace, OTHER_HOST, UPGRADE_SLUG } from "./testing/change-child.ts";
import { CHILD_SPEED, withGround } from "./testing/child-runtime.ts";
import { type CrashGround, DONE, KILLED, makeCrashGround, runChild } from "./testing/crash-ground.ts";
import { allEnded, machineOf, makeCrashVms } from "./testing/crash-vms.ts";
import { anyCall, TEST_HOST, TEST_REGION } from "./testing/places.ts";

/** DESIGN, invariant 3, of what changes a VM: a process is killed at every place of moves, upgrades, passwords and batches; the next one ends what it left. */
const MOMENTS = ["recorded", "effect done", "done"] as const;
const at = (change: ChangePlace["change"], direction: ChangePlace["direction"], steps: readonly string[], moments: readonly ChangePlace["moment"][]): ChangePlace[] =>
  steps.flatMap((step) => moments.map((moment) => ({ change, direction, step, moment })));
const batches: ChangePlace[] = [
  ...at("batch", "run", ["parts"], MOMENTS),
  // of the first VM's part: the second has not begun
  ...at("batch", "run", ["stop"], ["recorded", "done"]),
  ...at("batch", "compensate", ["request"], ["recorded"]),
];
const places: ChangePlace[] = [
  ...batches,
  ...at("migrate", "run", [""], ["requested"]),
  ...at("migrate", "run", ["migrate", "arrive"], MOMENTS),
  ...at("migrate", "compensate", ["migrate"], ["before record", "recorded"]),
  ...at("migrate", "compensate", ["request"], MOMENTS),
  ...at("upgrade", "run", ["resize"], MOMENTS),
  ...at("upgrade", "compensate", ["resize", "request"], ["recorded", "done"]),
  ...at("password", "run", ["password"], MOMENTS),
  ...at("password", "compensate", ["request"], ["recorded", "done"]),
];

let ground: CrashGround;
let actor: MemberActor;
let vmIds: string[];
/** The second VM of a batch. */
const otherId = (index: number): string => vmIds[places.length + index] ?? "";

beforeAll(async () => {
  ground = await makeCrashGround();
  await withGround(ground, async (rt) => {
    ({ actor, vmIds } = await makeCrashVms(rt, places.length + batches.length));
    const upgrade = await rt.db.prisma.upgrade.create({ data: { id: newId("upgrade"), slug: UPGRADE_SLUG, name: "More", vcpu: 1, memoryMb: 1_024, storageGb: 5 } });
    await givePrices(rt, { type: "upgrade", id: upgrade.id }, { compute: 1_000n, storage: 100n });
    await allEnded(
      rt,
      vmIds.filter((_id, index) => places[index]?.change === "upgrade").map((id) => stopVm(rt, actor, { id, graceful: false, timeoutSeconds: 5 })),
    );
    const { name, vcpu, memoryMb, storageGb } = OTHER_HOST;
    const now = new Date();
    await rt.db.prisma.host.create({ data: { id: newId("host"), name, vcpu, memoryMb, storageGb, driver: "simulated", region: TEST_REGION, health: "healthy", createdAt: now, updatedAt: now } });
  });
}, 300_000);
afterAll(() => ground.remove());

describe("kill -9 in a change", () => {
  const child = (die: ChangePlace | null, index = 0) => runChild("change-child.ts", { database: ground.database, dataDir: ground.dataDir, actor, die, vmId: vmIds[index], otherId: otherId(index) });

  it.each(places.map((place, index) => ({ ...place, index })))("$change: $direction $step, $moment", { timeout: 60_000 }, async ({ index, ...place }) => {
    expect(await child(place, index)).toMatchObject(KILLED);
  });

  it("leaves each VM on one host, of the size, with the password and in the state that the database says", { timeout: 60_000 }, async () => {
    expect(await child(null)).toEqual(DONE);
    await withGround(ground, async (rt) => {
      const simulation = { folder: ground.dataDir, speed: CHILD_SPEED };
      const drivers = { [TEST_HOST.name]: createSimulatedDriver(simulation, TEST_HOST), [OTHER_HOST.name]: createSimulatedDriver(simulation, OTHER_HOST) };
      const seenOf = async (vmId: string) => {
        const vm = await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmId }, include: { host: true } });
        const seen = (await Promise.all(Object.entries(drivers).map(async ([host, driver]) => ({ host, vm: await driver.inspect(hypervisorRef(vmId), anyCall) })))).filter((each) => each.vm);
        return { vm, seen };
      };
      expect(await rt.db.prisma.operation.count({ where: { OR: [{ status: { notIn: ["succeeded", "failed"] } }, { leaseOwner: { not: null } }] } })).toBe(0);
      for (const [index, { change, direction, ...place }] of places.entries()) {
        const { vm, seen } = await seenOf(vmIds[index] ?? "");
        const label = `${vm.name}: ${JSON.stringify({ change, direction, ...place })}`;
        const made = (name: ChangePlace["change"]): boolean => change === name && direction === "run";
        expect(seen.map(({ host }) => host), label).toEqual([vm.host?.name]);
        expect(seen[0]?.vm, label).toMatchObject({ power: vm.status, vcpu: vm.vcpu, memoryMb: vm.memoryMb, storageGb: vm.storageGb, busy: null });
        expect([vm.operationId, vm.targetHostId], label).toEqual([null, null]);
        expect(vm.host?.name, label).toBe(made("migrate") ? OTHER_HOST.name : TEST_HOST.name);
        expect([vm.vcpu, vm.computePricePerHour], label).toEqual(made("upgrade") ? [2, 13_000n] : [1, 12_000n]);
        expect(Object.keys(machineOf(ground.dataDir, vm.id)?.passwords ?? {}), label).toEqual(made("password") ? ["debian"] : []);
        if (change !== "batch") continue;
        const other = await seenOf(otherId(index));
        expect([vm.status, other.vm.status, other.seen[0]?.vm?.power], label).toEqual([made("batch") ? "stopped" : "running", "stopped", "stopped"]);
        for (const { id } of [vm, other.vm]) expect(await rt.db.prisma.operation.count({ where: { subjectId: id, kind: "vm.stop" } }), label).toBe(1);
      }
      const ends = await rt.db.prisma.operation.findMany({ where: { kind: "vms.batch" }, orderBy: { createdAt: "asc" } });
      expect(ends.map(({ status }) => status)).toEqual(batches.map(({ direction }) => (direction === "run" ? "succeeded" : "failed")));
      // Of a password nothing is left, whatever became of it.
      expect(JSON.stringify(await rt.db.prisma.operation.findMany({ select: { input: true } }))).not.toContain("$6$");
    });
  });
});
