import { type CallOptions, type VmObservation, vmIdOfRef } from "../driver.ts";
import { describe, domainNames, findMachine, type Machine, readDomain, statusOf } from "./machine.ts";
import { reading, type Session } from "./session.ts";
import { readNotes, taskOf } from "./vm-notes.ts";
import { findVolume, GIB, ourVolumes } from "./volumes.ts";
import { all } from "./xml.ts";
import { mainDisk } from "./domain-xml.ts";

/** Questions whose failure says only that there is no answer. */
const NO_ADDRESS = /network|dhcp|lease|interfaces addresses|guest agent|agent|not running|not supported|no domain|domain not found|failed to get domain/i;

export async function inspect(session: Session, ref: string, call: CallOptions): Promise<VmObservation | null> {
  const vm = await findMachine(session, ref, call);
  if (!vm) return (await leftBehind(session, ref, call)).find((left) => left.ref === ref) ?? null;
  const seen = describe(vm.definition);
  const size = seen.storageGb ?? (await diskGb(session, vm, call));
  return { ref, power: vm.power, busy: vm.busy, privateIp: vm.power === "stopped" ? null : await address(session, vm, seen.mac, call), ...seen, storageGb: size };
}

async function diskGb(session: Session, vm: Machine, call: CallOptions): Promise<number | null> {
  const disk = mainDisk(vm.definition);
  const volume = disk && (await findVolume(session, disk, call));
  return volume ? Math.floor(volume.capacityBytes / GIB) : null;
}

/** Two processes, however many VMs there are: one names them, the other asks for all. */
export async function list(session: Session, call: CallOptions): Promise<VmObservation[]> {
  const names = domainNames(await session.virsh.run(["list", "--all", "--uuid", "--name"], reading(call)));
  const questions = names.flatMap(({ uuid }) => [["dumpxml", "--domain", uuid, "--inactive"], ["domstate", "--domain", uuid, "--reason"], ["domifaddr", "--domain", uuid, "--source", "arp"]]);
  // The same mistakes that a single VM may cause, and those of the network, spoil the answer for one VM alone.
  const answers = await session.virsh.ask([leasesOf(session), ...questions], { ...reading(call), tolerate: NO_ADDRESS });
  const leases = answers[0] ?? "";
  const seen = names.flatMap(({ name }, index): VmObservation[] => {
    const [definition = "", state = "", arp = ""] = answers.slice(1 + index * 3, 4 + index * 3);
    const domain = readDomain(definition);
    // It went away in between.
    if (!domain || state.trim() === "") return [];
    const { power, busy } = statusOf(state);
    const what = describe(domain);
    return [{ ref: name, power, busy: taskOf(readNotes(domain)) ?? busy, privateIp: power === "stopped" ? null : (addressIn(leases, what.mac) ?? addressIn(arp, what.mac)), ...what }];
  });
  const known = new Set(names.map(({ name }) => name));
  return [...seen, ...(await leftBehind(session, null, call)).filter((left) => !known.has(left.ref))];
}

/** Disks of ours without their domain: what is left of a VM. */
async function leftBehind(session: Session, ref: string | null, call: CallOptions): Promise<VmObservation[]> {
  if (ref !== null && vmIdOfRef(ref) === null) return [];
  const refs = new Set((await ourVolumes(session, ref, call)).map((volume) => volume.ref));
  return [...refs].map((each) => ({ ref: each, name: each, power: "stopped", busy: "destroy", privateIp: null, mac: null, vcpu: 0, memoryMb: 0, storageGb: null }));
}

function leasesOf(session: Session): string[] {
  return ["net-dhcp-leases", "--network", session.host.settings.network];
}

/** From DHCP, from the guest itself where its agent answers, from what the host has heard. */
async function address(session: Session, vm: Machine, mac: string | null, call: CallOptions): Promise<string | null> {
  const lease = ["domifaddr", "--domain", vm.address, "--source", "lease"];
  const heard = ["domifaddr", "--domain", vm.address, "--source", "arp"];
  const [leases = "", own = "", arp = "", live = ""] = await session.virsh.ask([leasesOf(session), lease, heard, ["dumpxml", "--domain", vm.address]], { ...reading(call), tolerate: NO_ADDRESS });
  const known = addressIn(leases, mac) ?? addressIn(own, mac);
  if (known !== null || !hasAgent(live)) return known ?? addressIn(arp, mac);
  const [told = ""] = await session.virsh.ask([["domifaddr", "--domain", vm.address, "--source", "agent"]], { ...reading(call), tolerate: NO_ADDRESS });
  return addressIn(told, mac) ?? addressIn(arp, mac);
}

function hasAgent(live: string): boolean {
  const domain = readDomain(live);
  return domain !== null && all(domain, "devices", "channel", "target").some((target) => target.attributes["name"] === "org.qemu.guest_agent.0" && target.attributes["state"] === "connected");
}

/** The last IPv4 address of a MAC address in libvirt's tables: those of leases are sorted by the time when they end. */
export function addressIn(table: string, mac: string | null): string | null {
  if (mac === null) return null;
  const found = table.split("\n").flatMap((line) => {
    const match = /([0-9a-f]{2}(?::[0-9a-f]{2}){5})\s+ipv4\s+(\d{1,3}(?:\.\d{1,3}){3})/i.exec(line);
    return match?.[1]?.toLowerCase() === mac && match[2] && !match[2].startsWith("169.254.") ? [match[2]] : [];
  });
  return found.at(-1) ?? null;
}

