import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MemberActor } from "#server/identity/actor.ts";
import { takeBackup } from "./backups/backups.ts";
import { storedBackups } from "./drivers/simulated/backup-files.ts";
import { simulatedHostFolder } from "./drivers/simulated/simulated-host.ts";
import { takeSnapshot } from "./snapshots/snapshots.ts";
import type { ChangePlace } from "./testing/change-child.ts";
import { withGround } from "./testing/child-runtime.ts";
import { type CrashGround, DONE, KILLED, makeCrashGround, runChild } from "./testing/crash-ground.ts";
import { allEnded, machineOf, makeCrashVms, writeMark } from "./testing/crash-vms.ts";
import { TEST_HOST } from "./testing/places.ts";

/** DESIGN, invariant 3, of copies of VMs' disks: a process is killed at every place of snapshots and backups; the next one ends what it left. */
const MOMENTS = ["recorded", "effect done", "done"] as const;
const at = (change: ChangePlace["change"], direction: ChangePlace["direction"], step: string, moments: readonly ChangePlace["moment"][]): ChangePlace[] =>
  moments.map((moment) => ({ change, direction, step, moment }));
const places: ChangePlace[] = [
  ...at("snapshot", "run", "snapshot", MOMENTS),
  ...at("snapshot", "compensate", "snapshot", ["recorded", "done"]),
  ...at("snapshot_restore", "run", "restore", MOMENTS),
  ...at("snapshot_restore", "compensate", "request", ["recorded"]),
  ...at("snapshot_delete", "run", "delete_snapshot", MOMENTS),
  ...at("snapshot_delete", "compensate", "request", ["recorded"]),
  ...at("backup", "run", "", ["requested"]),
  ...at("backup", "run", "backup", MOMENTS),
  ...at("backup", "compensate", "backup", MOMENTS),
  ...at("backup_restore", "run", "stop", ["effect done"]),
  ...at("backup_restore", "run", "restore", MOMENTS),
  ...at("backup_restore", "run", "start", ["recorded", "effect done"]),
  ...at("backup_restore", "compensate", "restore", ["recorded"]),
  ...at("backup_restore", "compensate", "request", ["recorded"]),
  ...at("backup_delete", "run", "delete_backup", MOMENTS),
  ...at("backup_delete", "compensate", "request", ["recorded"]),
  ...at("create_from_backup", "run", "create", MOMENTS),
  ...at("create_from_backup", "compensate", "create", ["recorded", "done"]),
  ...at("delete_preserving", "run", "backup", MOMENTS),
  ...at("delete_preserving", "run", "destroy", ["recorded", "effect done"]),
  ...at("delete_preserving", "compensate", "backup", ["recorded"]),
  ...at("delete_preserving", "compensate", "request", ["recorded"]),
];

/** What is on a VM's disk when it is changed, and what was when its snapshot or backup was taken. */
const NOW = "now";
const THEN = "then";
const SNAPSHOT_FIRST: ChangePlace["change"][] = ["snapshot_restore", "snapshot_delete"];
const BACKUP_FIRST: ChangePlace["change"][] = ["backup_restore", "backup_delete", "create_from_backup"];

let ground: CrashGround;
let actor: MemberActor;
let vmIds: string[];

beforeAll(async () => {
  ground = await makeCrashGround();
  await withGround(ground, async (rt) => {
    ({ actor, vmIds } = await makeCrashVms(rt, places.length));
    const its = (changes: ChangePlace["change"][]) => vmIds.filter((_id, index) => changes.some((change) => change === places[index]?.change));
    for (const id of vmIds) writeMark(ground.dataDir, id, THEN);
    await allEnded(rt, [
      ...its(SNAPSHOT_FIRST).map((id) => takeSnapshot(rt, actor, { id, name: "first" })),
      ...its(BACKUP_FIRST).map((id) => takeBackup(rt, actor, { id, name: "first" })),
    ]);
    for (const id of vmIds) writeMark(ground.dataDir, id, NOW);
  });
}, 300_000);
afterAll(() => ground.remove());

describe("kill -9 in copies of disks", () => {
  const child = (die: ChangePlace | null, index = 0) => runChild("change-child.ts", { database: ground.database, dataDir: ground.dataDir, actor, die, vmId: vmIds[index], otherId: "" });

  it.each(places.map((place, index) => ({ ...place, index })))("$change: $direction $step, $moment", { timeout: 60_000 }, async ({ index, ...place }) => {
    expect(await child(place, index)).toMatchObject(KILLED);
  });

  it("leaves each VM with the disk, the snapshots and the backups that the database says, and nothing on the host besides", { timeout: 60_000 }, async () => {
    expect(await child(null)).toEqual(DONE);
    await withGround(ground, async (rt) => {
      const stored = storedBackups(simulatedHostFolder(ground.dataDir, TEST_HOST.name));
      expect(await rt.db.prisma.operation.count({ where: { OR: [{ status: { notIn: ["succeeded", "failed"] } }, { leaseOwner: { not: null } }] } })).toBe(0);
      expect(await rt.db.prisma.hold.count({ where: { status: "pending" } })).toBe(0);
      for (const [index, { change, direction, ...place }] of places.entries()) {
        const vm = await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: vmIds[index] ?? "" }, include: { snapshots: true, backups: true } });
        const label = `${vm.name}: ${JSON.stringify({ change, direction, ...place })}`;
        const done = direction === "run";
        const machine = machineOf(ground.dataDir, vm.id);
        const gone = change === "delete_preserving" && done;
        expect([vm.status, vm.operationId], label).toEqual([gone ? "terminated" : machine?.power, null]);
        expect([machine !== null, machine?.task ?? null], label).toEqual([!gone, null]);
        if (machine) expect(machine.files, label).toEqual({ mark: done && (change === "snapshot_restore" || change === "backup_restore") ? THEN : NOW });

        const hasSnapshot = change === "snapshot" ? done : change === "snapshot_delete" ? !done : change === "snapshot_restore";
        expect(vm.snapshots.map(({ status }) => status), label).toEqual(hasSnapshot ? ["ready"] : []);
        expect((machine?.snapshots ?? []).map(({ name }) => name), label).toEqual(vm.snapshots.map(({ id }) => id));

        // A last backup that is complete is kept, also when the VM then could not be deleted.
        const hasBackup = change === "backup" ? done : change === "backup_delete" ? !done : BACKUP_FIRST.includes(change) || change === "delete_preserving";
        expect(vm.backups.map(({ status }) => status), label).toEqual(hasBackup ? ["ready"] : []);
        const copies = stored.filter(({ name }) => vm.backups.some(({ id }) => id === name));
        expect(copies.map(({ disk }) => disk.files["mark"]), label).toEqual(hasBackup ? [BACKUP_FIRST.includes(change) ? THEN : NOW] : []);

        if (change !== "create_from_backup") continue;
        const [made, ...others] = await rt.db.prisma.vm.findMany({ where: { name: `from-${vm.name}` } });
        expect([made?.status, others.length], label).toEqual([done ? "running" : "rolled_back", 0]);
        expect(machineOf(ground.dataDir, made?.id ?? "")?.files ?? null, label).toEqual(done ? { mark: THEN } : null);
      }
      expect(stored.map(({ name }) => name).sort()).toEqual((await rt.db.prisma.vmBackup.findMany({ orderBy: { id: "asc" } })).map(({ id }) => id));
    });
  });
});
