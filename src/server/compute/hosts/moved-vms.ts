import type { Host } from "#server/infra/prisma/client.ts";
import { publish } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { type VmObservation, vmIdOfRef } from "../drivers/driver.ts";
import { lockVm } from "../repository.ts";
import { rehomeVm, vmsForSweep } from "./finding-repository.ts";

/** What each host has, by the hypervisor's names; hosts that did not answer are not in it. */
export type Seen = ReadonlyMap<Host, ReadonlyMap<string, VmObservation>>;

/**
 * Finds VMs that their cluster has moved by itself, or its administrators by hand: gone from where the database has them, and there under their name on another
 * host. A name that was not ours means the same VM only within one cluster.
 * @returns how many were put down where they are
 */
export async function findMovedVms(rt: Runtime, seen: Seen, before: Date): Promise<number> {
  let moved = 0;
  for (const [host, list] of seen) {
    for (const vm of await vmsForSweep(rt, host.id, [])) {
      const ref = vm.hypervisorRef;
      if (ref === null || list.has(ref) || vm.operationId !== null || vm.updatedAt >= before) continue;
      const there = [...seen.keys()].filter((other) => other !== host && seen.get(other)?.has(ref) && (vmIdOfRef(ref) !== null || (host.endpoint !== null && other.endpoint === host.endpoint)));
      const [target] = there;
      // On two hosts at once: a person must look.
      if (!target || there.length > 1) continue;
      moved += await transact(rt, async (tx) => {
        const now = await lockVm(tx, vm.id);
        if (now.operationId !== null || now.hostId !== host.id || now.updatedAt >= before) return 0;
        const at = rt.clock.now();
        await rehomeVm(tx, vm.id, target, at);
        await recordAudit(tx, { kind: "system", name: "host-sweep", requestId: "" }, { action: "vm.moved", subjectType: "vm", subjectId: vm.id, organizationId: vm.organizationId, before: { host: host.name }, after: { host: target.name }, at });
        await publish(tx, { type: "vm.updated", subject: vm.id, organizationId: vm.organizationId, at, data: { vmId: vm.id } });
        return 1;
      });
    }
  }
  return moved;
}
