import { vmAllows, vmInTransition } from "#shared/compute/states.ts";
import { EVENTS } from "#shared/platform/events.ts";
import { consumeEvents } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { stopVmFor } from "./power.ts";
import { vmStatus } from "./repository.ts";

/** The reason that a VM shows which was stopped because its hour could not be paid. */
export const EXHAUSTED = "credits exhausted";

/**
 * Stops a VM that can no longer be paid for. One that is busy with another operation throws, so that the event comes again until it is not;
 * one that is off, or gone, costs no compute and stays as it is.
 */
export async function stopUnpaid(rt: Runtime, data: unknown): Promise<void> {
  const { resourceType, resourceId } = EVENTS["credits.exhausted"].parse(data);
  if (resourceType !== "vm") return;
  const status = await vmStatus(rt, resourceId);
  if (status === null || status === "stopped") return;
  if (vmInTransition(status) && status !== "deleting" && status !== "stopping") throw new Error(`${resourceId} is ${status}: it is stopped when that has ended`);
  if (!vmAllows(status, "stop")) return;
  await stopVmFor(rt, { kind: "system", name: "metering", requestId: "" }, resourceId, EXHAUSTED);
}

/** What this domain does on others' events. */
export function startComputeSubscribers(rt: Runtime): Promise<Loop> {
  return consumeEvents(rt, "compute", async (event) => {
    if (event.type === "credits.exhausted") await stopUnpaid(rt, event.data);
  });
}
