import { vmIdOfRef, type CallOptions, type VmObservation } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { changing, reading, type Session } from "./session.ts";
import { NO_DOMAIN } from "./virsh-errors.ts";
import { bareNotes, NO_NOTES, NOTES_NAMESPACE, NOTES_PREFIX, readNotes, taskOf, type VmNotes, withNotes } from "./vm-notes.ts";
import { all, first, parseXml, textAt, type XmlElement, writeXml } from "./xml.ts";

/** A domain as it is now. */
export interface Machine {
  ref: string;
  /** what virsh takes for it, and cannot take for anything else */
  address: string;
  power: VmObservation["power"];
  busy: string | null;
  /** asleep by its own will (ACPI S3) */
  asleep: boolean;
  notes: VmNotes | null;
  /** what it will be at its next start, with its secrets */
  definition: XmlElement;
}

/**
 * What virsh takes for a domain. It reads names that look like numbers or UUIDs as such, and words that begin with a hyphen as options: names that
 * others gave are looked up. null: there is none
 */
export async function addressOf(session: Session, ref: string, call: CallOptions): Promise<string | null> {
  if (vmIdOfRef(ref) !== null && /^[A-Za-z0-9_-]+$/.test(ref)) return ref;
  const names = await session.virsh.run(["list", "--all", "--uuid", "--name"], reading(call));
  return domainNames(names).find((each) => each.name === ref)?.uuid ?? null;
}

export function domainNames(list: string): { uuid: string; name: string }[] {
  return [...list.matchAll(/^\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) +(.+?)\s*$/gm)].map((match) => ({ uuid: match[1] ?? "", name: match[2] ?? "" }));
}

/** null: there is no such domain */
export async function findMachine(session: Session, ref: string, call: CallOptions): Promise<Machine | null> {
  const address = await addressOf(session, ref, call);
  if (address === null) return null;
  const questions = [["domstate", "--domain", address, "--reason"], ["dumpxml", "--domain", address, "--inactive", "--security-info"], ["domjobinfo", "--domain", address]];
  const [state = "", definition = "", job = ""] = await session.virsh.ask(questions, { ...reading(call), tolerate: NO_DOMAIN_OR_JOB });
  const domain = readDomain(definition);
  if (!domain || state.trim() === "") return null;
  const notes = readNotes(domain);
  const status = statusOf(state);
  return { ref, address, ...status, busy: taskOf(notes) ?? status.busy ?? jobOf(job), notes, definition: domain };
}

const NO_DOMAIN_OR_JOB = new RegExp(`${NO_DOMAIN.source}|domain is not running|not supported by the connection|job stat`, "i");

/** From what domjobinfo prints. */
export function jobOf(text: string): string | null {
  if (!/^Job type:\s*(?:Bounded|Unbounded)/m.test(text)) return null;
  const operation = /^Operation:\s*(.+?)\s*$/m.exec(text)?.[1] ?? "";
  return /migration/i.test(operation) ? "migrate" : /snapshot/i.test(operation) ? "snapshot" : /backup/i.test(operation) ? "backup" : operation.toLowerCase() || "unknown";
}

/** @throws DriverError not_found */
export async function machine(session: Session, ref: string, call: CallOptions): Promise<Machine> {
  return (await findMachine(session, ref, call)) ?? notThere(session, ref);
}

export function notThere(session: Session, ref: string): never {
  throw new DriverError("not_found", `${session.host.name} has no ${ref}`);
}

/** @throws DriverError unavailable when the host says something that is no XML */
export function readDomain(text: string): XmlElement | null {
  if (text.trim() === "") return null;
  try {
    const domain = parseXml(text)[0];
    if (domain?.name === "domain") return domain;
  } catch {
    // The same as another document.
  }
  throw new DriverError("unavailable", "the host describes a VM in a way that libvirt does not");
}

/** From what domstate --reason prints: `running (booted)`. */
export function statusOf(text: string): Pick<Machine, "power" | "busy" | "asleep"> {
  const [, state = "", reason = ""] = /^\s*([a-z ]+?)(?: \((.*)\))?\s*$/.exec(text) ?? [];
  const power = state === "paused" || state === "pmsuspended" ? "suspended" : ["running", "idle", "in shutdown", "dying"].includes(state) ? "running" : "stopped";
  const tasks: [RegExp, string][] = [[/migrating|post-copy/, "migrate"], [/saving|snapshot|dump/, "snapshot"], [/starting up/, "start"]];
  const task = power === "stopped" ? undefined : tasks.find(([words]) => words.test(reason))?.[1];
  return { power, busy: state === "in shutdown" ? "stop" : (task ?? null), asleep: state === "pmsuspended" };
}

/** What a domain's description says, running or not. */
export function describe(domain: XmlElement): Pick<VmObservation, "name" | "mac" | "vcpu" | "memoryMb" | "storageGb"> {
  const vcpu = first(domain, "vcpu");
  const notes = readNotes(domain);
  return {
    name: textAt(domain, "title") || textAt(domain, "name") || "",
    mac: all(domain, "devices", "interface", "mac")[0]?.attributes["address"]?.toLowerCase() ?? null,
    vcpu: Number(vcpu?.attributes["current"] ?? (vcpu && textAt(domain, "vcpu")) ?? 1),
    memoryMb: memoryMb(domain),
    storageGb: notes?.storageGb || null,
  };
}

const KIB_OF_UNIT: Record<string, number> = { b: 1 / 1_024, bytes: 1 / 1_024, k: 1, KiB: 1, KB: 1_000 / 1_024, M: 1_024, MiB: 1_024, MB: 1_000_000 / 1_024, G: 1_048_576, GiB: 1_048_576, T: 1_073_741_824, TiB: 1_073_741_824 };

function memoryMb(domain: XmlElement): number {
  const memory = first(domain, "currentMemory") ?? first(domain, "memory");
  const value = Number(memory?.content.find((node) => typeof node === "string") ?? 0);
  return Math.round((value * (KIB_OF_UNIT[memory?.attributes["unit"] ?? "KiB"] ?? 1)) / 1_024);
}

/** Puts a domain's description down; of one that runs, for its next start. */
export async function define(session: Session, domain: XmlElement, call: CallOptions): Promise<void> {
  await session.virsh.run(["define", "--file", { file: writeXml(domain) }], changing(call));
}

/** Changes notes alone: at once, also of a VM that runs. */
export async function note(session: Session, vm: Machine, changes: Partial<VmNotes>, call: CallOptions): Promise<void> {
  const notes = { ...(vm.notes ?? NO_NOTES), ...changes };
  if (vm.power === "stopped") {
    await define(session, withNotes(vm.definition, notes), call);
    return;
  }
  await session.virsh.run(["metadata", "--domain", vm.address, "--uri", NOTES_NAMESPACE, "--key", NOTES_PREFIX, "--set", writeXml(bareNotes(notes)), "--live", "--config"], changing(call));
}
