import { z } from "zod";
import type { OperationDefinition, StepDefinition } from "./operation-definition.ts";
import { lockVm } from "./repository.ts";
import { askRealState, awaitAddress, INSPECT_TIMEOUT_MS, settleAsReal, SILENT, START_TIMEOUT_MS, startGuest, stopGuest } from "./vm-guest-steps.ts";
import { onHost } from "./vm-host.ts";
import { settleVm } from "./vm-status.ts";

/** How long a guest may take to shut down where the request does not say. */
const SHUTDOWN_MS = 90_000;
const RESTART_SHUTDOWN_MS = 60_000;

export const plainInput = z.object({ reason: z.string().nullable().default(null) });
type PlainInput = z.infer<typeof plainInput>;
const stopInput = plainInput.extend({ graceful: z.boolean().default(true), timeoutSeconds: z.number().default(60) });

/** The request gave the VM to the operation. To undo that is to put the VM down as it really is. */
export const taken: StepDefinition<unknown> = {
  name: "request",
  weight: 5,
  withRequest: true,
  compensate: askRealState,
  givenUp: SILENT,
  commitCompensation: (tx, ctx, seen) => settleAsReal(tx, ctx, seen, { deleting: false }),
};

/** The last step of what leaves the VM on or off as it was: it goes on as the hypervisor says it is. */
export const checked: StepDefinition<unknown> = { name: "check", weight: 5, run: askRealState, commit: (tx, ctx, seen) => settleAsReal(tx, ctx, seen, { deleting: false }) };

/** The step that ends in a running VM with its addresses. */
const ready: StepDefinition<PlainInput> = {
  name: "address",
  weight: 40,
  run: awaitAddress,
  async commit(tx, ctx, seen) {
    const vm = await lockVm(tx, ctx.operation.subjectId);
    const booted = ctx.operation.kind !== "vm.resume";
    await settleVm(tx, vm, { status: "running", reason: null, at: ctx.rt.clock.now(), booted, ...(seen as Awaited<ReturnType<typeof awaitAddress>>) });
  },
};

const stopped: Required<Pick<StepDefinition<PlainInput>, "commit">> = {
  async commit(tx, ctx) {
    const vm = await lockVm(tx, ctx.operation.subjectId);
    await settleVm(tx, vm, { status: "stopped", reason: ctx.operation.input.reason, at: ctx.rt.clock.now() });
  },
};

export const vmStart: OperationDefinition<PlainInput> = {
  kind: "vm.start",
  input: plainInput,
  cancellable: false,
  steps: [taken, { name: "start", weight: 55, run: startGuest }, ready],
};

export const vmStop: OperationDefinition<z.infer<typeof stopInput>> = {
  kind: "vm.stop",
  input: stopInput,
  cancellable: false,
  steps: [
    taken,
    { name: "stop", weight: 95, run: (ctx) => stopGuest(ctx, { graceful: ctx.operation.input.graceful, timeoutMs: ctx.operation.input.timeoutSeconds * 1_000 }), ...stopped },
  ],
};

export const vmShutdown: OperationDefinition<PlainInput> = {
  kind: "vm.shutdown",
  input: plainInput,
  cancellable: false,
  steps: [
    taken,
    {
      name: "shutdown",
      weight: 95,
      run: (ctx) => onHost(ctx, SHUTDOWN_MS + INSPECT_TIMEOUT_MS, (driver, vm, call) => driver.stop(vm.hypervisorRef, { mode: "graceful", timeoutMs: SHUTDOWN_MS }, call)),
      ...stopped,
    },
  ],
};

export const vmRestart: OperationDefinition<PlainInput> = {
  kind: "vm.restart",
  input: plainInput,
  cancellable: false,
  steps: [
    taken,
    { name: "stop", weight: 30, run: (ctx) => stopGuest(ctx, { graceful: true, timeoutMs: RESTART_SHUTDOWN_MS }) },
    { name: "start", weight: 25, run: startGuest },
    ready,
  ],
};

export const vmReset: OperationDefinition<PlainInput> = {
  kind: "vm.reset",
  input: plainInput,
  cancellable: false,
  steps: [taken, { name: "reset", weight: 55, run: (ctx) => onHost(ctx, START_TIMEOUT_MS, (driver, vm, call) => driver.reset(vm.hypervisorRef, call)) }, ready],
};

export const vmSuspend: OperationDefinition<PlainInput> = {
  kind: "vm.suspend",
  input: plainInput,
  cancellable: false,
  steps: [
    taken,
    {
      name: "suspend",
      weight: 95,
      run: (ctx) => onHost(ctx, START_TIMEOUT_MS, (driver, vm, call) => driver.suspend(vm.hypervisorRef, call)),
      async commit(tx, ctx) {
        const vm = await lockVm(tx, ctx.operation.subjectId);
        await settleVm(tx, vm, { status: "suspended", reason: null, at: ctx.rt.clock.now() });
      },
    },
  ],
};

export const vmResume: OperationDefinition<PlainInput> = {
  kind: "vm.resume",
  input: plainInput,
  cancellable: false,
  steps: [taken, { name: "resume", weight: 55, run: (ctx) => onHost(ctx, START_TIMEOUT_MS, (driver, vm, call) => driver.resume(vm.hypervisorRef, call)) }, ready],
};
