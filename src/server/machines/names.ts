import type { Runtime } from "#server/infra/runtime.ts";
import { rolloutName } from "./firmware/rollout-repository.ts";
import { machineNames } from "./machines-repository.ts";

/** Names of machines by id. */
export async function namesOfMachines(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  return machineNames(rt, ids);
}

/** What a firmware rollout is called; null: there is none. */
export async function nameOfRollout(rt: Runtime, id: string): Promise<string | null> {
  return rolloutName(rt, id);
}
