import { z } from "zod";
import { vmAllows, vmInTransition } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { stopIsDue } from "#server/billing/low-balance.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Vm } from "#server/infra/prisma/client.ts";
import { transact } from "#server/infra/runtime.ts";
import { Later, type OperationDefinition, type StepContext } from "./operation-definition.ts";
import { lastPowerRequest } from "./operation-repository.ts";
import { lockVm } from "./repository.ts";
import { requestVmOperation } from "./vm-requests.ts";

/** The reason that a VM shows which was stopped because its hour could not be paid. */
export const EXHAUSTED = "credits exhausted";

const LOOK_AGAIN_MS = 5_000;
const FASTEST_LOOK_MS = 100;
const METERING: SystemActor = { kind: "system", name: "metering", requestId: "" };
type Nothing = Record<string, never>;

/**
 * Stops a VM that can no longer be paid for, at once or as soon as the operation that has it now has ended; a move or a snapshot can take an hour, and nobody else's
 * VM has to wait for that. One that is off by then costs no compute and stays as it is; one that was paid for meanwhile goes on.
 */
export const vmCreditStop: CreditRequest = { request: requestCreditStop, definition: waiting("vm.credit_stop", requestCreditStop) };

/** Starts a VM again that was stopped for its credits, unless somebody has had it do something else since. */
export const vmCreditStart: CreditRequest = { request: requestCreditStart, definition: waiting("vm.credit_start", requestCreditStart) };

/** Asks for it under the VM's lock, where that is still right. @returns false while something else has the VM */
type Request = (tx: Tx, vm: Vm, at: Date) => Promise<boolean>;

export interface CreditRequest {
  request: Request;
  /** waits until it can be asked for */
  definition: OperationDefinition<Nothing>;
}

function waiting(kind: string, request: Request): OperationDefinition<Nothing> {
  return { kind, input: z.object({}), cancellable: false, steps: [{ name: "wait", weight: 1, run: (ctx) => whenFree(ctx, request) }] };
}

async function whenFree(ctx: StepContext<Nothing>, request: Request): Promise<void> {
  const { rt } = ctx;
  await transact(rt, async (tx) => {
    const vm = await lockVm(tx, ctx.operation.subjectId);
    if (!(await request(tx, vm, rt.clock.now()))) throw new Later(Math.max(FASTEST_LOOK_MS, LOOK_AGAIN_MS / rt.config.simulationSpeed), `the VM is ${vm.status}`);
  });
  rt.signals.send("operations");
}

async function requestCreditStop(tx: Tx, vm: Vm, at: Date): Promise<boolean> {
  if (isGone(vm) || vm.status === "stopped" || vm.status === "stopping" || !(await stopIsDue(tx, vm.id))) return true;
  if (isBusy(vm)) return false;
  if (vmAllows(vm.status, "stop")) await requestVmOperation(tx, vm, { action: "stop", input: { graceful: true, reason: EXHAUSTED }, actor: METERING, at });
  return true;
}

async function requestCreditStart(tx: Tx, vm: Vm, at: Date): Promise<boolean> {
  if (isGone(vm) || !(await wasStoppedForCredits(tx, vm.id))) return true;
  if (isBusy(vm)) return false;
  if (vm.status !== "stopped") return true;
  try {
    await requestVmOperation(tx, vm, { action: "start", input: {}, actor: METERING, at });
  } catch (error) {
    // It has expired, or what came in is spent on something else already: it stays off, and shows why.
    if (!(error instanceof AppError) || (error.code !== "INVALID_STATE" && error.code !== "INSUFFICIENT_CREDITS")) throw error;
  }
  return true;
}

async function wasStoppedForCredits(tx: Tx, vmId: string): Promise<boolean> {
  const last = await lastPowerRequest(tx, vmId);
  return last?.kind === "vm.stop" && last.reason === EXHAUSTED;
}

function isGone({ status }: Vm): boolean {
  return status === "deleting" || status === "terminated" || status === "rolled_back";
}

function isBusy(vm: Vm): boolean {
  return vm.operationId !== null || vmInTransition(vm.status);
}
