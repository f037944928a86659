import type { Runtime } from "#server/infra/runtime.ts";
import { machineNames } from "./machines-repository.ts";

/** Names of machines by id. */
export async function namesOfMachines(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  return machineNames(rt, ids);
}
