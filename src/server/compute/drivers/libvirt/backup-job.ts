import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { attemptIn } from "./backup-volumes.ts";
import { hasAgent } from "./inspection.ts";
import { jobOf, type Machine } from "./machine.ts";
import { progressOf } from "./migration-live.ts";
import { changing, lookAgain, reading, type Session } from "./session.ts";
import type { VirshArgument } from "./virsh.ts";
import { NO_DOMAIN, says } from "./virsh-errors.ts";
import { all, parseXml, writeXml, xml } from "./xml.ts";

const REPORT_MS = 500;
/** To freeze a guest, begin and thaw it. */
const BEGIN_TIMEOUT_MS = 90_000;
const THAW_TIMEOUT_MS = 15_000;
const OF_AGENT = /agent|freeze|thaw/i;
const NO_JOB = new RegExp(`${NO_DOMAIN.source}|no domain backup job|domain is not running|not supported by the connection`, "i");
const NOT_RUNNING = /no job is active|domain is not running/i;

/** A file for each disk, already there. */
export interface JobTarget {
  target: string;
  path: string;
}

/** The attempt that a domain's job is for; null: it has no such job, or one of others */
export async function runningAttempt(session: Session, address: string, call: CallOptions): Promise<{ name: string; takenAtMs: number } | null> {
  const [text = ""] = await session.virsh.ask([["backup-dumpxml", "--domain", address]], { ...reading(call), tolerate: NO_JOB });
  return attemptOfJob(text);
}

export function attemptOfJob(text: string): { name: string; takenAtMs: number } | null {
  const job = text.trim() === "" ? undefined : parseXml(text)[0];
  const files = job ? all(job, "disks", "disk", "target").flatMap((target) => target.attributes["file"] ?? []) : [];
  return files.flatMap((file) => attemptIn(file) ?? [])[0] ?? null;
}

/** QEMU copies what is on the disks at this moment, whatever is written later. The guest's file systems are at rest in it where an agent answers. */
export async function beginJob(session: Session, vm: Machine, targets: readonly JobTarget[], call: CallOptions): Promise<void> {
  call.signal.throwIfAborted();
  const frozen = vm.power === "running" && hasAgent(await session.virsh.run(["dumpxml", "--domain", vm.address], reading(call)));
  if (frozen && (await begunAtRest(session, vm, targets, call))) return;
  await session.virsh.ask([...forgetLast(vm), begin(vm, targets)], changing(call));
}

/** How the last job ended is forgotten: what is remembered later is how this one did. */
function forgetLast(vm: Machine): VirshArgument[][] {
  return [["domjobinfo", "--domain", vm.address, "--completed", "--anystats"]];
}

function begin(vm: Machine, targets: readonly JobTarget[]): VirshArgument[] {
  const disks = targets.map(({ target, path }) => xml("disk", { name: target, backup: "yes", type: "file" }, xml("driver", { type: "qcow2" }), xml("target", { file: path })));
  return ["backup-begin", "--domain", vm.address, "--backupxml", { file: writeXml(xml("domainbackup", { mode: "push" }, xml("disks", {}, ...disks))) }, "--reuse-external"];
}

/**
 * Freezing, beginning and thawing are one process that no signal ends: it goes on even when this program is killed. An agent that does not answer in time
 * is thawed, and does without. @returns whether the job has begun
 */
async function begunAtRest(session: Session, vm: Machine, targets: readonly JobTarget[], call: CallOptions): Promise<boolean> {
  const commands = [...forgetLast(vm), ["domfsfreeze", "--domain", vm.address], begin(vm, targets), ["domfsthaw", "--domain", vm.address]];
  try {
    await session.virsh.ask(commands, { signal: new AbortController().signal, changes: true, timeoutMs: BEGIN_TIMEOUT_MS, tolerate: OF_AGENT });
    return true;
  } catch (error) {
    await thaw(session, vm);
    if (!(error instanceof DriverError) || error.failure !== "unknown") throw error;
    session.log.warn({ err: error, ref: vm.ref, host: session.host.name }, "libvirt: the guest's agent did not answer in time; the backup is taken without it");
    return (await runningAttempt(session, vm.address, call)) !== null;
  }
}

/** Does nothing to a guest that is not frozen. */
export async function thaw(session: Session, vm: Machine): Promise<void> {
  try {
    await session.virsh.ask([["domfsthaw", "--domain", vm.address]], { signal: new AbortController().signal, changes: true, timeoutMs: THAW_TIMEOUT_MS, tolerate: OF_AGENT });
  } catch (error) {
    session.log.warn({ err: error, ref: vm.ref, host: session.host.name }, "libvirt: the guest's file systems may be frozen still");
  }
}

export type JobEnd = "completed" | "ended" | "unknown";

/**
 * Waits for the job of an attempt. @returns ended: somebody ended it, or the VM was switched off; unknown: the host does not remember
 * @throws DriverError refused: it failed
 */
export async function followJob(session: Session, vm: Machine, attempt: { name: string; takenAtMs: number }, call: CallOptions): Promise<JobEnd> {
  for (;;) {
    const [described = "", info = ""] = await session.virsh.ask([["backup-dumpxml", "--domain", vm.address], ["domjobinfo", "--domain", vm.address, "--rawstats"]], { ...reading(call), tolerate: NO_JOB });
    const job = attemptOfJob(described);
    if (job?.name !== attempt.name || job.takenAtMs !== attempt.takenAtMs) break;
    call.report?.({ percent: progressOf(info), message: null });
    await lookAgain(call, REPORT_MS);
  }
  const [record = ""] = await session.virsh.ask([["domjobinfo", "--domain", vm.address, "--completed", "--keep-completed", "--anystats"]], { ...reading(call), tolerate: NO_JOB });
  return endIn(record);
}

/** From what domjobinfo remembers. @throws DriverError refused: the job failed */
export function endIn(record: string): JobEnd {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.+?)\\s*$`, "m").exec(record)?.[1] ?? "";
  if (field("Operation") !== "Backup") return "unknown";
  if (field("Job type") === "Failed") throw new DriverError("refused", `the backup failed: ${field("Error message") || "QEMU does not say why"}`);
  return field("Job type") === "Completed" ? "completed" : field("Job type") === "Cancelled" ? "ended" : "unknown";
}

/** Ends the jobs of a name, of whatever VM. */
export async function endJobs(session: Session, name: string, call: CallOptions): Promise<void> {
  for (;;) {
    const running = (await session.virsh.run(["list", "--uuid"], reading(call))).split("\n").map((line) => line.trim()).filter((line) => line !== "");
    const jobs = await session.virsh.ask(running.map((uuid) => ["backup-dumpxml", "--domain", uuid]), { ...reading(call), tolerate: NO_JOB });
    const busy = running.filter((_, index) => attemptOfJob(jobs[index] ?? "")?.name === name);
    if (busy.length === 0) return;
    for (const uuid of busy) {
      const [info = ""] = await session.virsh.ask([["domjobinfo", "--domain", uuid]], { ...reading(call), tolerate: NO_JOB });
      if (jobOf(info) !== null) await session.virsh.ask([["domjobabort", "--domain", uuid]], { ...changing(call), tolerate: new RegExp(`${NOT_RUNNING.source}|${NO_DOMAIN.source}`, "i") });
    }
    await lookAgain(call);
  }
}

/** Whether the error says that another job has the VM. */
export function isBusy(error: unknown): boolean {
  return says(error, /another job|job is (?:already )?active|backup job already|state change lock/i);
}
