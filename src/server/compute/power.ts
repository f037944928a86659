import type { z } from "zod";
import type { vmActionOutput, vmDeleteInput, vmDeleteOutput, vmStopInput } from "#shared/compute/schema.ts";
import { type PowerAction, VM_TRANSITIONS, type VmOperationAction } from "#shared/compute/states.ts";
import type { MemberActor, Scope, SystemActor, UserActor } from "#server/identity/actor.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { requirePlaceForBackups } from "./backups/backup-host.ts";
import { visible } from "./policy.ts";
import { vmWithPlan } from "./repository.ts";
import { requestVmOperation } from "./vm-requests.ts";

type ActionView = z.infer<typeof vmActionOutput>;

/** What a deletion takes on a real hypervisor: a shutdown and the removal of the disk. */
const DELETE_SECONDS = 15;

/** Each queues an operation and answers at once. @throws AppError NOT_FOUND, INVALID_STATE; starting also INSUFFICIENT_CREDITS */
export function startVm(rt: Runtime, actor: MemberActor, id: string): Promise<ActionView> {
  return act(rt, actor, actor, id, "start", {});
}

export function stopVm(rt: Runtime, actor: MemberActor, { id, ...input }: z.infer<typeof vmStopInput>): Promise<ActionView> {
  return act(rt, actor, actor, id, "stop", input);
}

export function shutdownVm(rt: Runtime, actor: MemberActor, id: string): Promise<ActionView> {
  return act(rt, actor, actor, id, "shutdown", {});
}

export function restartVm(rt: Runtime, actor: MemberActor, id: string): Promise<ActionView> {
  return act(rt, actor, actor, id, "restart", {});
}

export function resetVm(rt: Runtime, actor: MemberActor, id: string): Promise<ActionView> {
  return act(rt, actor, actor, id, "reset", {});
}

export function suspendVm(rt: Runtime, actor: MemberActor, id: string): Promise<ActionView> {
  return act(rt, actor, actor, id, "suspend", {});
}

export function resumeVm(rt: Runtime, actor: MemberActor, id: string): Promise<ActionView> {
  return act(rt, actor, actor, id, "resume", {});
}

/**
 * Deletes a VM and its disk; its history stays, its backups too. `preserveVolumes`: a last backup is made first, and without it the VM is not deleted.
 * @throws AppError NOT_FOUND, INVALID_STATE (also when its host has no place for backups), FORBIDDEN (quota of backups)
 */
export async function deleteVm(rt: Runtime, actor: MemberActor, input: z.infer<typeof vmDeleteInput>): Promise<z.infer<typeof vmDeleteOutput>> {
  const { force, preserveVolumes: preserve } = input;
  const operationId = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, input.id), actor, "VM");
    if (preserve) await requirePlaceForBackups(rt, tx, vm);
    return requestVmOperation(tx, vm, { action: "delete", input: { force, preserve }, actor, at: rt.clock.now() });
  });
  rt.signals.send("operations");
  const estimate = rt.clock.now().getTime() + (DELETE_SECONDS * 1_000) / rt.config.simulationSpeed;
  return { id: input.id, status: VM_TRANSITIONS.delete.during, deletionJobId: operationId, estimatedCompletion: new Date(estimate).toISOString() };
}

/** A power action of an administrator, on anybody's VM. */
export function powerAnyVm(rt: Runtime, actor: UserActor, input: { id: string; action: PowerAction }): Promise<ActionView> {
  return act(rt, actor, "platform", input.id, input.action, {});
}

async function act(rt: Runtime, actor: UserActor | SystemActor, scope: Scope, id: string, action: VmOperationAction, input: Prisma.InputJsonObject): Promise<ActionView> {
  const operationId = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, id), scope, "VM");
    return requestVmOperation(tx, vm, { action, input, actor, at: rt.clock.now() });
  });
  rt.signals.send("operations");
  return { id, status: VM_TRANSITIONS[action].during, operationId };
}
