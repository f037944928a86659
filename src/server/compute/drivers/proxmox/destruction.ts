import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { bring } from "./bring.ts";
import { isHere, vmPath } from "./look.ts";
import { powerCalls } from "./power.ts";
import type { Session } from "./session.ts";
import { removeUserDataImages } from "./user-data-image.ts";

/**
 * Removes a VM that bears our marks, or one that was adopted; what else has its number stays. A creation under way is waited for: Proxmox leaves locks
 * behind when a clone is killed. One that is on another node of the cluster is that host's, and stays.
 */
export async function destroyVm(session: Session, ref: string, call: CallOptions): Promise<void> {
  let elsewhere = false;
  await bring(session, ref, call, async (vm) => {
    elsewhere = vm !== null && !isHere(session, vm);
    if (!vm || elsewhere) return "reached";
    if (vm.status.status === "running" && vm.lock === null) {
      await powerCalls(session).stop(ref, { mode: "forced" }, call).catch(unlessGone);
    }
    // Disks that are attached go in any case. Unreferenced ones of this number may be another cluster's, on a storage that both use.
    return { ask: () => session.client.change("DELETE", vmPath(vm), { purge: true, "destroy-unreferenced-disks": false }, call) };
  });
  if (elsewhere) return;
  await removeUserDataImages(session, ref, call);
  await session.vmids.release(session.place.origin, ref);
}

function unlessGone(error: unknown): void {
  if (!(error instanceof DriverError && error.failure === "not_found")) throw error;
}
