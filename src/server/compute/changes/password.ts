import type { z } from "zod";
import type { vmPasswordOutput } from "#shared/compute/changes.ts";
import { VM_TRANSITIONS } from "#shared/compute/states.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { visible } from "../policy.ts";
import { vmWithRelations } from "../repository.ts";
import { generatePassword } from "../vm-password.ts";
import { requestVmOperation } from "../vm-requests.ts";

/** A new password for the image's user of a running VM. It is in the answer and nowhere else. @throws AppError NOT_FOUND, INVALID_STATE */
export async function resetPassword(rt: Runtime, actor: MemberActor, id: string): Promise<z.infer<typeof vmPasswordOutput>> {
  const vm = visible(await vmWithRelations(rt, id), actor, "VM");
  const { password, hash } = generatePassword();
  const operationId = await transact(rt, (tx) => requestVmOperation(tx, vm, { action: "password", input: { passwordHash: hash }, actor, at: rt.clock.now() }));
  rt.signals.send("operations");
  return { id, status: VM_TRANSITIONS.password.during, operationId, user: vm.image.defaultUser, password };
}
