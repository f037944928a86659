import type { Logger } from "#server/infra/logger.ts";
import type { Capability, Driver, DriverHost } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { restoreBackup } from "./backup-restore.ts";
import { deleteBackup, listBackups, takeBackup } from "./backups.ts";
import { readHost } from "./connection.ts";
import { openConsole } from "./console.ts";
import { type HostFacts, readFacts } from "./host-facts.ts";
import { inspect, list } from "./inspection.ts";
import type { LibvirtSettings } from "./libvirt-settings.ts";
import { migrate } from "./migration.ts";
import { setPassword } from "./passwords.ts";
import { cutPower, reset, resume, shutDown, start, suspend } from "./power.ts";
import { hostProbe } from "./probe.ts";
import { configure, create, destroy } from "./provisioning.ts";
import { resize } from "./resizing.ts";
import { readSerial } from "./serial.ts";
import { reading, type Session } from "./session.ts";
import { deleteSnapshot, listSnapshots, restoreSnapshot, takeSnapshot } from "./snapshots.ts";
import { usageMeter } from "./usage.ts";
import { createVirsh } from "./virsh.ts";

export interface LibvirtTools {
  log: Logger;
  /** instead of the virsh of the system */
  virsh?: string;
}

const EVERYTHING: readonly Capability[] = ["suspension", "resizing", "passwords", "snapshots", "migration", "console"];
/** What KVM and QEMU do and libvirt's other hypervisors do not. */
const OF_QEMU = new Set<string | null>(["kvm", "qemu", null]);
/** libvirt's other drivers lack more; what is named here is untested. */
const OF_OTHERS: Record<string, readonly Capability[]> = {
  xen: ["suspension", "resizing", "console"],
  bhyve: ["console"],
  ch: ["suspension"],
  test: ["suspension", "snapshots"],
};

/** A host of libvirt's, by virsh. @throws DriverError refused when its endpoint, credentials or settings make no sense */
export function createLibvirtDriver(driverHost: DriverHost, tools: LibvirtTools): Driver {
  const host = readHost(driverHost);
  const program = tools.virsh ?? "virsh";
  const virsh = createVirsh(host, program);
  let known: HostFacts | null = null;
  const session: Session = {
    host,
    virsh,
    program,
    log: tools.log,
    async facts(call) {
      known ??= await readFacts(virsh, host, reading(call));
      return known;
    },
  };
  const usage = usageMeter(session);
  const probe = hostProbe(session);
  const hypervisor = host.endpoint.split(/[+:]/)[0] ?? "qemu";
  return {
    supports: new Set(hypervisor === "qemu" ? [...EVERYTHING, ...ofQemu(host.settings)] : (OF_OTHERS[hypervisor] ?? [])),
    probe: (call) => probe(call),
    inspect: (ref, call) => inspect(session, ref, call),
    list: (call) => list(session, call),
    create: (ref, hardware, call) => create(session, ref, hardware, call),
    configure: (ref, guest, call) => configure(session, ref, guest, call),
    destroy: (ref, call) => destroy(session, ref, call),
    start: (ref, call) => start(session, ref, call),
    stop: (ref, how, call) => (how.mode === "forced" ? cutPower(session, ref, call) : shutDown(session, ref, how.timeoutMs, call)),
    reset: (ref, call) => reset(session, ref, call),
    suspend: (ref, call) => suspend(session, ref, call),
    resume: (ref, call) => resume(session, ref, call),
    usage,
    usageHistory: () => Promise.reject(new DriverError("refused", "libvirt records nothing of what VMs used")),
    resize: (ref, size, call) => resize(session, ref, size, call),
    setPassword: (ref, login, call) => setPassword(session, ref, login, call),
    takeSnapshot: (ref, name, call) => takeSnapshot(session, ref, name, call),
    listSnapshots: (ref, call) => listSnapshots(session, ref, call),
    restoreSnapshot: (ref, name, call) => restoreSnapshot(session, ref, name, call),
    deleteSnapshot: (ref, name, call) => deleteSnapshot(session, ref, name, call),
    takeBackup: (ref, name, call) => takeBackup(session, ref, name, call),
    listBackups: (call) => listBackups(session, call),
    restoreBackup: (ref, name, call) => restoreBackup(session, ref, name, call),
    deleteBackup: (name, call) => deleteBackup(session, name, call),
    migrate: (ref, target, how, call) => migrate(session, ref, target, how, call),
    openConsole: (ref, call) => openConsole(session, ref, call),
    readSerial: (ref, offset, limit, call) => readSerial(session, ref, offset, limit, call),
  };
}

function ofQemu({ domainType, backupPool }: LibvirtSettings): Capability[] {
  if (!OF_QEMU.has(domainType)) return [];
  return backupPool === null ? ["serial-log"] : ["serial-log", "backups"];
}
