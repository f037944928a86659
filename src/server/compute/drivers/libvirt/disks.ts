import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { ownDisks } from "./domain-xml.ts";
import { reading, type Session } from "./session.ts";
import { NO_VOLUME } from "./virsh-errors.ts";
import { type DiskSource, findVolume } from "./volumes.ts";
import type { XmlElement } from "./xml.ts";

/** A VM's disk and where it is in a pool. */
export interface OwnDisk {
  /** vda */
  target: string;
  source: DiskSource;
  /** of the file that it refers to; 0: none */
  backingBytes: number;
}

/** The disks that are the VM's alone. @throws DriverError refused: it has none, or some outside of pools */
export async function ownVolumes(session: Session, definition: XmlElement, call: CallOptions): Promise<OwnDisk[]> {
  const disks: OwnDisk[] = [];
  for (const { target, place } of ownDisks(definition)) {
    const name = "path" in place ? await nameOf(session, place.path, call) : place;
    const found = name && (await findVolume(session, name, call));
    if (!name || !found) throw new DriverError("refused", `the VM's disk ${target} is in no storage pool of ${session.host.name}`);
    const backing = found.backing === null ? null : await findVolume(session, { path: found.backing }, call);
    disks.push({ target, source: { name, found, what: `the disk ${target}` }, backingBytes: backing?.allocationBytes ?? 0 });
  }
  if (disks.length === 0) throw new DriverError("refused", "the VM has no disk of its own");
  return disks;
}

/** null: no pool has such a volume */
async function nameOf(session: Session, path: string, call: CallOptions): Promise<{ pool: string; volume: string } | null> {
  const [pool = "", volume = ""] = await session.virsh.ask([["vol-pool", "--vol", path], ["vol-name", "--vol", path]], { ...reading(call), tolerate: NO_VOLUME });
  return pool.trim() === "" || volume.trim() === "" ? null : { pool: pool.trim(), volume: volume.trim() };
}
