import { type CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { Machine } from "./machine.ts";
import { readDomain } from "./machine.ts";
import { copyVolume, makeLike, moved, movedVolumes } from "./migration-copy.ts";
import { serialLogIn, serialLogPath, withSerialLog } from "./serial.ts";
import { changing, lookAgain, reading, type Session } from "./session.ts";
import type { VirshArgument } from "./virsh.ts";
import { says } from "./virsh-errors.ts";
import { writeXml, type XmlElement } from "./xml.ts";

const MIGRATE_TIMEOUT_MS = 12 * 60 * 60_000;
const REPORT_MS = 1_000;

/** A VM that runs (or is suspended), with its memory, and with its disks where the hosts do not share them. libvirt does it, and undoes it when it fails. */
export async function moveRunning(session: Session, there: Session, source: Machine, how: { live: boolean; bandwidthMbps: number | null }, shared: boolean, call: CallOptions): Promise<void> {
  await checkMovable(session, source, call);
  const definition = readDomain(await session.virsh.run(["dumpxml", "--domain", source.address, "--migratable", "--security-info"], reading(call)));
  if (!definition) throw new DriverError("unavailable", "the VM has just gone");
  const volumes = await movedVolumes(session, there, source.definition, shared, call);
  if (!shared) for (const volume of volumes) await (volume.disc ? copyVolume(session, there, volume, call) : makeLike(there, volume, call));
  // What the guest wrote stays behind, and is deleted there; its log begins anew.
  const log = await serialLogPath(there, source.ref, call);
  const written = serialLogIn(definition);
  const other = volumes.some(({ from, to }) => from.pool !== to.pool) || (written !== null && written !== log);
  const asThere = (domain: XmlElement): { file: string } => ({ file: writeXml(withSerialLog(moved(domain, volumes), log)) });
  const { migrationUri, migrationAddress } = there.host.settings;
  const command: VirshArgument[] = [
    "migrate",
    "--domain",
    source.address,
    "--desturi",
    migrationUri ?? { peer: there.host },
    "--persistent",
    "--undefinesource",
    ...(how.live ? ["--live", "--auto-converge"] : []),
    ...(migrationUri === null ? [] : ["--p2p"]),
    ...(shared ? [] : ["--copy-storage-all"]),
    ...(migrationAddress === null ? [] : ["--migrateuri", migrationAddress]),
    ...(how.bandwidthMbps === null ? [] : ["--bandwidth", String(mebibytes(how.bandwidthMbps))]),
    ...(other ? ["--xml", asThere(definition), "--persistent-xml", asThere(source.definition)] : []),
  ];
  const work = session.virsh.run(command, changing(call, MIGRATE_TIMEOUT_MS));
  await Promise.all([work, reportMigration(session, source, call, work)]);
}

/** Megabits a second as libvirt counts: mebibytes, and none would mean no limit. */
export function mebibytes(megabits: number): number {
  return Math.max(1, Math.round((megabits * 1_000_000) / 8 / 1_048_576));
}

async function checkMovable(session: Session, source: Machine, call: CallOptions): Promise<void> {
  const snapshots = await session.virsh.run(["snapshot-list", "--domain", source.address, "--name"], reading(call));
  if (snapshots.trim() !== "") throw new DriverError("refused", "libvirt moves no running VM that has snapshots; stop it, or delete its snapshots");
}

async function reportMigration(session: Session, source: Machine, call: CallOptions, work: Promise<unknown>): Promise<void> {
  const { report } = call;
  if (!report) return;
  const ended = work.then(() => true, () => true);
  while (!(await Promise.race([ended, lookAgain(call, REPORT_MS).then(() => false, () => true)]))) {
    const info = await session.virsh.run(["domjobinfo", "--domain", source.address, "--rawstats"], reading(call)).catch((error: unknown) => {
      if (says(error, /./)) return "";
      throw error;
    });
    const percent = progressOf(info);
    if (percent !== null) report({ percent, message: null });
  }
}

/** From bytes of memory and disks that went and that are left. */
export function progressOf(info: string): number | null {
  const number = (name: string): number => Number(new RegExp(`^\\s*${name}\\s*[:=]\\s*(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const total = number("data_total") || number("memory_total") + number("disk_total");
  const done = number("data_processed") || number("memory_processed") + number("disk_processed");
  return total > 0 ? Math.min(99, Math.round((100 * done) / total)) : null;
}
