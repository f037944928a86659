import { first, type XmlElement, xml } from "./xml.ts";

/** Our own part of a domain's metadata, by which every process finds out what others have done. */
export const NOTES_NAMESPACE = "urn:switchyard:libvirt:1";
export const NOTES_PREFIX = "switchyard";

const STATES = ["creating", "ready", "moving"] as const;

export interface VmNotes {
  /** creating: the disk may be missing, half-copied or not grown yet · moving: it is being copied to another host */
  state: (typeof STATES)[number];
  image: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  /** pool and name of the disk's volume */
  pool: string;
  volume: string;
  /** SHA-256 of the disc with cloud-init's data; empty: none yet */
  seed: string;
  /** the last key of a reset */
  resetKey: string;
}

/** The task that the notes tell of. */
export function taskOf(notes: VmNotes | null): string | null {
  return notes?.state === "creating" ? "create" : notes?.state === "moving" ? "migrate" : null;
}

/** Of a VM that others made. */
export const NO_NOTES: VmNotes = { state: "ready", image: "", vcpu: 0, memoryMb: 0, storageGb: 0, pool: "", volume: "", seed: "", resetKey: "" };

/** The notes of a domain; null: it is not one that we made. */
export function readNotes(domain: XmlElement): VmNotes | null {
  const metadata = first(domain, "metadata");
  const note = metadata?.content.find((node): node is XmlElement => typeof node !== "string" && isNotes(node));
  if (!note) return null;
  const text = (name: string): string => note.attributes[name] ?? "";
  const number = (name: string): number => Number.parseInt(text(name), 10) || 0;
  return {
    state: STATES.find((state) => state === text("state")) ?? "ready",
    image: text("image"),
    vcpu: number("vcpu"),
    memoryMb: number("memoryMb"),
    storageGb: number("storageGb"),
    pool: text("pool"),
    volume: text("volume"),
    seed: text("seed"),
    resetKey: text("resetKey"),
  };
}

export function notesElement(notes: VmNotes): XmlElement {
  return xml(`${NOTES_PREFIX}:vm`, { [`xmlns:${NOTES_PREFIX}`]: NOTES_NAMESPACE, ...notes });
}

/** What `virsh metadata --set` takes: it puts the namespace in itself. */
export function bareNotes(notes: VmNotes): XmlElement {
  return xml("vm", { ...notes });
}

/** The domain with other notes. */
export function withNotes(domain: XmlElement, notes: VmNotes): XmlElement {
  const metadata = first(domain, "metadata") ?? xml("metadata");
  const others = metadata.content.filter((node) => typeof node === "string" || !isNotes(node));
  const changed = { ...metadata, content: [...others, notesElement(notes)] };
  return { ...domain, content: [...domain.content.filter((node) => typeof node === "string" || node.name !== "metadata"), changed] };
}

function isNotes(node: XmlElement): boolean {
  const [prefix = "", name] = node.name.split(":");
  return name === "vm" && node.attributes[`xmlns:${prefix}`] === NOTES_NAMESPACE;
}
