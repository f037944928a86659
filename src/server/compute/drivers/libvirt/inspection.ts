import { type CallOptions, type VmObservation, vmIdOfRef } from "../driver.ts";
import { describe, domainNames, findMachine, type Machine, readDomain, statusOf } from "./machine.ts";
import { reading, type Session } from "./session.ts";
import { readNotes, taskOf } from "./vm-notes.ts";
import { NO_DOMAIN } from "./virsh-errors.ts";
import { findVolume, GIB, isSerialLog, linesOf, NO_POOL, type OurVolume, ourVolumes, OWN_POOLS, volumesIn } from "./volumes.ts";
import { all } from "./xml.ts";
import { mainDisk } from "./domain-xml.ts";

/** Where an address is not known, whatever the reason, it is not known. */
const ANYTHING = /^/;

export async function inspect(session: Session, ref: string, call: CallOptions): Promise<VmObservation | null> {
  const vm = await findMachine(session, ref, call);
  if (!vm) return vmIdOfRef(ref) === null ? null : (leftOvers(await ourVolumes(session, ref, call))[0] ?? null);
  const seen = describe(vm.definition);
  const size = seen.storageGb ?? (await diskGb(session, vm, call));
  return { ref, power: vm.power, busy: vm.busy, privateIp: vm.power === "stopped" ? null : await address(session, vm, seen.mac, call), ...seen, storageGb: size };
}

async function diskGb(session: Session, vm: Machine, call: CallOptions): Promise<number | null> {
  const disk = mainDisk(vm.definition);
  const volume = disk && (await findVolume(session, disk, call));
  return volume ? Math.floor(volume.capacityBytes / GIB) : null;
}

/** Three processes, however many VMs there are: what is there, what it is, and the addresses that DHCP does not know. */
export async function list(session: Session, call: CallOptions): Promise<VmObservation[]> {
  const [named = "", ownPools = "", leases = ""] = await session.virsh.ask([["list", "--all", "--uuid", "--name"], OWN_POOLS, leasesOf(session)], { ...reading(call), tolerate: /pool|network|lease|dhcp/i });
  const names = domainNames(named);
  const pools = session.host.settings.sharedStorage ? [] : linesOf(ownPools);
  const questions = names.flatMap(({ uuid }) => [["dumpxml", "--domain", uuid, "--inactive"], ["domstate", "--domain", uuid, "--reason"]]);
  const told = await session.virsh.ask([...questions, ...pools.map((pool) => ["vol-list", "--pool", pool])], { ...reading(call), tolerate: new RegExp(`${NO_DOMAIN.source}|${NO_POOL.source}`, "i") });
  const seen = names.flatMap(({ uuid, name }, index): { uuid: string; vm: VmObservation }[] => {
    const domain = readDomain(told[index * 2] ?? "");
    const state = told[index * 2 + 1] ?? "";
    // It went away in between.
    if (!domain || state.trim() === "") return [];
    const { power, busy } = statusOf(state);
    const what = describe(domain);
    return [{ uuid, vm: { ref: name, power, busy: taskOf(readNotes(domain)) ?? busy, privateIp: power === "stopped" ? null : addressIn(leases, what.mac), ...what } }];
  });
  const silent = seen.filter(({ vm }) => vm.power !== "stopped" && vm.privateIp === null);
  const heard = await session.virsh.ask(silent.map(({ uuid }) => ["domifaddr", "--domain", uuid, "--source", "arp"]), { ...reading(call), tolerate: ANYTHING });
  const addresses = new Map(silent.map(({ uuid, vm }, index) => [uuid, addressIn(heard[index] ?? "", vm.mac)]));
  const known = new Set(names.map(({ name }) => name));
  const volumes = pools.flatMap((pool, index) => volumesIn(told[questions.length + index] ?? "", pool));
  return [...seen.map(({ uuid, vm }) => ({ ...vm, privateIp: vm.privateIp ?? addresses.get(uuid) ?? null })), ...leftOvers(volumes).filter((left) => !known.has(left.ref))];
}

/** Disks of ours without their domain: what is left of a VM. A log alone is none. */
function leftOvers(volumes: readonly OurVolume[]): VmObservation[] {
  const refs = new Set(volumes.filter(({ volume }) => !isSerialLog(volume)).map(({ ref }) => ref));
  return [...refs].map((ref) => ({ ref, name: ref, power: "stopped", busy: "destroy", privateIp: null, mac: null, vcpu: 0, memoryMb: 0, storageGb: null }));
}

function leasesOf(session: Session): string[] {
  return ["net-dhcp-leases", "--network", session.host.settings.network];
}

/** From DHCP, from the guest itself where its agent answers, from what the host has heard. */
async function address(session: Session, vm: Machine, mac: string | null, call: CallOptions): Promise<string | null> {
  const lease = ["domifaddr", "--domain", vm.address, "--source", "lease"];
  const heard = ["domifaddr", "--domain", vm.address, "--source", "arp"];
  const [leases = "", own = "", arp = "", live = ""] = await session.virsh.ask([leasesOf(session), lease, heard, ["dumpxml", "--domain", vm.address]], { ...reading(call), tolerate: ANYTHING });
  const known = addressIn(leases, mac) ?? addressIn(own, mac);
  if (known !== null || !hasAgent(live)) return known ?? addressIn(arp, mac);
  const [told = ""] = await session.virsh.ask([["domifaddr", "--domain", vm.address, "--source", "agent"]], { ...reading(call), tolerate: ANYTHING });
  return addressIn(told, mac) ?? addressIn(arp, mac);
}

export function hasAgent(live: string): boolean {
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

