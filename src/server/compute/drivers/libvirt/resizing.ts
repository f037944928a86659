import type { CallOptions, VmSize } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { mainDisk } from "./domain-xml.ts";
import { define, machine } from "./machine.ts";
import type { Session } from "./session.ts";
import { withNotes } from "./vm-notes.ts";
import { findVolume, GIB, growVolume } from "./volumes.ts";
import { type XmlElement, xml } from "./xml.ts";

/** The disk first: where it has no room, nothing has changed. */
export async function resize(session: Session, ref: string, size: VmSize, call: CallOptions): Promise<void> {
  const vm = await machine(session, ref, call);
  if (vm.power !== "stopped") throw new DriverError("refused", "the VM runs; its size changes while it is stopped");
  if (vm.busy !== null) throw new DriverError("unavailable", `another task has the VM: ${vm.busy}`);
  const disk = mainDisk(vm.definition);
  const volume = disk && (await findVolume(session, disk, call));
  if (!disk || !volume) throw new DriverError("refused", "the VM has no disk that can grow");
  const bytes = size.storageGb * GIB;
  // A disk may be a little larger than its size says (volumes.ts).
  if (Math.floor(volume.capacityBytes / GIB) > size.storageGb) throw new DriverError("refused", `the disk has ${Math.floor(volume.capacityBytes / GIB)} GB and does not shrink`);
  await checkRoom(session, vm.notes?.pool || session.host.settings.pool, size, call);
  if (volume.capacityBytes < bytes) await growVolume(session, disk, bytes, call);
  const sized = withSize(vm.definition, size);
  const { vcpu, memoryMb, storageGb } = size;
  await define(session, vm.notes ? withNotes(sized, { ...vm.notes, vcpu, memoryMb, storageGb }) : sized, call);
}

async function checkRoom(session: Session, pool: string, size: VmSize, call: CallOptions): Promise<void> {
  const [info = "", node = ""] = await session.virsh.ask([["pool-info", "--pool", pool, "--bytes"], ["nodememstats"]], { signal: call.signal, tolerate: /pool|not supported/i });
  const number = (text: string, name: string): number => Number(new RegExp(`^${name}\\s*:\\s*(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
  if (size.storageGb * GIB > number(info, "Capacity")) throw new DriverError("refused", `the storage pool ${pool} of ${session.host.name} is smaller than this disk`);
  if (size.memoryMb * 1_024 > number(node, "total")) throw new DriverError("refused", `${session.host.name} has less memory than this VM needs`);
}

function withSize(domain: XmlElement, size: VmSize): XmlElement {
  const sizes = [xml("memory", { unit: "MiB" }, String(size.memoryMb)), xml("currentMemory", { unit: "MiB" }, String(size.memoryMb)), xml("vcpu", {}, String(size.vcpu))];
  const replaced = new Set(["memory", "currentMemory", "vcpu", "vcpus"]);
  return { ...domain, content: [...domain.content.filter((node) => typeof node === "string" || !replaced.has(node.name)), ...sizes] };
}
