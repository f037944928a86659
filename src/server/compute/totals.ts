import { type HostUse, type AdminVmRow, countOperations, countVmsByOrganization, countVmsByStatus, findAllVms, findHostReach, hostUse, planNames, subjectsOfRunning } from "./totals-repository.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export interface ComputeTotals {
  vms: { running: number; stopped: number; other: number };
  operations: { running: number; failedToday: number };
  hosts: HostUse[];
}

/** What runs on the platform; "today" begins at midnight UTC. */
export async function computeTotals(rt: Runtime): Promise<ComputeTotals> {
  const midnight = rt.clock.now();
  midnight.setUTCHours(0, 0, 0, 0);
  const byStatus = await countVmsByStatus(rt);
  const operations = await countOperations(rt, midnight);
  const running = byStatus.get("running") ?? 0;
  const stopped = byStatus.get("stopped") ?? 0;
  const all = [...byStatus.values()].reduce((sum, count) => sum + count, 0);
  return { vms: { running, stopped, other: all - running - stopped }, operations: { running: operations.running, failedToday: operations.failed }, hosts: await hostUse(rt) };
}

/** How many VMs each of these organizations has; none: absent. */
export async function vmCounts(rt: Runtime, organizationIds: readonly string[]): Promise<Map<string, number>> {
  return countVmsByOrganization(rt, organizationIds);
}

/** Names of plans by id, archived ones too. */
export async function namesOfPlans(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  return planNames(rt, ids);
}

/** Which of these subjects have an operation under way. */
export async function subjectsUnderWay(rt: Runtime, subjectIds: readonly string[]): Promise<Set<string>> {
  return new Set(subjectIds.length > 0 ? await subjectsOfRunning(rt, subjectIds) : []);
}

/** A page of all organizations' VMs. Callers check a platform permission first. */
export async function searchAllVms(rt: Runtime, input: { status?: string | undefined; search?: string | undefined; page: number; limit: number }): Promise<{ vms: AdminVmRow[]; total: number }> {
  const vms = await findAllVms(rt, { status: input.status || undefined, search: input.search || undefined, limit: input.limit, offset: (input.page - 1) * input.limit });
  return { vms, total: Number(vms[0]?.total ?? 0n) };
}

/** How many hosts are in use, and the names of those that do not answer. One in maintenance is neither asked nor missed. */
export async function hostReach(rt: Runtime): Promise<{ hosts: number; unreachable: string[] }> {
  const hosts = await findHostReach(rt);
  return { hosts: hosts.length, unreachable: hosts.filter((host) => host.health === "unreachable").map((host) => host.name) };
}
