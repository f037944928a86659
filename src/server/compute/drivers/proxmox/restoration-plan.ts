import { createHash } from "node:crypto";
import { z } from "zod";
import type { CallOptions } from "../driver.ts";
import type { BackupRow, VmConfig } from "./answers.ts";
import { backupVolumes, changeVolume, fullNotes, notesOf } from "./backup-volumes.ts";
import { bootDisk, cdroms, diskGb } from "./disks.ts";
import type { Params } from "./form.ts";
import { descriptionOf, firstName, foreignVmid, tagOf } from "./identity.ts";
import type { Place } from "./look.ts";
import { noteOf, withNote } from "./notes.ts";
import type { Session } from "./session.ts";

/**
 * What of a VM's configuration is its own, and not its system's: identity, size, network, cloud-init. The rest (firmware, machine, disk controller, boot order)
 * is what the system on the disk was installed on, and comes back with it.
 */
const OWN = /^(name|tags|cores|sockets|vcpus|cpulimit|cpuunits|memory|balloon|shares|agent|onboot|protection|smbios1|net\d+|ipconfig\d+|ciuser|sshkeys|nameserver|searchdomain|ciupgrade|citype)$/;
/** Proxmox shows only that there is one. */
const PASSWORD = "cipassword";

/** Lines in the VM's notes: the restored disk is there, but not all of the rest · it is complete · it failed, and there may be no disk. Each with the plan's id. */
export const RESTORED = "restore";
export const COMPLETE = "restored";
export const BROKEN = "broken";

/** What a VM is to be after a restore. Proxmox empties its configuration first, so this is kept in the notes of the backup until all is done. */
const planShape = z.object({
  /** of the call that restores */
  id: z.string(),
  ref: z.string(),
  vmid: z.number(),
  own: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  description: z.string(),
  /** whether the guest is told a password */
  password: z.boolean(),
  /** 0: unknown */
  storageGb: z.number(),
  /** of the disk; null: the one it was on when the backup was taken */
  storage: z.string().nullable(),
  /** volume that the restored disk replaces */
  disk: z.string().nullable(),
  /** key → volume */
  drives: z.record(z.string(), z.string()),
});
export type RestorationPlan = z.infer<typeof planShape>;

/** A plan is known by the call that made it. */
export function planId(call: CallOptions): string {
  return createHash("sha256").update(call.key).digest("hex").slice(0, 16);
}

export function planOf(ref: string, vmid: number, config: VmConfig, id: string): RestorationPlan {
  const disk = bootDisk(config);
  return {
    id,
    ref,
    vmid,
    own: { ...Object.fromEntries(Object.entries(config).filter(([key]) => OWN.test(key))), ...marksOf(ref, vmid, config) },
    description: withoutNotes(ref, vmid, String(config.description ?? "")),
    password: config[PASSWORD] !== undefined,
    storageGb: diskGb(disk) ?? 0,
    storage: disk?.storage ?? null,
    disk: disk?.volume ?? null,
    drives: Object.fromEntries(cdroms(config)),
  };
}

/** Where they were taken off by hand, they are put back: without them the VM is nobody's, once its configuration is another. */
function marksOf(ref: string, vmid: number, config: VmConfig): Record<string, string> {
  if (foreignVmid(ref) !== null) return {};
  return { name: String(config.name ?? firstName(ref)), tags: String(config.tags ?? tagOf(ref, vmid)) };
}

function withoutNotes(ref: string, vmid: number, notes: string): string {
  const left = [RESTORED, COMPLETE, BROKEN].reduce((text, kind) => withNote(text, kind, null), notes);
  const mark = descriptionOf(ref, vmid);
  return foreignVmid(ref) !== null || left.includes(mark) ? left : `${mark}\n${left}`.trimEnd();
}

/** The configuration to restore with: values of the backup are overruled by these. */
export function ownParams(plan: RestorationPlan, note: string): Params {
  return { ...plan.own, description: withNote(plan.description, note, plan.id) };
}

/** Of a configuration that came out of a backup: what the VM itself does not have. */
export function strangeKeys(plan: RestorationPlan, config: VmConfig): string[] {
  const leftOver = (key: string): boolean => /^unused\d+$/.test(key) && config[key] === plan.disk;
  return Object.keys(config).filter((key) => (OWN.test(key) && plan.own[key] === undefined) || (key === PASSWORD && !plan.password) || leftOver(key));
}

export async function keepPlan(session: Session, name: string, row: BackupRow, plan: RestorationPlan, call: CallOptions): Promise<void> {
  await changeVolume(session, row.volid, { notes: `${notesOf(name)}\n${JSON.stringify(plan)}` }, call);
}

export async function dropPlan(session: Session, name: string, row: BackupRow, call: CallOptions): Promise<void> {
  await changeVolume(session, row.volid, { notes: notesOf(name) }, call);
}

/**
 * The plan of a restore that was begun and not finished: by the VM's notes, or, where Proxmox has emptied those, by its number.
 * @returns null: the VM is whole, or the backup that kept the plan is gone
 */
export async function unfinishedPlan(session: Session, ref: string, vm: Place & { wreck: boolean }, config: VmConfig, backup: { name: string; row: BackupRow }, call: CallOptions): Promise<RestorationPlan | null> {
  const notes = String(config.description ?? "");
  const id = noteOf(notes, RESTORED) ?? noteOf(notes, BROKEN);
  if (id === null && !vm.wreck) return null;
  const others = (await backupVolumes(session, call)).filter((each) => each.name !== backup.name);
  for (const { row } of [backup, ...others]) {
    const [, text = ""] = (await fullNotes(session, row.volid, call)).split("\n");
    const plan = text.startsWith("{") ? planShape.safeParse(parsed(text)).data : undefined;
    if (plan?.ref === ref && plan.vmid === vm.vmid && (id === null || plan.id === id)) return plan;
  }
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
