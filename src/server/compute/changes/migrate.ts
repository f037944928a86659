import type { z } from "zod";
import type { migrationTargetsOutput, vmMigrateInput, vmMigrateOutput } from "#shared/compute/changes.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { freeOf, hasRoom } from "../placement.ts";
import { type HostLoad, lockHost } from "../placement-repository.ts";
import { visible } from "../policy.ts";
import { vmWithPlan } from "../repository.ts";
import { requestVmOperation } from "../vm-requests.ts";
import { hostBy, hostsLike } from "./change-repository.ts";

/** What moving memory over a network of 10 Gbit/s takes, and what it costs to begin. */
const MEGABITS_A_SECOND = 10_000;
const BASE_SECONDS = 15;

/**
 * Moves a VM of any organization to another host of the same driver and region. Its place there is reserved at once.
 * @throws AppError NOT_FOUND, INVALID_STATE, SERVICE_UNAVAILABLE (no room)
 */
export async function migrateVm(rt: Runtime, actor: UserActor, input: z.infer<typeof vmMigrateInput>): Promise<z.infer<typeof vmMigrateOutput>> {
  const at = rt.clock.now();
  const limit = input.bandwidthLimitMbps ?? null;
  const made = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, input.id), "platform", "VM");
    const source = vm.hostId === null ? null : await hostBy(tx, vm.hostId);
    const target = await hostBy(tx, input.targetHost);
    if (!target) throw notFound("host");
    if (!source) throw new AppError("INVALID_STATE", "This VM has no place on a host.", { state: vm.status });
    if (target.driver !== source.driver || target.region !== source.region) {
      throw new AppError("INVALID_REQUEST", `${target.name} is not of the same kind and region as ${source.name}.`, { details: [{ field: "targetHost", message: "must have the driver and the region of the VM's host" }] });
    }
    if (closedBy(target) !== null) throw new AppError("INVALID_STATE", `${target.name} takes no VMs now.`, { state: target.status === "active" ? target.health : target.status });
    const operation = { sourceHostId: source.id, targetHostId: target.id, live: input.liveMigration, bandwidthMbps: limit };
    const operationId = await requestVmOperation(tx, vm, { action: "migrate", input: operation, actor, at });
    const seconds = BASE_SECONDS + (vm.memoryMb * 8) / Math.min(limit ?? MEGABITS_A_SECOND, MEGABITS_A_SECOND);
    return { operationId, source, target, estimated: new Date(at.getTime() + (seconds * 1_000) / rt.config.simulationSpeed) };
  });
  rt.signals.send("operations");
  return { migrationJobId: made.operationId, sourceHost: made.source.name, targetHost: made.target.name, progressPercent: 0, estimatedCompletion: made.estimated.toISOString() };
}

/** Where the VM could go: hosts of its own kind and region, with what is free on each and what is in the way. */
export async function migrationTargets(rt: Runtime, id: string): Promise<z.infer<typeof migrationTargetsOutput>> {
  return transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, id), "platform", "VM");
    const source = vm.hostId === null ? null : await hostBy(tx, vm.hostId);
    if (!source) return { data: [] };
    const data: z.infer<typeof migrationTargetsOutput>["data"] = [];
    for (const { id: hostId } of await hostsLike(tx, source)) {
      const load = hostId === source.id ? null : await lockHost(tx, hostId, vm.storage);
      if (!load) continue;
      const free = freeOf(load);
      data.push({ id: load.id, name: load.name, freeVcpu: free.vcpu, freeMemoryMb: free.memoryMb, freeStorageGb: free.storageGb, problem: closedBy(load) ?? (hasRoom(load, vm) ? null : "no_room") });
    }
    return { data };
  });
}

function closedBy(host: Pick<HostLoad, "status" | "health">): "closed" | "unreachable" | null {
  if (host.status !== "active") return "closed";
  return host.health === "unreachable" ? "unreachable" : null;
}
