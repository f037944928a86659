import { z } from "zod";
import type { Tx } from "#server/infra/events.ts";
import { AppError } from "#shared/errors.ts";
import { callDriver } from "../drivers/call.ts";
import type { CallOptions, Driver } from "../drivers/driver.ts";
import { DriverError } from "../drivers/errors.ts";
import { driverHostOf, driverOf } from "../drivers/registry.ts";
import { Later, type OperationDefinition, type OperationRequest, type StepContext, type StepOutput } from "../operation-definition.ts";
import { hasRoom } from "../placement.ts";
import { lockHost } from "../placement-repository.ts";
import { taken } from "../power-steps.ts";
import { lockVm } from "../repository.ts";
import { INSPECT_TIMEOUT_MS, lookPauseMs, type RealState, realState, settleAsReal, SILENT } from "../vm-guest-steps.ts";
import { onHost, placedVm } from "../vm-host.ts";
import { hostOf, placeOn, setTarget } from "./change-repository.ts";
import { type Answer, whereIsIt } from "./where-is-it.ts";

/** Of one wait: a VM of a terabyte takes longer, and the next attempt joins its task. */
const MIGRATE_TIMEOUT_MS = 2 * 60 * 60_000;
/** Attempts to learn from both hosts where a VM is, about four minutes: to be wrong about that is worse than to wait. */
const LOCATE_LIMIT = 12;

const input = z.object({
  sourceHostId: z.string(),
  targetHostId: z.string(),
  live: z.boolean(),
  /** megabits a second; null: unlimited */
  bandwidthMbps: z.number().int().nullable(),
});
type Input = z.infer<typeof input>;

/** Where the VM was found, and how. */
type Located = RealState & { hostId: string | null };

/** Moves a VM to another host. Its place there is taken with the request and its old one kept until it has arrived. */
export const vmMigrate: OperationDefinition<Input> = {
  kind: "vm.migrate",
  input,
  cancellable: false,
  long: true,
  request: reserve,
  steps: [
    {
      ...taken,
      compensate: locate,
      // Nobody knows: it stays where it was until somebody looks.
      givenUp: { ...SILENT, hostId: null },
      async commitCompensation(tx, ctx, output) {
        const { hostId, ...seen } = output as Located;
        if (hostId === null) await setTarget(tx, ctx.operation.subjectId, null);
        else await placeOn(tx, ctx.operation.subjectId, hostId);
        await settleAsReal(tx, ctx, seen, { deleting: false });
      },
    },
    { name: "migrate", weight: 90, run: move },
    {
      name: "arrive",
      weight: 5,
      run: arrived,
      async commit(tx: Tx, ctx: StepContext<Input>, seen: StepOutput) {
        await placeOn(tx, ctx.operation.subjectId, ctx.operation.input.targetHostId);
        await settleAsReal(tx, ctx, seen, { deleting: false });
      },
    },
  ],
};

async function reserve(tx: Tx, { subjectId, input: asked }: OperationRequest<Input>): Promise<Input> {
  const vm = await lockVm(tx, subjectId);
  const target = await lockHost(tx, asked.targetHostId, vm.storage);
  if (!vm.hostId || !target) throw new AppError("INVALID_STATE", "This VM or the host has no place any more.");
  if (vm.hostId === target.id) throw new AppError("INVALID_STATE", `This VM is on ${target.name} already.`);
  if (!hasRoom(target, vm)) throw new AppError("SERVICE_UNAVAILABLE", `There is no room for this VM on ${target.name} right now.`, { retryAfter: 300 });
  await setTarget(tx, vm.id, target);
  // A second attempt begins where the first one left the VM.
  return { ...asked, sourceHostId: vm.hostId };
}

/** Looks first: an attempt before this one may have moved it, and the source is no longer the one to ask then. */
async function move(ctx: StepContext<Input>): Promise<void> {
  const { targetHostId, live, bandwidthMbps } = ctx.operation.input;
  const there = await onHostOf(ctx, targetHostId, (driver, ref, call) => driver.inspect(ref, call));
  const here = await onHost(ctx, INSPECT_TIMEOUT_MS, (driver, vm, call) => driver.inspect(vm.hypervisorRef, call));
  if (!here && there && !there.busy) return;
  const target = await hostOf(ctx.rt, targetHostId);
  if (!target) throw new AppError("INVALID_STATE", "The host that the VM was to move to is not in the catalog any more.");
  await onHost(ctx, MIGRATE_TIMEOUT_MS, (driver, vm, call) => driver.migrate(vm.hypervisorRef, driverHostOf(ctx.rt, target), { live, bandwidthMbps }, call));
}

async function arrived(ctx: StepContext<Input>): Promise<RealState> {
  const seen = await onHostOf(ctx, ctx.operation.input.targetHostId, (driver, ref, call) => driver.inspect(ref, call));
  if (!seen) throw new DriverError("refused", "the VM did not arrive on the other host");
  if (seen.busy) throw new Later(lookPauseMs(ctx), `${seen.busy} is under way`);
  return realState(seen);
}

/** Asks both hosts. What one of them does not say for minutes is decided by what is safe (where-is-it.ts). */
async function locate(ctx: StepContext<Input>): Promise<Located> {
  const { sourceHostId, targetHostId } = ctx.operation.input;
  const [here, there] = await Promise.all([ask(ctx, sourceHostId), ask(ctx, targetHostId)]);
  for (const seen of [here, there]) if (seen instanceof Error && ctx.attempt < LOCATE_LIMIT) throw seen;
  const answers = [here, there].map((seen): Answer => (seen instanceof Error ? "silent" : seen === null ? "absent" : seen)) as [Answer, Answer];
  for (const seen of answers) if (typeof seen === "object" && seen.busy) throw new Later(lookPauseMs(ctx), `${seen.busy} is under way`);
  const found = whereIsIt(...answers);
  return { ...(typeof found.seen === "object" ? realState(found.seen) : { ...SILENT, power: found.seen === "absent" ? "absent" : "unknown" }), hostId: found.at === "source" ? sourceHostId : targetHostId };
}

async function ask(ctx: StepContext<Input>, hostId: string) {
  try {
    return await onHostOf(ctx, hostId, (driver, ref, call) => driver.inspect(ref, call));
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
}

/** Looks at the operation's VM on a host that need not be its own. */
async function onHostOf<T>(ctx: StepContext<Input>, hostId: string, work: (driver: Driver, ref: string, call: CallOptions) => Promise<T>): Promise<T> {
  const [{ hypervisorRef }, host] = await Promise.all([placedVm(ctx), hostOf(ctx.rt, hostId)]);
  if (!host) throw new DriverError("unavailable", "a host of this move is not in the catalog any more");
  const driver = driverOf(ctx.rt, host);
  return callDriver({ signal: ctx.signal, timeoutMs: Math.min(INSPECT_TIMEOUT_MS, ctx.maxCallMs), key: ctx.key }, (call) => work(driver, hypervisorRef, call));
}
