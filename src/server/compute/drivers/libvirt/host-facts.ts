import { DriverError } from "../errors.ts";
import type { LibvirtHost } from "./connection.ts";
import type { Virsh, VirshOptions } from "./virsh.ts";
import { all, first, parseXml, textAt, type XmlElement } from "./xml.ts";

/** What a host can do, as its libvirt says. */
export interface HostFacts {
  domainType: string;
  arch: string;
  machine: string | null;
  /** as libvirt names it: Intel, AMD, … */
  cpuVendor: string | null;
  /** why it is not as fast as it could be; null: it is */
  slow: string | null;
}

/** CPU models of libvirt that have virtualization in them; others name it as a feature of its own. */
const VIRTUALIZING_MODEL = /^(?:EPYC|Opteron_G[2-5])/;

export async function readFacts(virsh: Virsh, host: LibvirtHost, options: VirshOptions): Promise<HostFacts> {
  const capabilities = parseXml(await virsh.run(["capabilities"], options))[0];
  if (!capabilities) throw new DriverError("refused", `${host.name} does not say what it can do`);
  return factsFrom(capabilities, host);
}

export function factsFrom(capabilities: XmlElement, host: Pick<LibvirtHost, "name" | "settings">): HostFacts {
  const cpu = first(capabilities, "host", "cpu");
  const hostArch = (cpu && textAt(cpu, "arch")) ?? "x86_64";
  const guest = all(capabilities, "guest").find((each) => textAt(each, "os_type") === "hvm" && first(each, "arch")?.attributes["name"] === hostArch);
  const arch = guest && first(guest, "arch");
  if (!arch) throw new DriverError("refused", `${host.name} has no hypervisor for whole machines (hvm) of ${hostArch}`);
  const types = all(arch, "domain").flatMap((domain) => domain.attributes["type"] ?? []);
  const hardware = virtualizes(cpu, hostArch);
  const best = ["kvm", "xen", "vmware", "hyperv", "qemu"].find((type) => types.includes(type) && (type !== "kvm" || hardware)) ?? types[0];
  const domainType = host.settings.domainType ?? best;
  if (!domainType || !types.includes(domainType)) throw new DriverError("refused", `${host.name} has no ${domainType ?? "hypervisor"}, it has ${types.join(", ") || "none"}`);
  const slow = domainType !== "qemu" ? null : types.includes("kvm") ? "KVM is there, but the processor does not virtualize (a VM without nested virtualization): VMs are emulated and slow." : "There is no KVM: VMs are emulated and slow. Switch virtualization on in the firmware, or nested virtualization where this host is itself a VM.";
  return { domainType, arch: hostArch, machine: machineOf(arch, domainType), cpuVendor: (cpu && textAt(cpu, "vendor")) ?? null, slow };
}

/** KVM of an x86 processor that virtualizes nothing imitates it, more slowly than QEMU does. */
function virtualizes(cpu: XmlElement | undefined, arch: string): boolean {
  if (!cpu || arch !== "x86_64") return true;
  const features = all(cpu, "feature").map((feature) => feature.attributes["name"]);
  return features.includes("vmx") || features.includes("svm") || VIRTUALIZING_MODEL.test(textAt(cpu, "model") ?? "");
}

/** q35 where there is one (QEMU on x86), else what the hypervisor takes by itself. */
function machineOf(arch: XmlElement, domainType: string): string | null {
  if (domainType !== "kvm" && domainType !== "qemu") return null;
  const names = all(arch, "machine").flatMap((machine) => machine.content.filter((node) => typeof node === "string"));
  return ["q35", "virt"].find((name) => names.includes(name)) ?? null;
}
