import { AppError } from "#shared/errors.ts";
import type { Host, Image, Vm } from "#server/infra/prisma/client.ts";
import { callDriver } from "./drivers/call.ts";
import type { CallOptions, Driver } from "./drivers/driver.ts";
import { driverOf } from "./drivers/registry.ts";
import type { StepContext } from "./operation-definition.ts";
import { vmOnHost } from "./repository.ts";

export interface PlacedVm extends Vm {
  host: Host;
  image: Image;
  hypervisorRef: string;
}

/** The operation's VM with its place. @throws AppError INTERNAL_ERROR when it has none: placing comes first */
export async function placedVm(ctx: StepContext<unknown>): Promise<PlacedVm> {
  const vm = await vmOnHost(ctx.rt, ctx.operation.subjectId);
  if (!vm?.host || !vm.hypervisorRef) throw new AppError("INTERNAL_ERROR", `${ctx.operation.subjectId} has no place on a host.`);
  return { ...vm, host: vm.host, hypervisorRef: vm.hypervisorRef };
}

/** Calls the driver of the operation's VM. Too late is an unknown outcome: the step asks again. */
export async function onHost<T>(ctx: StepContext<unknown>, timeoutMs: number, work: (driver: Driver, vm: PlacedVm, call: CallOptions) => Promise<T>): Promise<T> {
  const vm = await placedVm(ctx);
  const driver = driverOf(ctx.rt, vm.host);
  return callDriver({ signal: ctx.signal, timeoutMs: Math.min(timeoutMs, ctx.maxCallMs), key: ctx.key, report: ctx.report }, (call) => work(driver, vm, call));
}
