import { setTimeout as sleep } from "node:timers/promises";
import type { Tx } from "#server/infra/events.ts";
import type { VmObservation } from "./drivers/driver.ts";
import { DriverError } from "./drivers/errors.ts";
import { Later, type StepContext, type StepOutput } from "./operation-definition.ts";
import { lockVm } from "./repository.ts";
import { onHost } from "./vm-host.ts";
import { settleVm } from "./vm-status.ts";

/** What several operations do with a VM's guest. */
export const START_TIMEOUT_MS = 120_000;
export const INSPECT_TIMEOUT_MS = 15_000;
/** A guest that has not reported an address by then is taken as it is. */
const ADDRESS_LOOKS = 120;
const LOOK_PAUSE_MS = 1_000;
/** A real hypervisor is asked no oftener than this. */
const FASTEST_LOOK_MS = 50;

/** Starts the VM; one that runs already stays as it is. */
export async function startGuest(ctx: StepContext<unknown>): Promise<void> {
  await onHost(ctx, START_TIMEOUT_MS, (driver, vm, call) => driver.start(vm.hypervisorRef, call));
}

/** Waits until the VM runs and its guest has reported its address. */
export async function awaitAddress(ctx: StepContext<unknown>): Promise<{ privateIp: string | null; mac: string | null }> {
  const pauseMs = lookPauseMs(ctx);
  for (let look = 1; ; look += 1) {
    const seen = await onHost(ctx, INSPECT_TIMEOUT_MS, (driver, vm, call) => driver.inspect(vm.hypervisorRef, call));
    if (!seen) throw new DriverError("not_found", "the hypervisor lost the VM while it started");
    if (seen.power !== "running" && !seen.busy) throw new DriverError("refused", "the VM stopped right after its start");
    if (seen.power === "running" && (seen.privateIp || look >= ADDRESS_LOOKS)) return { privateIp: seen.privateIp, mac: seen.mac };
    await sleep(pauseMs, undefined, { signal: ctx.signal }).catch(() => {
      throw ctx.signal.reason;
    });
  }
}

/** Stops the VM: the guest is asked first, and its power cut when it has not stopped by then. */
export async function stopGuest(ctx: StepContext<unknown>, how: { graceful: boolean; timeoutMs: number }): Promise<void> {
  if (how.graceful) {
    try {
      await onHost(ctx, how.timeoutMs + START_TIMEOUT_MS, (driver, vm, call) => driver.stop(vm.hypervisorRef, { mode: "graceful", timeoutMs: how.timeoutMs }, call));
      return;
    } catch (error) {
      if (!(error instanceof DriverError) || error.failure !== "refused") throw error;
    }
  }
  await onHost(ctx, START_TIMEOUT_MS, (driver, vm, call) => driver.stop(vm.hypervisorRef, { mode: "forced" }, call));
}

/** Attempts to learn a VM's real state before it is put down as unknown. */
const ASK_LIMIT = 5;

/** A VM as its hypervisor has it. */
export type RealState = {
  /** running | stopped | suspended | absent | unknown: the host stays silent */
  power: string;
  privateIp: string | null;
  mac: string | null;
  /** null: unknown, or there is none */
  size: { vcpu: number; memoryMb: number; storageGb: number | null } | null;
};

export const SILENT: RealState = { power: "unknown", privateIp: null, mac: null, size: null };
const ABSENT: RealState = { ...SILENT, power: "absent" };

/**
 * What is left to do after a failed operation on a VM: ask the hypervisor how it really is. A host that stays silent leaves the state unknown,
 * and the operation ends all the same.
 */
export async function askRealState(ctx: StepContext<unknown>): Promise<RealState> {
  try {
    const seen = await onHost(ctx, INSPECT_TIMEOUT_MS, (driver, vm, call) => driver.inspect(vm.hypervisorRef, call));
    if (!seen) return ABSENT;
    // A task of the hypervisor that we no longer wait for decides the state when it ends.
    if (seen.busy) throw new Later(lookPauseMs(ctx), `${seen.busy} is under way`);
    return realState(seen);
  } catch (error) {
    if (error instanceof DriverError && ctx.attempt >= ASK_LIMIT) return SILENT;
    throw error;
  }
}

export function realState({ power, privateIp, mac, vcpu, memoryMb, storageGb }: VmObservation): RealState {
  return { power, privateIp, mac, size: { vcpu, memoryMb, storageGb } };
}

/** How long to wait before a hypervisor is asked again. */
export function lookPauseMs(ctx: StepContext<unknown>): number {
  return Math.max(FASTEST_LOOK_MS, LOOK_PAUSE_MS / ctx.rt.config.simulationSpeed);
}

/** Puts the VM down as it really is, with the reason for what did not happen. `deleting`: a VM that is absent is what was wanted; `booted`: its guest began anew. */
export async function settleAsReal(tx: Tx, ctx: StepContext<unknown>, output: StepOutput, options: { deleting: boolean; booted?: boolean }): Promise<void> {
  const at = ctx.rt.clock.now();
  const vm = await lockVm(tx, ctx.operation.subjectId);
  const seen = output as RealState;
  const why = ctx.failure && !ctx.failure.cancelled ? ctx.failure.message : null;
  const addresses = { privateIp: seen.privateIp, mac: seen.mac };
  switch (seen.power) {
    case "running":
    case "stopped":
    case "suspended":
      return settleVm(tx, vm, { status: seen.power, reason: why, at, booted: options.booted === true, ...addresses });
    case "absent":
      if (options.deleting) return settleVm(tx, vm, { status: "terminated", reason: null, at });
      return settleVm(tx, vm, { status: "error", reason: "The hypervisor no longer has this VM. Delete it; it costs nothing meanwhile.", at, vanished: true });
    default:
      return settleVm(tx, vm, { status: "error", reason: `${why ?? "The operation was interrupted."} The host does not answer: start, stop or delete the VM to try again.`, at });
  }
}
