import { createHash } from "node:crypto";
import { type CallOptions, type GuestConfiguration, type VmHardware, vmIdOfRef } from "../driver.ts";
import { noCloudIso } from "../cloud-init/no-cloud.ts";
import { DriverError } from "../errors.ts";
import { randomToken } from "#server/infra/crypto.ts";
import { diskOfBackup } from "./backup-volumes.ts";
import { domainXml, ownDisks, withDisc } from "./domain-xml.ts";
import { addressOf, define, describe, findMachine, type Machine, machine } from "./machine.ts";
import { makeSerialLog, removeSerialLogs, serialLogIn, serialLogPath } from "./serial.ts";
import { changing, lookAgain, reading, type Session } from "./session.ts";
import { NO_DOMAIN, says } from "./virsh-errors.ts";
import { NO_NOTES, type VmNotes, withNotes } from "./vm-notes.ts";
import { deleteVolume, diskBytes, diskName, type DiskSource, findImage, findVolume, GIB, isBeingWritten, makeDisk, ourVolumes, poolFormat, seedName } from "./volumes.ts";
import { all } from "./xml.ts";

/** A copy of an image that nobody has grown for so long has been given up by whoever made it. */
const ABANDONED_MS = 3_000;
const DISK_IS_THERE = /already (?:exists|in use)|exists already|in use by/i;

/**
 * The domain comes first and says `creating` until its disk is there, so that whatever is left half-way has a name; whoever asks again goes on from there:
 * waits for a copy that the host still makes, and begins anew where a copy was given up.
 */
export async function create(session: Session, ref: string, hardware: VmHardware, call: CallOptions): Promise<void> {
  for (;;) {
    const vm = await findMachine(session, ref, call);
    if (vm) checkSame(session, ref, vm, hardware);
    if (vm && vm.notes?.state !== "creating") return;
    const source = await sourceOf(session, hardware, call);
    if (!vm) {
      await beginDomain(session, ref, hardware, source, call);
      continue;
    }
    try {
      const notes = vm.notes as VmNotes; // checkSame has seen it
      if (serialLogIn(vm.definition) !== null) await makeSerialLog(session, ref, call);
      if (await finishDisk(session, notes, hardware, source, call)) await finishDomain(session, vm, notes, call);
    } catch (error) {
      if (says(error, DISK_IS_THERE)) continue;
      if (error instanceof DriverError && error.failure === "refused") await tidy(session, ref, call);
      throw error;
    }
  }
}

/** @throws DriverError refused when there is no such image or backup */
async function sourceOf(session: Session, hardware: VmHardware, call: CallOptions): Promise<DiskSource> {
  if (hardware.backup !== null) return diskOfBackup(session, hardware.backup, call);
  if (!hardware.image.source) throw new DriverError("refused", `this host has no name for the image ${hardware.image.slug}`);
  return findImage(session, hardware.image.source, call);
}

function checkSame(session: Session, ref: string, vm: Machine, hardware: VmHardware): void {
  const { notes } = vm;
  if (notes && notes.vcpu === hardware.vcpu && notes.memoryMb === hardware.memoryMb && notes.storageGb === hardware.storageGb) return;
  throw new DriverError("refused", `${session.host.name} has another VM named ${ref}`);
}

async function beginDomain(session: Session, ref: string, hardware: VmHardware, source: DiskSource, call: CallOptions): Promise<void> {
  const { settings } = session.host;
  const pool = hardware.storage ?? settings.pool;
  await checkRoom(session, pool, hardware, source, call);
  const [facts, format, serialLog] = await Promise.all([session.facts(call), poolFormat(session, pool, call), serialLogPath(session, ref, call)]);
  const notes: VmNotes = { state: "creating", image: hardware.image.slug, vcpu: hardware.vcpu, memoryMb: hardware.memoryMb, storageGb: hardware.storageGb, pool, volume: diskName(ref, format), seed: "", resetKey: "" };
  await define(session, domainXml(ref, hardware, notes, format, settings, facts, randomToken(6).slice(0, 8), serialLog), call);
}

/** What can never fit. How much of a host may be promised is the catalog's business. @throws DriverError refused */
async function checkRoom(session: Session, pool: string, hardware: VmHardware, source: DiskSource, call: CallOptions): Promise<void> {
  const [info = "", node = ""] = await session.virsh.ask([["pool-info", "--pool", pool, "--bytes"], ["nodememstats"]], reading(call));
  const number = (text: string, name: string): number => Number(new RegExp(`^${name}\\s*:\\s*(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
  const { found, what } = source;
  const bytes = diskBytes(hardware.storageGb, found);
  if (bytes < found.capacityBytes) throw new DriverError("refused", `${what} needs a disk of at least ${Math.ceil(found.capacityBytes / GIB)} GB`);
  if (bytes > number(info, "Capacity")) throw new DriverError("refused", `the storage pool ${pool} of ${session.host.name} is smaller than this VM's disk`);
  const whole = hardware.cloneMode === "full" || hardware.backup !== null;
  if (whole && found.allocationBytes > number(info, "Available")) throw new DriverError("refused", `the storage pool ${pool} of ${session.host.name} has no space for a copy of ${what}`);
  if (hardware.memoryMb * 1_024 > number(node, "total")) throw new DriverError("refused", `${session.host.name} has less memory than this VM needs`);
}

/** @returns whether the disk is there and whole; else: look again */
async function finishDisk(session: Session, notes: VmNotes, hardware: VmHardware, source: DiskSource, call: CallOptions): Promise<boolean> {
  const disk = { pool: notes.pool, volume: notes.volume };
  const found = await findVolume(session, disk, call);
  if (!found) {
    await makeDisk(session, disk, hardware, source, call);
    return true;
  }
  if (found.capacityBytes >= diskBytes(hardware.storageGb, source.found)) return true;
  if (await isBeingWritten(session, disk, found, call)) {
    await lookAgain(call);
    return false;
  }
  // Whole or not, nobody can tell. Its maker, if there is one, grows it within moments.
  await lookAgain(call, ABANDONED_MS);
  const later = await findVolume(session, disk, call);
  if (later && later.capacityBytes === found.capacityBytes && !(await isBeingWritten(session, disk, later, call))) await deleteVolume(session, disk, call);
  return false;
}

async function finishDomain(session: Session, vm: Machine, notes: VmNotes, call: CallOptions): Promise<void> {
  // Destroyed meanwhile: it does not come back.
  if (!(await findMachine(session, vm.ref, call))) throw new DriverError("not_found", `${vm.ref} was removed while it was made`);
  await define(session, withNotes(vm.definition, { ...notes, state: "ready" }), call);
}

/** After a refusal nothing is left; where that fails too, the next list shows it. */
async function tidy(session: Session, ref: string, call: CallOptions): Promise<void> {
  try {
    await destroy(session, ref, call);
  } catch (error) {
    session.log.warn({ err: error, ref, host: session.host.name }, "libvirt: a VM that could not be made was left behind");
  }
}

export async function configure(session: Session, ref: string, guest: GuestConfiguration, call: CallOptions): Promise<void> {
  const vm = await machine(session, ref, call);
  if (!all(vm.definition, "devices", "disk").some((disk) => disk.attributes["device"] === "cdrom")) throw new DriverError("refused", "the VM has no disc drive for cloud-init's data");
  const disc = noCloudIso(guest, describe(vm.definition).mac);
  const seed = createHash("sha256").update(disc).digest("hex");
  const pool = vm.notes?.pool || session.host.settings.pool;
  const name = { pool, volume: seedName(ref) };
  if (vm.notes?.seed === seed && (await findVolume(session, name, call))) return;
  // A guest that runs keeps what it has open.
  await deleteVolume(session, name, call);
  await session.virsh.run(["vol-create-as", "--pool", pool, "--name", name.volume, "--capacity", `${disc.length}B`, "--format", "raw"], changing(call));
  await session.virsh.run(["vol-upload", "--pool", pool, "--vol", name.volume, "--file", { file: disc }], changing(call));
  const now = await machine(session, ref, call);
  await define(session, withNotes(withDisc(now.definition, name), { ...(now.notes ?? NO_NOTES), seed }), call);
}

/** The disks first and the domain last: as long as anything is left, there is a name by which it is found. */
export async function destroy(session: Session, ref: string, call: CallOptions): Promise<void> {
  const address = await addressOf(session, ref, call);
  if (address !== null) {
    await quietly(session, ["destroy", "--domain", address], /domain is not running|failed to get domain|domain not found/i, call);
    const definition = await findMachine(session, ref, call);
    for (const { place } of definition ? ownDisks(definition.definition) : []) await deleteVolume(session, place, call);
  }
  if (vmIdOfRef(ref) !== null && (address !== null || !session.host.settings.sharedStorage)) await removeSerialLogs(session, ref, call);
  for (const left of await ourVolumes(session, ref, call)) await deleteVolume(session, left, call);
  if (address !== null) await quietly(session, ["undefine", "--domain", address, "--managed-save", "--snapshots-metadata", "--checkpoints-metadata", "--nvram"], NO_DOMAIN, call);
  // A copy that was asked for just before its maker was stopped begins only now.
  for (const late of await ourVolumes(session, ref, call)) await deleteVolume(session, late, call);
}

async function quietly(session: Session, command: readonly string[], expected: RegExp, call: CallOptions): Promise<void> {
  try {
    await session.virsh.run(command, changing(call));
  } catch (error) {
    if (!says(error, expected)) throw error;
  }
}
