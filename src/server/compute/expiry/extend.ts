import type { z } from "zod";
import type { vmExtendInput, vmExtendOutput } from "#shared/compute/changes.ts";
import { vmAllows } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { publish } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { visible } from "../policy.ts";
import { lockVm, vmWithPlan } from "../repository.ts";
import { writeExpiry } from "./expiry-repository.ts";

const DAY_MS = 86_400_000;

/**
 * Moves a VM's end by whole days, from its end or, when that is past, from now. One that had expired can be started again.
 * @throws AppError NOT_FOUND, INVALID_STATE: it never expires, or is being deleted
 */
export async function extendVm(rt: Runtime, actor: MemberActor, input: z.infer<typeof vmExtendInput>): Promise<z.infer<typeof vmExtendOutput>> {
  const at = rt.clock.now();
  const expireAt = await transact(rt, async (tx) => {
    visible(await vmWithPlan(tx, input.id), actor, "VM");
    const vm = await lockVm(tx, input.id);
    if (vm.expireAt === null) throw new AppError("INVALID_STATE", "This VM does not expire.", { state: vm.status });
    if (!vmAllows(vm.status, "extend")) throw new AppError("INVALID_STATE", `A VM that is ${vm.status.replaceAll("_", " ")} cannot be extended.`, { state: vm.status });
    const from = Math.max(vm.expireAt.getTime(), at.getTime());
    const later = new Date(from + input.additionalDays * DAY_MS);
    await writeExpiry(tx, vm.id, { expireAt: later, expiryWarnedAt: null, expiryStoppedAt: null });
    await recordAudit(tx, actor, {
      action: "vm.extend",
      subjectType: "vm",
      subjectId: vm.id,
      organizationId: vm.organizationId,
      before: { expireAt: vm.expireAt.toISOString() },
      after: { expireAt: later.toISOString(), additionalDays: input.additionalDays },
      at,
    });
    await publish(tx, { type: "vm.updated", subject: vm.id, organizationId: vm.organizationId, at, data: { vmId: vm.id } });
    return later;
  });
  return { id: input.id, expireAt: expireAt.toISOString() };
}
