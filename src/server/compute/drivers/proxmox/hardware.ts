import type { CallOptions, VmSize } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { storageStatus, type VmConfig } from "./answers.ts";
import { bootDisk, diskGb } from "./disks.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath, type Params } from "./form.ts";
import { configOf, type Place, vmPath } from "./look.ts";
import type { Session } from "./session.ts";
import { followTask, isUpid } from "./tasks.ts";

const GIB = 1024 ** 3;

/** vCPUs, memory and first disk by a VM's configuration; 0 where it says nothing. */
export function sizeOf(config: VmConfig): VmSize {
  const memory = /(\d+)/.exec(String(config.memory ?? 512))?.[1];
  return { vcpu: Number(config.cores ?? 1) * Number(config.sockets ?? 1), memoryMb: Number(memory), storageGb: diskGb(bootDisk(config)) ?? 0 };
}

/** The configuration for processors and memory; a balloon may not be larger than the memory. */
export function sizeParams(config: VmConfig, size: Pick<VmSize, "vcpu" | "memoryMb">): Params {
  const balloon = Number(config.balloon ?? 0) > size.memoryMb ? { balloon: size.memoryMb } : {};
  return { sockets: 1, cores: size.vcpu, memory: String(size.memoryMb), ...balloon };
}

/** Changes a configuration and waits for the task, if it makes one. @throws ProxmoxError */
export async function changeConfig(session: Session, place: Place, params: Params, call: CallOptions): Promise<void> {
  await finish(session, await session.client.change("POST", `${vmPath(place)}/config`, params, call), call);
}

/** Waits for the task that `data` names. @throws ProxmoxError of its failure; unknown when nobody knows how it ended */
export async function finish(session: Session, data: unknown, call: CallOptions): Promise<void> {
  if (!isUpid(data)) return;
  const end = await followTask(session, data, call);
  if (end.kind === "failed") throw end.error;
  if (end.kind === "lost") throw new ProxmoxError("unknown", "no_task", "the host does not know how its task ended");
}

/** Grows the first disk to `storageGb`; an absolute size, so a repetition changes nothing. @throws DriverError refused when it would shrink */
export async function growDisk(session: Session, place: Place, storageGb: number, call: CallOptions): Promise<void> {
  const disk = bootDisk(await configOf(session, place, call));
  if (!disk) throw new DriverError("refused", `VM ${place.vmid} has no disk to boot from`);
  const wanted = storageGb * GIB;
  if (disk.bytes !== null && disk.bytes > wanted) throw new DriverError("refused", `the disk has ${diskGb(disk)} GB already and cannot shrink to ${storageGb} GB`);
  if (disk.bytes === wanted) return;
  // A task's name since version 8, before that nothing.
  await finish(session, await session.client.change("PUT", `${vmPath(place)}/resize`, { disk: disk.key, size: `${storageGb}G` }, call), call);
}

/**
 * @returns whether all nodes have the storage
 * @throws DriverError refused when a disk of this size can never be on it, or there is no such storage
 */
export async function mustFit(session: Session, node: string, storage: string, storageGb: number, call: CallOptions): Promise<{ shared: boolean }> {
  const state = await session.client.get(apiPath`/nodes/${node}/storage/${storage}/status`, {}, storageStatus, call);
  if (state.total !== undefined && state.total > 0 && storageGb * GIB > state.total) {
    throw new DriverError("refused", `storage ${storage} has ${Math.floor(state.total / GIB)} GB in all: no room for a disk of ${storageGb} GB`);
  }
  return { shared: state.shared === true };
}
