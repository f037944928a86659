import type { z } from "zod";
import type { batchResult, operationListInput, operationListOutput } from "#shared/compute/schema.ts";
import type { OperationStatus } from "#shared/compute/states.ts";
import { pagination } from "#shared/schema.ts";
import type { Scope } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { batchInput } from "./changes/batch-steps.ts";
import { listOperationRows, operationsById, operationWithSteps } from "./operation-repository.ts";
import { BATCH, type OperationView, toView } from "./operation-view.ts";
import { visible } from "./policy.ts";

/** One operation; a batch with what became of each VM. */
export async function getOperation(rt: Runtime, scope: Scope, id: string): Promise<OperationView> {
  const operation = visible(await operationWithSteps(rt, id), scope, "operation");
  const view: OperationView = { ...toView(operation), results: operation.kind === BATCH ? await resultsOf(rt, operation.input) : null };
  return scope === "platform" ? { ...view, organizationName: (await namesOfOrganizations(rt, [view.organizationId])).get(view.organizationId) ?? null } : view;
}

/** Newest first. */
export async function listOperations(rt: Runtime, scope: Scope, input: z.infer<typeof operationListInput>): Promise<z.infer<typeof operationListOutput>> {
  const { rows, total } = await listOperationRows(rt, scope, input);
  const names = scope === "platform" ? await namesOfOrganizations(rt, rows.map((row) => row.organizationId)) : null;
  const data = rows.map((row) => ({ ...toView(row), ...(names ? { organizationName: names.get(row.organizationId) ?? null } : {}) }));
  return { data, pagination: pagination(input, total) };
}

/** A part that has not begun is queued. */
async function resultsOf(rt: Runtime, input: unknown): Promise<z.infer<typeof batchResult>[]> {
  const { parts } = batchInput.parse(input);
  const begun = new Map((await operationsById(rt, parts.map((part) => part.operationId))).map((operation) => [operation.id, operation]));
  return parts.map(({ vmId, name, operationId }) => {
    const operation = begun.get(operationId);
    return {
      vmId,
      vmName: name,
      operationId,
      status: (operation?.status ?? "queued") as OperationStatus, // written by this program
      error: operation?.errorCode ? { code: operation.errorCode, message: operation.errorMessage ?? "" } : null,
    };
  });
}
