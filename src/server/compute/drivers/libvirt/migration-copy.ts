import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { inPrivateFolder } from "./connection.ts";
import { mapDevices } from "./domain-xml.ts";
import { define, findMachine, type Machine } from "./machine.ts";
import { serialLogPath, withSerialLog } from "./serial.ts";
import { changing, reading, type Session } from "./session.ts";
import { NO_NOTES, withNotes } from "./vm-notes.ts";
import { deleteVolume, findVolume, type Volume } from "./volumes.ts";
import { all, first, type XmlElement, xml } from "./xml.ts";

const run = promisify(execFile);
const COPY_TIMEOUT_MS = 6 * 60 * 60_000;

/** A VM's volume, where it is and where it goes. */
export interface MovedVolume {
  from: { pool: string; volume: string };
  to: { pool: string; volume: string };
  found: Volume;
  disc: boolean;
}

/** A stopped VM: its description and the bytes of its disks, with the snapshots in them. The source stays until all of it has arrived. */
export async function copyStopped(session: Session, there: Session, source: Machine, shared: boolean, call: CallOptions): Promise<void> {
  const notes = source.notes ?? NO_NOTES;
  const volumes = await movedVolumes(session, there, source.definition, shared, call);
  const snapshots = await snapshotsOf(session, source, call);
  await define(session, withNotes(source.definition, { ...notes, state: "moving" }), call);
  const pool = volumes.find((volume) => !volume.disc)?.to.pool ?? notes.pool;
  const definition = withSerialLog(moved(source.definition, volumes), await serialLogPath(there, source.ref, call));
  await define(there, withNotes(definition, { ...notes, pool, state: "moving" }), call);
  for (const [index, volume] of volumes.entries()) {
    call.report?.({ percent: Math.round((100 * index) / volumes.length), message: `copying ${volume.from.volume}` });
    if (!shared) await copyVolume(session, there, volume, call);
  }
  for (const snapshot of snapshots) await there.virsh.run(["snapshot-create", "--domain", source.ref, "--xmlfile", { file: snapshot }, "--redefine"], changing(call));
  const now = await findMachine(session, source.ref, call);
  if (now?.power !== "stopped" || now.notes?.state !== "moving") throw new DriverError("refused", "the VM was started here while it was moved");
  await define(there, withNotes(definition, { ...notes, pool, state: "ready" }), call);
}

/** What the VM's disks and discs are called there. @throws refused: it has some that are in no pool */
export async function movedVolumes(session: Session, there: Session, definition: XmlElement, shared: boolean, call: CallOptions): Promise<MovedVolume[]> {
  const volumes: MovedVolume[] = [];
  for (const disk of all(definition, "devices", "disk")) {
    const source = first(disk, "source")?.attributes;
    if (!source) continue;
    const { pool, volume } = source;
    if (!pool || !volume) throw new DriverError("refused", "the VM has disks outside of storage pools; only those in pools move");
    const found = await findVolume(session, { pool, volume }, call);
    if (!found) throw new DriverError("refused", `the VM's volume ${volume} is gone`);
    volumes.push({ from: { pool, volume }, to: { pool: shared ? pool : await poolThere(there, pool, call), volume }, found, disc: disk.attributes["device"] === "cdrom" });
  }
  return volumes;
}

/** The pool of the same name, else that host's own. */
async function poolThere(there: Session, pool: string, call: CallOptions): Promise<string> {
  const [info = ""] = await there.virsh.ask([["pool-info", "--pool", pool]], { ...reading(call), tolerate: /pool/i });
  return info.trim() === "" ? there.host.settings.pool : pool;
}

/** The description as it is right on the other host. */
export function moved(definition: XmlElement, volumes: readonly MovedVolume[]): XmlElement {
  return mapDevices(definition, (device) => {
    const source = first(device, "source")?.attributes;
    const volume = volumes.find(({ from }) => from.pool === source?.["pool"] && from.volume === source["volume"]);
    if (device.name !== "disk" || !volume) return device;
    return { ...device, content: [...device.content.filter((node) => typeof node === "string" || node.name !== "source"), xml("source", volume.to)] };
  });
}

async function snapshotsOf(session: Session, source: Machine, call: CallOptions): Promise<string[]> {
  const list = await session.virsh.run(["snapshot-list", "--domain", source.address, "--name", "--topological"], reading(call));
  const names = list.split("\n").filter((name) => name !== "");
  return names.length === 0 ? [] : session.virsh.ask(names.map((name) => ["snapshot-dumpxml", "--domain", source.address, "--snapshotname", name, "--security-info"]), reading(call));
}

/** Makes an empty volume like it; one of an earlier attempt is thrown away. */
export async function makeLike(there: Session, { to, found }: MovedVolume, call: CallOptions): Promise<void> {
  await deleteVolume(there, to, call);
  await there.virsh.run(["vol-create-as", "--pool", to.pool, "--name", to.volume, "--capacity", `${found.capacityBytes}B`, "--format", found.format === "iso" ? "raw" : found.format], changing(call));
}

/** Its bytes, from one virsh to the other through a pipe with a name: virsh reads and writes files. */
export async function copyVolume(session: Session, there: Session, volume: MovedVolume, call: CallOptions): Promise<void> {
  await makeLike(there, volume, call);
  await inPrivateFolder(async (folder) => {
    const pipe = join(folder, "pipe");
    await run("mkfifo", ["-m", "600", pipe]);
    // When one of them fails the other would wait at the pipe for ever.
    const either = new AbortController();
    const options = { ...changing(call, COPY_TIMEOUT_MS), signal: AbortSignal.any([call.signal, either.signal]) };
    const ends = [
      session.virsh.run(["vol-download", "--pool", volume.from.pool, "--vol", volume.from.volume, "--file", pipe], options),
      there.virsh.run(["vol-upload", "--pool", volume.to.pool, "--vol", volume.to.volume, "--file", pipe], options),
    ];
    try {
      await Promise.all(ends);
    } catch (error) {
      either.abort(error);
      await Promise.allSettled(ends);
      throw error;
    }
  });
  const arrived = await findVolume(there, volume.to, call);
  if (arrived?.capacityBytes !== volume.found.capacityBytes) throw new DriverError("unavailable", `${volume.to.volume} did not arrive whole`);
}
