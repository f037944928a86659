import type { CallOptions } from "../driver.ts";
import { type ResourceRow, resourceRows, type TaskRow, vmConfig, type VmConfig, vmStatus, type VmStatus } from "./answers.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import { foreignVmid, isRef, refOfMarks } from "./identity.ts";
import type { Session } from "./session.ts";
import { activeTasks } from "./tasks.ts";

/** Where a VM is now. Administrators and high availability move VMs, so this is asked before each action. */
export interface Place {
  vmid: number;
  node: string;
}

/** A VM as it is now. */
export interface SeenVm extends Place {
  status: VmStatus;
  power: "running" | "stopped" | "suspended";
  lock: string | null;
  /** what runs on it */
  tasks: TaskRow[];
  /** made, but without its marks yet: by us, as far as anybody can tell */
  forming: boolean;
  /** nothing is left but the number, which is ours: a restore from a backup is under way, or has failed */
  wreck: boolean;
}

/** How often a VM that moves while we look is looked for again. */
const LOOKS = 5;

export function guestRows(session: Session, call: CallOptions): Promise<ResourceRow[]> {
  return session.client.get("/cluster/resources", { type: "vm" }, resourceRows, call);
}

export function configOf(session: Session, { node, vmid }: Place, call: CallOptions): Promise<VmConfig> {
  return session.client.get(apiPath`/nodes/${node}/qemu/${vmid}/config`, {}, vmConfig, call);
}

/** The path of a VM, for the calls below it. */
export function vmPath({ node, vmid }: Place): string {
  return apiPath`/nodes/${node}/qemu/${vmid}`;
}

/** null: the cluster has no VM of this ref, or what has its number is somebody else's. */
export async function lookAt(session: Session, ref: string, call: CallOptions): Promise<SeenVm | null> {
  if (!isRef(ref)) return null;
  for (let look = 1; ; look += 1) {
    const place = await findPlace(session, ref, call);
    if (!place) return null;
    try {
      return await seen(session, ref, place, call);
    } catch (error) {
      // It moved to another node, or was deleted, between the two requests.
      if (!(error instanceof ProxmoxError && error.reason === "absent") || look === LOOKS) throw error;
    }
  }
}

async function findPlace(session: Session, ref: string, call: CallOptions): Promise<Place | null> {
  const vmid = foreignVmid(ref) ?? (await session.vmids.find(session.place.origin, ref));
  const rows = (await guestRows(session, call)).filter((row) => row.type === "qemu" && !row.template);
  // Our own record first. Without one (the VM came from a host with another address) the marks on it.
  const row = rows.find((each) => each.vmid === vmid) ?? (vmid === null ? rows.find((each) => each.vmid !== undefined && refOfMarks(each.vmid, each) === ref) : undefined);
  return row?.vmid !== undefined && row.node !== undefined ? { vmid: row.vmid, node: row.node } : null;
}

async function seen(session: Session, ref: string, place: Place, call: CallOptions): Promise<SeenVm | null> {
  const [status, tasks] = await Promise.all([
    session.client.get(`${vmPath(place)}/status/current`, {}, vmStatus, call),
    activeTasks(session, place.node, place.vmid, call),
  ]);
  const vm = { ...place, status, power: powerOf(status), lock: status.lock ?? null, tasks, forming: false, wreck: false };
  if (foreignVmid(ref) !== null || refOfMarks(place.vmid, { tags: status.tags }) === ref) return vm;
  const config = await configOf(session, place, call);
  const { description } = config;
  const marks = { name: status.name, tags: status.tags, description: typeof description === "string" ? description : undefined };
  if (refOfMarks(place.vmid, marks) === ref) return vm;
  // While Proxmox clones or restores, the configuration has next to nothing in it but its lock.
  const blank = (status.lock === "clone" || status.lock === "create") && description === undefined;
  if (blank) return { ...vm, forming: true };
  return status.lock === undefined && isWreck(config) ? { ...vm, wreck: true } : null;
}

/** With what a restore begins, with or without a lock, and all that is there when it fails. */
function isWreck(config: VmConfig): boolean {
  return Object.entries(config).every(([key, value]) => key === "digest" || /^unused\d+$/.test(key) || (key === "memory" && Number(value) === 128));
}

/** Whether the VM is on the node that this host is, and not on another of the cluster. */
export function isHere(session: Session, vm: Place): boolean {
  return vm.node === session.place.node;
}

/** A process that stands still is running to Proxmox; one suspended to disk is stopped, with a lock; one of a stopped VM that a backup reads has not begun to run. */
export function powerOf(status: VmStatus): "running" | "stopped" | "suspended" {
  if (status.lock === "backup" && status.qmpstatus === "prelaunch") return "stopped";
  if (status.status === "stopped") return status.lock === "suspended" ? "suspended" : "stopped";
  return status.qmpstatus === "paused" || status.qmpstatus === "suspended" ? "suspended" : "running";
}
