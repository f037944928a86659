import { vmAllows, vmInTransition } from "#shared/compute/states.ts";
import { newId } from "#shared/ids.ts";
import { EVENTS } from "#shared/platform/events.ts";
import { consumeEvents } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { EXHAUSTED, vmCreditStop } from "./credit-stop-steps.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { stopVmFor } from "./power.ts";
import { lockVm, vmStatus } from "./repository.ts";

/**
 * Stops a VM that can no longer be paid for. One that is busy is left to an operation that waits for it; one that is off, or gone, costs no compute and stays
 * as it is.
 */
export async function stopUnpaid(rt: Runtime, data: unknown): Promise<void> {
  const { resourceType, resourceId } = EVENTS["credits.exhausted"].parse(data);
  if (resourceType !== "vm") return;
  const status = await vmStatus(rt, resourceId);
  if (status === null || status === "stopped") return;
  if (vmInTransition(status) && status !== "deleting" && status !== "stopping") return stopWhenFree(rt, resourceId);
  if (!vmAllows(status, "stop")) return;
  await stopVmFor(rt, { kind: "system", name: "metering", requestId: "" }, resourceId, EXHAUSTED);
}

async function stopWhenFree(rt: Runtime, vmId: string): Promise<void> {
  await transact(rt, async (tx) => {
    const vm = await lockVm(tx, vmId);
    const subject = { subjectType: "vm", subjectId: vm.id, subjectName: vm.name } as const;
    await enqueueOperation(tx, vmCreditStop, { id: newId("operation"), organizationId: vm.organizationId, ...subject, actorId: null, input: {}, at: rt.clock.now() });
  });
  rt.signals.send("operations");
}

/** What this domain does on others' events. */
export function startComputeSubscribers(rt: Runtime): Promise<Loop> {
  return consumeEvents(rt, "compute", async (event) => {
    if (event.type === "credits.exhausted") await stopUnpaid(rt, event.data);
  });
}
