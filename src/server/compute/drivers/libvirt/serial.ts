import { type CallOptions, type SerialOutput, vmIdOfRef } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { mapDevices } from "./domain-xml.ts";
import { define, findMachine, type Machine, notThere } from "./machine.ts";
import { lookAgain, reading, type Session } from "./session.ts";
import { BUILDING, NO_VOLUME, says } from "./virsh-errors.ts";
import { deleteVolume, findVolume, isSerialLog, linesOf, lookAround, makeEmpty, poolFactsFrom, serialLogName } from "./volumes.ts";
import { all, first, type XmlElement, xml } from "./xml.ts";

// virtlogd writes what comes from a VM's serial port to a file in the host's pool, so that libvirt itself gives it to whoever is connected: as a volume. It
// begins a new file at 2 MiB and keeps the ones before as `.0`, `.1`, …; only the newest is read.

/** How long others may be at a pool that is to look around. */
const BUSY_POOL_MS = 20_000;

const CANNOT_WRITE = /unable to open file:? \S*-console\.log/i;

/** Where the host writes it; null: its pool has no files, or its hypervisor is not one that does */
export async function serialLogPath(session: Session, ref: string, call: CallOptions): Promise<string | null> {
  const { domainType } = await session.facts(call);
  if (domainType !== "kvm" && domainType !== "qemu") return null;
  const { folder } = poolFactsFrom(await session.virsh.run(["pool-dumpxml", "--pool", session.host.settings.pool], reading(call)));
  return folder === null ? null : `${folder}/${serialLogName(ref)}`;
}

/** The volume is there before the file is written: libvirt knows it from the beginning. */
export async function makeSerialLog(session: Session, ref: string, call: CallOptions): Promise<void> {
  const name = { pool: session.host.settings.pool, volume: serialLogName(ref) };
  if (await findVolume(session, name, call)) return;
  try {
    await makeEmpty(session, name, 0, "raw", call);
  } catch (error) {
    // By a caller before this one, or a file of that name that the pool does not know: it is written all the same.
    if (!says(error, /exists/i)) throw error;
  }
}

/** Where the domain's first serial port is written to; null: nowhere */
export function serialLogIn(domain: XmlElement): string | null {
  const [serial] = all(domain, "devices", "serial");
  return (serial && first(serial, "log")?.attributes["file"]) ?? null;
}

/** The domain with its serial port written to another file, if it is written at all. */
export function withSerialLog(domain: XmlElement, path: string | null): XmlElement {
  return mapDevices(domain, (device) => {
    if ((device.name !== "serial" && device.name !== "console") || !first(device, "log")) return device;
    const others = device.content.filter((node) => typeof node === "string" || node.name !== "log");
    return { ...device, content: [...others, ...(path === null ? [] : [xml("log", { file: path, append: "on" })])] };
  });
}

/** VMs that were made before their serial ports were written: from this start on they are. */
export async function writeSerialFromNow(session: Session, vm: Machine, call: CallOptions): Promise<void> {
  if (vm.notes === null || vmIdOfRef(vm.ref) === null || serialLogIn(vm.definition) !== null) return;
  const path = await serialLogPath(session, vm.ref, call);
  if (path === null) return;
  await makeSerialLog(session, vm.ref, call);
  const log = xml("log", { file: path, append: "on" });
  // libvirt keeps a console beside each serial port, which is the same.
  const written = mapDevices(vm.definition, (device) => (device.name === "serial" || (device.name === "console" && first(device, "target")?.attributes["type"] === "serial") ? { ...device, content: [...device.content, log] } : device));
  await define(session, written, call);
}

/** A VM starts without its log where the host may not write it (SELinux); the next start tries again. @returns whether that was why it did not start */
export async function doWithoutSerialLog(session: Session, ref: string, error: unknown, call: CallOptions): Promise<boolean> {
  if (!says(error, CANNOT_WRITE)) return false;
  const vm = await findMachine(session, ref, call);
  if (!vm || serialLogIn(vm.definition) === null) return false;
  session.log.warn({ err: error, ref, host: session.host.name }, "libvirt: the host cannot write what comes from the VM's serial port; it starts without");
  await define(session, withSerialLog(vm.definition, null), call);
  return true;
}

/** One process of virsh's when there is nothing new, two when there is. */
export async function readSerial(session: Session, ref: string, offset: number, limit: number, call: CallOptions): Promise<SerialOutput> {
  const volume = ["--pool", session.host.settings.pool, "--vol", serialLogName(ref)];
  const size = await logSize(session, ref, call);
  const begin = offset > size ? 0 : offset;
  const from = Math.max(begin, size - limit);
  const length = size - from;
  const bytes = length === 0 ? Buffer.alloc(0) : await session.virsh.fetch(["vol-download", ...volume, "--offset", String(from), "--length", String(length), "--file"], reading(call));
  return { bytes, next: from + bytes.length, skipped: offset > size || from > begin };
}

/** Bytes. @throws DriverError not_found: no such VM; refused: nobody writes it */
async function logSize(session: Session, ref: string, call: CallOptions): Promise<number> {
  if (vmIdOfRef(ref) !== null) {
    const name = { pool: session.host.settings.pool, volume: serialLogName(ref) };
    const known = await findVolume(session, name, call);
    if (known) return known.capacityBytes;
  }
  const vm = (await findMachine(session, ref, call)) ?? notThere(session, ref);
  if (serialLogIn(vm.definition) === null || vmIdOfRef(ref) === null) throw new DriverError("refused", "this VM's serial port is written nowhere: its host's storage pool has no files, or it was made by others");
  // It came here from another host, where virtlogd made the file.
  await lookAroundQuietly(session, 0, call);
  return (await findVolume(session, { pool: session.host.settings.pool, volume: serialLogName(ref) }, call))?.capacityBytes ?? 0;
}

/** All files of a VM's log are gone; of those that were rotated, which libvirt does not know of, where the pool has the time to look for them. */
export async function removeSerialLogs(session: Session, ref: string, call: CallOptions): Promise<void> {
  const { pool } = session.host.settings;
  await lookAroundQuietly(session, BUSY_POOL_MS, call);
  const [list = ""] = await session.virsh.ask([["vol-list", "--pool", pool]], { ...reading(call), tolerate: /pool|volumes/i });
  const names = linesOf(list).flatMap((line) => line.split(/\s+/)[0] ?? []);
  for (const volume of names.filter((name) => name.startsWith(serialLogName(ref)) && isSerialLog(name))) await deleteVolume(session, { pool, volume }, call);
}

async function lookAroundQuietly(session: Session, patienceMs: number, call: CallOptions): Promise<void> {
  const { pool } = session.host.settings;
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      await lookAround(session, pool, call);
      return;
    } catch (error) {
      if (!says(error, BUILDING) && !says(error, NO_VOLUME) && !says(error, /not active|storage pool/i)) throw error;
      if (!says(error, BUILDING) || performance.now() > giveUpAt) {
        session.log.warn({ err: error, host: session.host.name }, "libvirt: the pool does not look for files; rotated serial logs may be left in it");
        return;
      }
    }
    await lookAgain(call);
  }
}
