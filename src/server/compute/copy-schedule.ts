import { vmAllows, vmIsGone } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor, SystemActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Prisma, Vm } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { appendVmLog } from "./logs/append.ts";
import { visible } from "./policy.ts";
import { lockVm, vmWithPlan } from "./repository.ts";
import { requestVmOperation } from "./vm-requests.ts";

const HOUR_MS = 3_600_000;
const BATCH = 100;
/** A deletion that failed is tried again after so long. */
export const DELETE_AGAIN_MS = HOUR_MS;
/** How often the worker looks. */
export const ROUND_MS = 60_000;

interface Settings {
  everyHours: number | null;
  keep: number;
  dueAt: Date | null;
}

/** A VM whose copy is due. */
export interface DueVm {
  id: string;
  hostId: string | null;
  dueAt: Date;
}

/** What the schedules of snapshots and of backups do not share. */
export interface CopySchedule {
  action: "snapshot" | "backup";
  by: SystemActor;
  of(vm: Vm): Settings;
  write(tx: Tx, vmId: string, settings: Settings): Promise<void>;
  writeDue(tx: Tx, vmId: string, dueAt: Date | null): Promise<void>;
  /** VMs whose copy is due, the longest due first, after `after`. */
  dueVms(rt: Runtime, now: Date, after: DueVm | null, limit: number): Promise<DueVm[]>;
  /** A host takes one after the other: all at once they would wait for each other as VMs that nobody can change, and their host would do nothing else. */
  oneOfHost: boolean;
  /** VMs that have more automatic copies than they keep, and whose last deletion did not fail after `since`. */
  overfullVms(rt: Runtime, since: Date, limit: number): Promise<Pick<Vm, "id">[]>;
  /** Why the VM can have none; null: it can. */
  problem(rt: Runtime, tx: Tx, vm: Vm): Promise<string | null>;
  /** @throws AppError FORBIDDEN when the quota allows no more */
  requireRoom(tx: Tx, vm: Vm): Promise<void>;
  /** Begins to delete the oldest automatic one. waits: one is being deleted already; nothing: there is none, or not now */
  deleteOldest(rt: Runtime, tx: Tx, vmId: string): Promise<"deleted" | "waits" | "nothing">;
  /** The operation's input. */
  input(name: string): Prisma.InputJsonObject;
}

/**
 * Takes the copies that are due and deletes the oldest above what each VM keeps. Any number of workers may do it, as late as they like: a VM is taken under
 * its row's lock, and one that is missed is taken once.
 * @returns how many operations were begun
 */
export async function runSchedule(rt: Runtime, schedule: CopySchedule): Promise<{ taken: number; deleted: number }> {
  const now = rt.clock.now();
  const done = { taken: 0, deleted: 0 };
  const hosts = new Set<string | null>();
  for (let after: DueVm | null = null; ; ) {
    const due: DueVm[] = await schedule.dueVms(rt, now, after, BATCH);
    for (const { id, hostId } of due) {
      if (schedule.oneOfHost && hosts.has(hostId)) continue;
      const what = await transact(rt, (tx) => takeDue(rt, tx, schedule, id));
      if (what) done[what] += 1;
      if (what === "taken") hosts.add(hostId);
    }
    after = due.at(-1) ?? null;
    if (due.length < BATCH) break;
  }
  for (const { id } of await schedule.overfullVms(rt, new Date(now.getTime() - DELETE_AGAIN_MS), BATCH)) {
    if ((await transact(rt, (tx) => schedule.deleteOldest(rt, tx, id))) === "deleted") done.deleted += 1;
  }
  if (done.taken + done.deleted > 0) rt.signals.send("operations");
  return done;
}

async function takeDue(rt: Runtime, tx: Tx, schedule: CopySchedule, id: string): Promise<"taken" | "deleted" | null> {
  const at = rt.clock.now();
  const { action } = schedule;
  const vm = await lockVm(tx, id);
  const { everyHours, dueAt } = schedule.of(vm);
  if (dueAt === null || dueAt > at) return null;
  if (everyHours === null || vmIsGone(vm.status)) {
    await schedule.writeDue(tx, id, null);
    return null;
  }
  if (vm.operationId !== null || !vmAllows(vm.status, action)) {
    // Once, not at each of the looks until it is possible.
    if (at.getTime() - dueAt.getTime() < ROUND_MS) await say(tx, id, at, `A ${action} by schedule is due, but the VM is ${vm.operationId === null ? vm.status : "busy"}: it is taken when that is over.`);
    return null;
  }
  const problem = (await schedule.problem(rt, tx, vm)) ?? (await fullness(tx, schedule, vm));
  if (problem === "full") {
    const room = await schedule.deleteOldest(rt, tx, id);
    if (room === "deleted") return "deleted";
    if (room === "waits") return null;
  }
  if (problem !== null) {
    const why = problem === "full" ? `there are as many ${action}s as the quota allows, and none of this VM's is the schedule's to delete` : problem;
    await say(tx, id, at, `A ${action} by schedule is left out: ${why}.`);
  } else {
    await requestVmOperation(tx, vm, { action, input: schedule.input(copyName(dueAt)), actor: schedule.by, at });
  }
  await schedule.writeDue(tx, id, nextDue(dueAt, everyHours, at));
  return problem === null ? "taken" : null;
}

function say(tx: Tx, vmId: string, at: Date, message: string): Promise<void> {
  return appendVmLog(tx, { vmId, at, source: "operation", level: "warning", message });
}

async function fullness(tx: Tx, schedule: CopySchedule, vm: Vm): Promise<"full" | null> {
  try {
    await schedule.requireRoom(tx, vm);
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === "FORBIDDEN") return "full";
    throw error;
  }
}

/** The next time of a schedule that is still to come: what was missed is not made up for. */
export function nextDue(dueAt: Date, everyHours: number, now: Date): Date {
  const every = everyHours * HOUR_MS;
  const due = dueAt.getTime();
  return new Date(due + Math.max(1, Math.floor((now.getTime() - due) / every) + 1) * every);
}

/** The name of a copy that nobody gave one. */
export function copyName(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Sets or ends a VM's schedule. The first copy is due an interval from now; those that were taken stay. @throws AppError NOT_FOUND, INVALID_STATE */
export async function setSchedule(rt: Runtime, actor: MemberActor, schedule: CopySchedule, wanted: { id: string; everyHours: number | null; keep: number }): Promise<void> {
  const at = rt.clock.now();
  const { id, everyHours, keep } = wanted;
  await transact(rt, async (tx) => {
    visible(await vmWithPlan(tx, id), actor, "VM");
    const vm = await lockVm(tx, id);
    if (vmIsGone(vm.status) || vm.status === "deleting") throw new AppError("INVALID_STATE", "This VM is gone.", { state: vm.status });
    const problem = everyHours === null ? null : await schedule.problem(rt, tx, vm);
    if (problem !== null) throw new AppError("INVALID_STATE", `This is not possible: ${problem}.`, { state: vm.status });
    const before = schedule.of(vm);
    const dueAt = everyHours === null ? null : everyHours === before.everyHours ? before.dueAt : new Date(at.getTime() + everyHours * HOUR_MS);
    await schedule.write(tx, id, { everyHours, keep, dueAt });
    await recordAudit(tx, actor, {
      action: `vm.${schedule.action}_schedule`,
      subjectType: "vm",
      subjectId: id,
      organizationId: vm.organizationId,
      before: { everyHours: before.everyHours, keep: before.keep },
      after: { everyHours, keep },
      at,
    });
    await publish(tx, { type: "vm.updated", subject: id, organizationId: vm.organizationId, at, data: { vmId: id } });
  });
}
