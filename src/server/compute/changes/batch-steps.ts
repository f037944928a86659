import { z } from "zod";
import { BATCH_ACTIONS, operationIsOver } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { transact } from "#server/infra/runtime.ts";
import { copyName } from "../copy-schedule.ts";
import { describeFailure } from "../operation-failure.ts";
import { Later, type OperationDefinition, type OperationRequest, type StepContext } from "../operation-definition.ts";
import { enqueueRefused } from "../operation-queue.ts";
import { operationStatuses } from "../operation-repository.ts";
import { lockVm } from "../repository.ts";
import { requestVmOperation, vmDefinition } from "../vm-requests.ts";

const LOOK_AGAIN_MS = 500;
/** Each look is three transactions; simulated parts are not that fast. */
const FASTEST_LOOK_MS = 100;

export const batchInput = z.object({
  action: z.enum(BATCH_ACTIONS),
  graceful: z.boolean(),
  parallel: z.boolean(),
  /** Each VM with the operation that is its part; named beforehand, so that a part is begun once. */
  parts: z.array(z.object({ vmId: z.string(), name: z.string(), operationId: z.string() })),
  /** who asked, for the audit log of the parts */
  by: z.object({ userId: z.string(), name: z.string(), email: z.string(), ip: z.string(), requestId: z.string() }),
});
type Input = z.infer<typeof batchInput>;

/** One operation over many VMs: each VM's part is an operation of its own, begun together or one after the other. */
export const vmsBatch: OperationDefinition<Input> = {
  kind: "vms.batch",
  input: batchInput,
  // Parts that have begun go on; the others are not begun.
  cancellable: true,
  request: freshParts,
  steps: [
    { name: "request", weight: 5, withRequest: true },
    { name: "parts", weight: 95, run: runParts },
  ],
};

/** Tried again, the parts that were done stay done; the others become new operations. */
async function freshParts(tx: Tx, { input }: OperationRequest<Input>): Promise<Input> {
  const statuses = await operationStatuses(tx, input.parts.map((part) => part.operationId));
  return { ...input, parts: input.parts.map((part) => (["failed", "cancelled"].includes(statuses.get(part.operationId) ?? "") ? { ...part, operationId: newId("operation") } : part)) };
}

async function runParts(ctx: StepContext<Input>): Promise<void> {
  const { parts, parallel } = ctx.operation.input;
  const ids = parts.map((part) => part.operationId);
  let statuses = await operationStatuses(ctx.rt.db.prisma, ids);
  const over = (id: string): boolean => operationIsOver(statuses.get(id) ?? "");
  for (const part of parts) {
    ctx.signal.throwIfAborted();
    if (!statuses.has(part.operationId)) await begin(ctx, part);
    else if (over(part.operationId)) continue;
    if (!parallel) break;
  }
  statuses = await operationStatuses(ctx.rt.db.prisma, ids);
  const done = ids.filter(over).length;
  ctx.report({ percent: (done / ids.length) * 100, message: null });
  if (done < ids.length) throw new Later(Math.max(FASTEST_LOOK_MS, LOOK_AGAIN_MS / ctx.rt.config.simulationSpeed), "parts are under way");
  const failed = ids.filter((id) => statuses.get(id) !== "succeeded").length;
  if (failed > 0) throw new AppError("CONFLICT", failed === ids.length ? "It was done on none of the VMs." : `It was not done on ${failed} of ${ids.length} VMs.`);
}

/** Begins one part. What the VM does not allow now is the part's failure, and no reason to stop. */
async function begin(ctx: StepContext<Input>, part: { vmId: string; operationId: string }): Promise<void> {
  const { action, graceful, by } = ctx.operation.input;
  const actor: UserActor = { kind: "user", ...by, sessionId: "", platformRole: null, memberships: [] };
  const { rt } = ctx;
  try {
    await transact(rt, async (tx) => {
      const vm = await lockVm(tx, part.vmId);
      // Another worker may have begun it in the meantime.
      if ((await operationStatuses(tx, [part.operationId])).size > 0) return;
      await requestVmOperation(tx, vm, { action, input: inputOf(ctx, action, graceful), actor, at: rt.clock.now(), operationId: part.operationId });
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const failure = describeFailure(error);
    if (failure.retryable && error.code !== "SERVICE_UNAVAILABLE") throw error;
    await transact(rt, async (tx) => {
      const vm = await lockVm(tx, part.vmId);
      if ((await operationStatuses(tx, [part.operationId])).size > 0) return;
      const definition = vmDefinition(action);
      const identity = { id: part.operationId, organizationId: vm.organizationId, subjectType: "vm", subjectId: vm.id, subjectName: vm.name, actorId: by.userId } as const;
      await enqueueRefused(tx, definition, { ...identity, input: definition.input.parse(inputOf(ctx, action, graceful)), at: rt.clock.now() }, failure);
    });
  }
  rt.signals.send("operations");
}

function inputOf(ctx: StepContext<Input>, action: Input["action"], graceful: boolean): Prisma.InputJsonObject {
  const named = { name: copyName(ctx.rt.clock.now()), automatic: false };
  if (action === "snapshot") return { snapshotId: newId("snapshot"), ...named };
  if (action === "backup") return { backupId: newId("backup"), ...named };
  if (action === "stop") return { graceful };
  if (action === "delete") return { force: !graceful };
  return {};
}
