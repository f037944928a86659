import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { ProxmoxError, type ProxmoxReason } from "./errors.ts";
import { lookAt, type SeenVm } from "./look.ts";
import type { Session } from "./session.ts";
import { activeTasksOfType, followTask, isUpid, type TaskEnd } from "./tasks.ts";

/** What is left to do for a VM as it is now. */
export interface Action {
  /** Asks the host. @returns `data` of the answer: the task's name, or null where it was done at once */
  ask(vm: SeenVm): Promise<unknown>;
  /** Types of tasks that it does not wait for. */
  overrules?: ReadonlySet<string>;
}

/** Thrown instead, where it cannot be done. */
export type Decision = "reached" | Action;

/** How often the same is asked of a host that fails in passing, or does nothing. */
const ATTEMPTS = 4;
/** What passes by itself, or means that the VM was not as we had seen it. */
const PASSING: ReadonlySet<ProxmoxReason> = new Set(["locked", "busy", "absent", "running", "not_running", "no_task"]);

/**
 * Brings a VM where `decide` wants it: looks, waits for whatever works on it, asks, follows the task, and looks again until the VM shows it. A host's word is
 * not taken for the deed, and a lost answer is no failure before the VM was looked at.
 * @throws DriverError · the signal's reason
 */
export async function bring(session: Session, ref: string, call: CallOptions, decide: (vm: SeenVm | null) => Decision | Promise<Decision>): Promise<void> {
  let last: DriverError | null = null;
  const patience = lockPatience(session);
  for (let attempt = 1; ; ) {
    call.signal.throwIfAborted();
    const vm = await lookAt(session, ref, call);
    const decision = await decide(vm);
    if (decision === "reached") return;
    if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
    if (await occupied(session, vm, decision, call, patience)) continue;
    if (attempt > ATTEMPTS) throw last ?? new ProxmoxError("unavailable", "other", `${session.hostName} says that it did as it was asked, but VM ${vm.vmid} is still ${vm.power}`);
    attempt += 1;
    const error = await act(session, vm, decision, call);
    if (!error) {
      last = null;
      if (await shows(session, ref, call, decide)) return;
      continue;
    }
    last = error;
    const passing = error.failure === "unknown" || PASSING.has(error.reason);
    if (passing) await sleep(session.pace.pollMs * 2 ** (attempt - 2), undefined, { signal: call.signal });
    // It failed for good: unless the VM is there all the same.
    else if ((await decide(await lookAt(session, ref, call))) === "reached") return;
    else throw error;
  }
}

/**
 * Does something to a VM that is not to be seen by a look at it, once nothing else works on it. `work` is repeated when it fails in passing or its answer is
 * lost: it must come out the same.
 * @param allowed throws where it cannot be done
 */
export async function doOnce(session: Session, ref: string, call: CallOptions, allowed: (vm: SeenVm) => void | Promise<void>, work: (vm: SeenVm) => Promise<void>): Promise<void> {
  let done = false;
  await bring(session, ref, call, async (vm) => {
    if (done) return "reached";
    if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
    if (vm.tasks.length === 0 && !vm.forming) await allowed(vm);
    return {
      async ask(now) {
        await work(now);
        done = true;
        return null;
      },
    };
  });
}

/** Waits while something else works on the VM. @returns whether there was something */
async function occupied(session: Session, vm: SeenVm, action: Action, call: CallOptions, patience: (vm: SeenVm) => void): Promise<boolean> {
  const task = vm.tasks.find((each) => !action.overrules?.has(each.type));
  if (task) {
    await followTask(session, task.upid, call);
    return true;
  }
  const locked = vm.forming || (vm.lock !== null && vm.lock !== "suspended");
  if (!locked) return false;
  const [jobs, pause] = vm.lock === "backup" ? [await activeTasksOfType(session, vm.node, "vzdump", call), session.pace.slowestPollMs] : [[], session.pace.pollMs];
  // A job of the host's own, for many VMs, has none of their numbers in its name.
  if (jobs.length === 0) patience(vm);
  await sleep(pause, undefined, { signal: call.signal });
  return true;
}

/** @returns what went wrong. A connection that never came about is thrown: nothing was asked. */
async function act(session: Session, vm: SeenVm, action: Action, call: CallOptions): Promise<ProxmoxError | null> {
  try {
    const data = await action.ask(vm);
    const end: TaskEnd = isUpid(data) ? await followTask(session, data, call) : { kind: "done" };
    return end.kind === "failed" ? end.error : null;
  } catch (error) {
    if (error instanceof ProxmoxError && (error.failure !== "unavailable" || PASSING.has(error.reason))) return error;
    throw error;
  }
}

/** Whether the VM shows what was done; with high availability a finished task only means that it was requested. */
async function shows(session: Session, ref: string, call: CallOptions, decide: (vm: SeenVm | null) => Decision | Promise<Decision>): Promise<boolean> {
  const until = performance.now() + session.pace.settleMs;
  for (;;) {
    if ((await decide(await lookAt(session, ref, call))) === "reached") return true;
    if (performance.now() >= until) return false;
    await sleep(session.pace.pollMs, undefined, { signal: call.signal });
  }
}

/** A lock that no task holds is left over from a node that went down; only a person on the host may take it off. */
export function lockPatience(session: Session): (vm: SeenVm) => void {
  let since: number | null = null;
  return (vm) => {
    since ??= performance.now();
    if (performance.now() - since < session.pace.staleLockMs) return;
    const lock = vm.lock ?? "clone";
    throw new ProxmoxError("unavailable", "locked", `VM ${vm.vmid} is locked (${lock}) and no task that we may see works on it. If none does, take the lock off on the node: qm unlock ${vm.vmid}`);
  };
}
