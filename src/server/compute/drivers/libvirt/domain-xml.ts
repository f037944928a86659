import { createHash } from "node:crypto";
import type { VmHardware } from "../driver.ts";
import type { HostFacts } from "./host-facts.ts";
import type { LibvirtSettings } from "./libvirt-settings.ts";
import { notesElement, type VmNotes } from "./vm-notes.ts";
import { all, first, type XmlElement, xml } from "./xml.ts";

/** What follows from the name alone: whoever makes the same VM makes the same domain. */
export function uuidOf(ref: string): string {
  const hash = createHash("sha256").update(`switchyard:${ref}`).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** QEMU's prefix with four bytes of ours instead of three: two VMs of one network are less likely to meet. */
export function macOf(ref: string): string {
  const hash = createHash("sha256").update(`switchyard:mac:${ref}`).digest("hex");
  return ["52", "54", ...[0, 2, 4, 6].map((at) => hash.slice(at, at + 2))].join(":");
}

/** The domain of a new VM. Its screen is asked for by a password of its own each time (console.ts); this one nobody knows. */
export function domainXml(ref: string, hardware: VmHardware, notes: VmNotes, format: string, settings: LibvirtSettings, facts: HostFacts, screenPassword: string, serialLog: string | null): XmlElement {
  return xml(
    "domain",
    { type: facts.domainType },
    xml("name", {}, ref),
    xml("uuid", {}, uuidOf(ref)),
    xml("metadata", {}, notesElement(notes)),
    xml("memory", { unit: "MiB" }, String(hardware.memoryMb)),
    xml("vcpu", {}, String(hardware.vcpu)),
    xml("os", {}, xml("type", { arch: facts.arch, machine: facts.machine }, "hvm"), xml("boot", { dev: "hd" })),
    xml("features", {}, xml("acpi"), xml("apic")),
    cpuElement(settings, facts),
    xml("clock", { offset: "utc" }),
    xml("on_poweroff", {}, "destroy"),
    xml("on_reboot", {}, "restart"),
    xml("on_crash", {}, "destroy"),
    xml(
      "devices",
      {},
      xml("disk", { type: "volume", device: "disk" }, xml("driver", { name: "qemu", type: format, discard: "unmap" }), xml("source", { pool: notes.pool, volume: notes.volume }), xml("target", { dev: "vda", bus: "virtio" })),
      // Debian's cloud kernel knows discs on this bus alone.
      xml("disk", { type: "file", device: "cdrom" }, xml("driver", { name: "qemu", type: "raw" }), xml("target", { dev: "sda", bus: "scsi" }), xml("readonly")),
      xml("controller", { type: "scsi", model: "virtio-scsi" }),
      interfaceElement(ref, hardware, settings),
      xml("channel", { type: "unix" }, xml("target", { type: "virtio", name: "org.qemu.guest_agent.0" })),
      xml("serial", { type: "pty" }, serialLog === null ? null : xml("log", { file: serialLog, append: "on" })),
      xml("input", { type: "tablet", bus: "usb" }),
      xml("graphics", { type: "vnc", port: "-1", autoport: "yes", listen: "127.0.0.1", passwd: screenPassword }),
      xml("video", {}, xml("model", { type: "vga" })),
      xml("memballoon", { model: "virtio" }, xml("stats", { period: "10" })),
      xml("rng", { model: "virtio" }, xml("backend", { model: "random" }, "/dev/urandom")),
    ),
  );
}

function cpuElement(settings: LibvirtSettings, facts: HostFacts): XmlElement | null {
  if (settings.cpuModel !== null) return settings.cpuModel.startsWith("host-") ? xml("cpu", { mode: settings.cpuModel }) : xml("cpu", { mode: "custom", match: "exact" }, xml("model", { fallback: "allow" }, settings.cpuModel));
  if (facts.domainType !== "kvm") return null;
  // A register of Intel's that KVM imitates on others, and that nested hosts do not let anybody set.
  return xml("cpu", { mode: "host-model" }, facts.cpuVendor === "Intel" ? null : xml("feature", { policy: "disable", name: "arch-capabilities" }));
}

function interfaceElement(ref: string, hardware: VmHardware, settings: LibvirtSettings): XmlElement {
  const { bridge, vlan } = hardware.network;
  return xml(
    "interface",
    { type: bridge === null ? "network" : "bridge" },
    xml("mac", { address: macOf(ref) }),
    bridge === null ? xml("source", { network: settings.network }) : xml("source", { bridge }),
    bridge !== null && settings.openvswitch ? xml("virtualport", { type: "openvswitch" }) : null,
    vlan === null ? null : xml("vlan", {}, xml("tag", { id: vlan })),
    xml("model", { type: "virtio" }),
    // It boots from its disk: nobody waits for a network to boot from.
    xml("rom", { enabled: "no" }),
  );
}

/** The domain with another disc in its drive. */
export function withDisc(domain: XmlElement, disc: { pool: string; volume: string }): XmlElement {
  const change = (disk: XmlElement): XmlElement => ({
    ...disk,
    attributes: { ...disk.attributes, type: "volume" },
    content: [...disk.content.filter((node) => typeof node === "string" || node.name !== "source"), xml("source", disc)],
  });
  return mapDevices(domain, (device) => (device.name === "disk" && device.attributes["device"] === "cdrom" ? change(device) : device));
}

/** The domain with another source of the disk at `target`. */
export function withDisk(domain: XmlElement, target: string, source: { pool: string; volume: string }, format: string): XmlElement {
  const change = (disk: XmlElement): XmlElement => {
    const others = disk.content.filter((node) => typeof node === "string" || !["source", "driver", "backingStore"].includes(node.name));
    const driver = first(disk, "driver") ?? xml("driver", { name: "qemu" });
    return { ...disk, attributes: { ...disk.attributes, type: "volume" }, content: [{ ...driver, attributes: { ...driver.attributes, type: format } }, xml("source", source), ...others] };
  };
  return mapDevices(domain, (device) => (device.name === "disk" && first(device, "target")?.attributes["dev"] === target ? change(device) : device));
}

export function mapDevices(domain: XmlElement, change: (device: XmlElement) => XmlElement): XmlElement {
  const devices = first(domain, "devices") ?? xml("devices");
  const changed = { ...devices, content: devices.content.map((node) => (typeof node === "string" ? node : change(node))) };
  return { ...domain, content: domain.content.map((node) => (node === devices ? changed : node)) };
}

export type DiskPlace = { pool: string; volume: string } | { path: string };

/** The disk that counts: the first that is no disc drive. */
export function mainDisk(domain: XmlElement): DiskPlace | null {
  const disk = all(domain, "devices", "disk").find((each) => (each.attributes["device"] ?? "disk") === "disk");
  return disk ? placeOf(disk) : null;
}

/** Disks that are the VM's alone: no discs, nothing that it may only read or share. */
export function ownDisks(domain: XmlElement): { target: string; place: DiskPlace }[] {
  return all(domain, "devices", "disk").flatMap((disk) => {
    if ((disk.attributes["device"] ?? "disk") !== "disk" || first(disk, "readonly") || first(disk, "shareable")) return [];
    const place = placeOf(disk);
    return place ? [{ target: first(disk, "target")?.attributes["dev"] ?? "", place }] : [];
  });
}

function placeOf(disk: XmlElement): DiskPlace | null {
  const source = first(disk, "source")?.attributes;
  if (source?.["pool"] && source["volume"]) return { pool: source["pool"], volume: source["volume"] };
  const path = source?.["file"] ?? source?.["dev"];
  return path ? { path } : null;
}
