import { backupDelete } from "./backups/delete-steps.ts";
import { vmsBatch } from "./changes/batch-steps.ts";
import { vmCreditStart, vmCreditStop } from "./credit-stop-steps.ts";
import type { OperationDefinition } from "./operation-definition.ts";
import { projectDelete } from "./project-steps.ts";
import { VM_DEFINITIONS } from "./vm-kinds.ts";

/** Every kind of operation. Those in flight outlive an update of the program: don't rename kinds or steps. */
const DEFINITIONS: ReadonlyMap<string, OperationDefinition<unknown>> = new Map(
  [...VM_DEFINITIONS, ...[backupDelete, projectDelete, vmCreditStart.definition, vmCreditStop.definition, vmsBatch].map((definition) => definition as OperationDefinition<unknown>)].map((definition) => [definition.kind, definition]),
);

export const LONG_KINDS: readonly string[] = [...DEFINITIONS.values()].filter((definition) => definition.long).map((definition) => definition.kind);

/** @throws Error for a kind that this version does not know */
export function definitionOf(kind: string): OperationDefinition<unknown> {
  const definition = DEFINITIONS.get(kind);
  if (!definition) throw new Error(`unknown kind of operation: ${kind}`);
  return definition;
}
