import { z } from "zod";
import { vmIsGone } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { publish } from "#server/infra/events.ts";
import { Later, type OperationDefinition } from "./operation-definition.ts";
import { freeProject, markProjectDeleted, vmsOfProject } from "./repository.ts";

const LOOK_AGAIN_MS = 1_000;
const input = z.object({});

/** Deletes a project when the operations that delete its VMs, queued with it, have ended. */
export const projectDelete: OperationDefinition<z.infer<typeof input>> = {
  kind: "project.delete",
  input,
  cancellable: false,
  steps: [
    { name: "request", weight: 5, withRequest: true, commitCompensation: (tx, ctx) => freeProject(tx, ctx.operation.subjectId) },
    {
      name: "vms",
      weight: 90,
      async run(ctx) {
        const left = await vmsOfProject(ctx.rt.db.prisma, ctx.operation.subjectId);
        const kept = left.find((vm) => vm.status !== "deleting" && !vmIsGone(vm.status));
        if (kept) throw new AppError("CONFLICT", `${kept.name} could not be deleted${kept.statusReason ? `: ${kept.statusReason}` : "."}`);
        if (left.length > 0) throw new Later(LOOK_AGAIN_MS / Math.max(1, ctx.rt.config.simulationSpeed), "VMs are still being deleted");
      },
    },
    {
      name: "project",
      weight: 5,
      async commit(tx, ctx) {
        const at = ctx.rt.clock.now();
        const { subjectId: projectId, organizationId } = ctx.operation;
        await markProjectDeleted(tx, projectId, at);
        await publish(tx, { type: "project.changed", subject: projectId, organizationId, at, data: { projectId, change: "deleted" } });
      },
    },
  ],
};
