import { newId } from "#shared/ids.ts";
import { EVENTS } from "#shared/platform/events.ts";
import { consumeEvents } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { type CreditRequest, vmCreditStart, vmCreditStop } from "./credit-stop-steps.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { findVmForUpdate } from "./repository.ts";

/** Stops a VM that can no longer be paid for: now, or when what has it now is done. One that is off, or gone, costs no compute and stays as it is. */
export function stopUnpaid(rt: Runtime, data: unknown): Promise<void> {
  return soon(rt, EVENTS["credits.stop.due"].parse(data), vmCreditStop);
}

/** Starts a VM again that was stopped for its credits. */
export function startPaid(rt: Runtime, data: unknown): Promise<void> {
  return soon(rt, EVENTS["credits.start.due"].parse(data), vmCreditStart);
}

/** At once, or by an operation that waits for the VM. */
async function soon(rt: Runtime, { resourceType, resourceId }: { resourceType: string; resourceId: string }, { request, definition }: CreditRequest): Promise<void> {
  if (resourceType !== "vm") return;
  await transact(rt, async (tx) => {
    const vm = await findVmForUpdate(tx, resourceId);
    const at = rt.clock.now();
    if (!vm || (await request(tx, vm, at))) return;
    const subject = { subjectType: "vm", subjectId: vm.id, subjectName: vm.name } as const;
    await enqueueOperation(tx, definition, { id: newId("operation"), organizationId: vm.organizationId, ...subject, actorId: null, input: {}, at });
  });
  rt.signals.send("operations");
}

/** What this domain does on others' events. */
export function startComputeSubscribers(rt: Runtime): Promise<Loop> {
  return consumeEvents(rt, "compute", ["credits.stop.due", "credits.start.due"], async (event) => {
    if (event.type === "credits.stop.due") await stopUnpaid(rt, event.data);
    if (event.type === "credits.start.due") await startPaid(rt, event.data);
  });
}
