import { AppError } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Host, Vm } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import type { CallOptions, Driver } from "../drivers/driver.ts";
import { driverOf } from "../drivers/registry.ts";
import type { StepContext } from "../operation-definition.ts";
import { hostOfVm } from "./backup-repository.ts";

/** Whether the host has a place for backups. One whose credentials cannot be opened has none. */
export function hasPlaceForBackups(rt: Runtime, host: Host | null): boolean {
  if (!host) return false;
  try {
    return driverOf(rt, host).supports.has("backups");
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** What a host without a place for backups is asked for is refused at once. @throws AppError INVALID_STATE */
export async function requirePlaceForBackups(rt: Runtime, tx: Tx, vm: Pick<Vm, "hostId" | "status">): Promise<void> {
  const host = vm.hostId === null ? null : await hostOfVm(tx, vm.hostId);
  if (!hasPlaceForBackups(rt, host)) throw new AppError("INVALID_STATE", "The host of this VM has no place for backups.", { state: vm.status, reason: "no_backups" });
}

/** Calls the driver of a host that need not be a VM's. */
export function onHostOf<T>(ctx: StepContext<unknown>, host: Host, timeoutMs: number, work: (driver: Driver, call: CallOptions) => Promise<T>): Promise<T> {
  const driver = driverOf(ctx.rt, host);
  return callDriver({ signal: ctx.signal, timeoutMs: Math.min(timeoutMs, ctx.maxCallMs), key: ctx.key, report: ctx.report }, (call) => work(driver, call));
}
