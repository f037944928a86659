import { vmIdOfRef } from "../driver.ts";

/**
 * How a VM of Proxmox bears our name. Its number is kept in VmidStore; the marks on the VM itself prove that the number is still ours:
 * - the description says `switchyard sy-vm_….<number>` from the clone on,
 * - the tag `sy-vm_….<number>` is set when the VM is complete,
 * - the name is `sy-vm-…` (names are DNS names) until the guest's host name replaces it.
 * The number in the marks unmasks copies and restored backups, which bear the marks of their original. A VM that we make from a backup has the tag of its
 * original too, until it is complete: then its own description counts.
 * VMs of others are called `pve:<number>`.
 */
const FOREIGN = /^pve:([1-9]\d{2,8})$/;
const TAG = /^(sy-vm_[0-9a-z]+)\.(\d+)$/;
const NAME = /^sy-vm-([0-9a-z]{10,})$/;
const DESCRIPTION = /^\s*switchyard (sy-vm_[0-9a-z]+\.\d+)\s*$/m;

/** What is written on a VM. */
export interface Marks {
  name?: string | undefined;
  tags?: string | undefined;
  description?: string | undefined;
}

/** The number in the ref of a VM that was adopted; null: the ref is one that we gave. */
export function foreignVmid(ref: string): number | null {
  const match = FOREIGN.exec(ref);
  return match ? Number(match[1]) : null;
}

/** Before the guest has a host name. */
export function firstName(ref: string): string {
  return ref.replaceAll("_", "-").toLowerCase();
}

export function tagOf(ref: string, vmid: number): string {
  return `${ref}.${vmid}`.toLowerCase();
}

export function descriptionOf(ref: string, vmid: number): string {
  return `switchyard ${tagOf(ref, vmid)}`;
}

export function tagsOf(tags: string | undefined): string[] {
  return (tags ?? "").split(/[;, ]+/).filter(Boolean);
}

export function isOurTag(tag: string): boolean {
  return TAG.test(tag);
}

/** The ref of which a VM bears the marks; `pve:<number>` without any that hold. */
export function refOfMarks(vmid: number, marks: Marks): string {
  const foreign = `pve:${vmid}`;
  const description = DESCRIPTION.exec(marks.description ?? "")?.[1];
  const ours = [...tagsOf(marks.tags).filter(isOurTag), ...(description === undefined ? [] : [description])];
  if (ours.length > 0) return ours.flatMap((tag) => refOfTag(tag, vmid) ?? [])[0] ?? foreign;
  const name = NAME.exec(marks.name ?? "");
  return name ? `sy-vm_${name[1]}` : foreign;
}

function refOfTag(tag: string, vmid: number): string | null {
  const match = TAG.exec(tag);
  return match && Number(match[2]) === vmid ? (match[1] ?? null) : null;
}

/** Whether a ref can be one of this driver's: ours, or that of a VM which was adopted. */
export function isRef(ref: string): boolean {
  return foreignVmid(ref) !== null || (vmIdOfRef(ref) !== null && /^sy-vm_[0-9a-z]+$/.test(ref));
}
