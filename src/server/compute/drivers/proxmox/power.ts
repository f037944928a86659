import { createHash } from "node:crypto";
import type { PowerControl, Suspension } from "../capabilities.ts";
import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { bring } from "./bring.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import { configOf, type SeenVm, vmPath } from "./look.ts";
import type { Session } from "./session.ts";
import { followTask, isUpid, tasksSince } from "./tasks.ts";

/** What a forced stop does not wait for. */
const POWER_TASKS: ReadonlySet<string> = new Set(["qmshutdown", "qmreboot"]);
const RESET_MARK = /^switchyard-reset (\w+) (\w+)$/m;

export function powerCalls(session: Session): PowerControl & Suspension {
  const change = (vm: SeenVm, action: string, params: Record<string, string | number | boolean>, call: CallOptions): Promise<unknown> =>
    session.client.change("POST", `${vmPath(vm)}/status/${action}`, params, call);
  const there = (vm: SeenVm | null, ref: string): SeenVm => {
    if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
    return vm;
  };
  const idle = (vm: SeenVm): boolean => vm.tasks.length === 0 && !vm.forming;

  return {
    start: (ref, call) =>
      bring(session, ref, call, (found) => {
        const vm = there(found, ref);
        if (vm.power === "running" && idle(vm)) return "reached";
        return { ask: () => change(vm, vm.power === "suspended" ? "resume" : "start", {}, call) };
      }),

    async stop(ref, how, call) {
      if (how.mode === "graceful") return shutDown(session, ref, how.timeoutMs, call, there, change);
      const { major } = await session.client.version(call);
      await bring(session, ref, call, (found) => {
        const vm = there(found, ref);
        if (vm.power === "stopped" && idle(vm)) return "reached";
        if (vm.status.status === "stopped" && vm.lock === "suspended") throw new DriverError("refused", "the VM was suspended to disk on the host: start it first");
        return {
          overrules: POWER_TASKS,
          async ask() {
            // 8 and later abort a shutdown themselves; no version aborts a reboot.
            const inTheWay = vm.tasks.filter((task) => POWER_TASKS.has(task.type) && (major < 8 || task.type === "qmreboot"));
            for (const task of inTheWay) await session.client.change("DELETE", apiPath`/nodes/${task.node}/tasks/${task.upid}`, {}, call).catch(unlessSomebodyElses);
            // High availability has its own way, and refuses the parameter.
            return change(vm, "stop", major >= 8 && !vm.status.ha?.managed ? { "overrule-shutdown": true } : {}, call);
          },
        };
      });
    },

    reset: (ref, call) => reset(session, ref, call, there),

    suspend: (ref, call) =>
      bring(session, ref, call, (found) => {
        const vm = there(found, ref);
        if (vm.power === "suspended" && idle(vm)) return "reached";
        if (vm.power === "stopped" && idle(vm)) throw new DriverError("refused", "the VM does not run");
        return { ask: () => change(vm, "suspend", {}, call) };
      }),

    resume: (ref, call) =>
      bring(session, ref, call, (found) => {
        const vm = there(found, ref);
        if (vm.power === "running" && idle(vm)) return "reached";
        if (vm.power === "stopped" && idle(vm)) throw new DriverError("refused", "the VM is not suspended");
        return { ask: () => change(vm, "resume", {}, call) };
      }),
  };
}

/** Then the stop has to wait for it. */
function unlessSomebodyElses(error: unknown): void {
  if (!(error instanceof ProxmoxError && error.reason === "permission")) throw error;
}

type There = (vm: SeenVm | null, ref: string) => SeenVm;
type Change = (vm: SeenVm, action: string, params: Record<string, string | number | boolean>, call: CallOptions) => Promise<unknown>;

/** Proxmox counts the time in whole seconds. */
async function shutDown(session: Session, ref: string, timeoutMs: number, call: CallOptions, there: There, change: Change): Promise<void> {
  const begun = performance.now();
  let asked = false;
  await bring(session, ref, call, (found) => {
    const vm = there(found, ref);
    const left = timeoutMs - (performance.now() - begun);
    if (vm.power === "stopped" && vm.tasks.length === 0 && !vm.forming) return "reached";
    if (vm.power === "suspended" && vm.tasks.length === 0) throw new DriverError("refused", "the guest is suspended and cannot react");
    if (left <= 0 && vm.tasks.length === 0 && asked) throw new DriverError("refused", "the guest did not stop in the time that it was given");
    return {
      ask() {
        asked = true;
        return change(vm, "shutdown", { timeout: Math.max(1, Math.ceil(left / 1000)) }, call);
      },
    };
  });
}

/**
 * The button. So that a repetition of the same call presses it only once, the VM's notes remember the call and the reset before it: a newer reset in the
 * host's list of tasks is then the one that this call made.
 */
async function reset(session: Session, ref: string, call: CallOptions, there: There): Promise<void> {
  const key = short(call.key);
  let done = false;
  await bring(session, ref, call, async (found) => {
    const vm = there(found, ref);
    if (done) return "reached";
    const notes = String((await configOf(session, vm, call)).description ?? "");
    const newest = (await tasksSince(session, vm.node, { vmid: vm.vmid, type: "qmreset", since: 0 }, call))[0];
    const mark = RESET_MARK.exec(notes);
    if (mark?.[1] === key && newest && short(newest.upid) !== mark[2]) {
      const end = await followTask(session, newest.upid, call);
      if (end.kind !== "failed") return "reached";
    }
    if (vm.power !== "running" && vm.tasks.length === 0) throw new DriverError("refused", "the VM does not run");
    return {
      async ask() {
        const line = `switchyard-reset ${key} ${newest ? short(newest.upid) : "none"}`;
        const description = RESET_MARK.test(notes) ? notes.replace(RESET_MARK, line) : `${notes.trimEnd()}\n${line}`.trimStart();
        await session.client.change("PUT", `${vmPath(vm)}/config`, { description }, call);
        const upid = await session.client.change("POST", `${vmPath(vm)}/status/reset`, {}, call);
        const end = isUpid(upid) ? await followTask(session, upid, call) : { kind: "done" as const };
        if (end.kind === "failed") throw end.error;
        done = true;
        return null;
      },
    };
  });
}

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
