import { vmDelete, vmReset, vmRestart, vmResume, vmShutdown, vmStart, vmStop, vmSuspend } from "./power-steps.ts";
import type { OperationDefinition } from "./operation-definition.ts";
import { projectDelete } from "./project-steps.ts";
import { vmCreate } from "./provision-steps.ts";

/** Every kind of operation. Those in flight outlive an update of the program: don't rename kinds and don't reorder steps. */
const DEFINITIONS: ReadonlyMap<string, OperationDefinition<unknown>> = new Map(
  [vmCreate, vmStart, vmStop, vmShutdown, vmRestart, vmReset, vmSuspend, vmResume, vmDelete, projectDelete].map((definition) => [
    definition.kind,
    // The engine parses each input by its own definition's schema before it hands it to the steps.
    definition as OperationDefinition<unknown>,
  ]),
);

/** @throws Error for a kind that this version does not know */
export function definitionOf(kind: string): OperationDefinition<unknown> {
  const definition = DEFINITIONS.get(kind);
  if (!definition) throw new Error(`unknown kind of operation: ${kind}`);
  return definition;
}
