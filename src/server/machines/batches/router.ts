import * as schema from "#shared/machines/batches.ts";
import { answer, platform, router } from "#server/trpc/init.ts";
import { createBatch, getBatch, listBatches, listBatchMachines, previewBatch } from "./batches.ts";
import { issueBatch } from "./issue.ts";

const read = () => platform("platform:machines:read");
const write = () => platform("platform:machines:write");
const tags = ["Administration"] as const;
const PATH = "/admin/machine_batches";

/** Many machines by one file. */
export const adminBatchesRouter = router({
  preview: write()
    .meta({ route: { method: "POST", path: `${PATH}/preview`, tags, summary: "What a file of machines would make, and what is wrong in which row" } })
    .input(schema.batchPreviewInput)
    .output(answer(schema.batchPreviewOutput))
    .mutation(({ ctx, input }) => previewBatch(ctx.rt, input)),
  create: write()
    .meta({ route: { method: "POST", path: PATH, successStatus: 201, tags, summary: "Make the machines of a file; the same file makes them once" } })
    .input(schema.batchCreateInput)
    .output(answer(schema.batchOutput))
    .mutation(({ ctx, input }) => createBatch(ctx.rt, ctx.actor, input)),
  list: read()
    .meta({ route: { method: "GET", path: PATH, tags, summary: "The files that machines were added by, newest first" } })
    .input(schema.batchListInput)
    .output(answer(schema.batchListOutput))
    .query(({ ctx, input }) => listBatches(ctx.rt, input)),
  get: read()
    .meta({ route: { method: "GET", path: `${PATH}/{id}`, tags, summary: "One of them, and how many of its machines are claimed" } })
    .input(schema.batchIdInput)
    .output(answer(schema.batchOutput))
    .query(({ ctx, input }) => getBatch(ctx.rt, input.id)),
  machines: read()
    .meta({ route: { method: "GET", path: `${PATH}/{id}/machines`, tags, summary: "Its machines, in the order of the file" } })
    .input(schema.batchMachinesInput)
    .output(answer(schema.batchMachinesOutput))
    .query(({ ctx, input }) => listBatchMachines(ctx.rt, input)),
  issue: write()
    .meta({ route: { method: "POST", path: `${PATH}/{id}/claims`, tags, summary: "Make claim tokens, labels and manufacturing files; earlier labels are worthless from then on" } })
    .input(schema.batchIssueInput)
    .output(answer(schema.batchIssueOutput))
    .mutation(({ ctx, input }) => issueBatch(ctx.rt, ctx.actor, input)),
});
