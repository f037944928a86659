import type { CallOptions, HostProbe, StorageProbe } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { reading, type Session } from "./session.ts";
import { GIB, NO_POOL, poolFactsFrom } from "./volumes.ts";

const NEARLY_FULL = 0.1;
const KINDS: Record<string, HostProbe["hypervisor"]> = { kvm: "kvm", qemu: "kvm", xen: "xen", vmware: "vmware", hyperv: "hyperv" };

/** What the host says of itself. Its use of the processor is that since the last probe. */
export function hostProbe(session: Session): (call: CallOptions) => Promise<HostProbe> {
  let before: { busy: number; total: number } | null = null;
  return async (call) => {
    const { pool, network, backupPool } = session.host.settings;
    const facts = await session.facts(call);
    const tolerate = /storage pool|failed to get pool|network|not supported/i;
    const [version = "", node = "", memory = "", stats = "", poolInfo = "", networkInfo = ""] = await session.virsh.ask(
      [["version", "--daemon"], ["nodeinfo"], ["nodememstats"], ["nodecpustats"], ["pool-info", "--pool", pool, "--bytes"], ["net-info", "--network", network]],
      { ...reading(call), tolerate },
    );
    const warnings: string[] = facts.slow === null ? [] : [facts.slow];
    if (poolInfo === "") throw new DriverError("refused", `${session.host.name} has no storage pool named ${pool}`);
    if (field(poolInfo, "State") !== "running") warnings.push(`The storage pool ${pool} is not active: virsh pool-start ${pool}, and pool-autostart for later.`);
    if (networkInfo === "") warnings.push(`There is no virtual network named ${network}: VMs without a bridge of their own cannot start.`);
    else if (field(networkInfo, "Active") !== "yes") warnings.push(`The virtual network ${network} is not active: virsh net-start ${network}, and net-autostart for later.`);
    const [capacity, available] = [Number(field(poolInfo, "Capacity")) || 0, Number(field(poolInfo, "Available")) || 0];
    if (capacity > 0 && available < capacity * NEARLY_FULL) warnings.push(nearlyFull(pool, capacity, available));
    if (backupPool !== null) warnings.push(...(await backupWarnings(session, backupPool, call)));
    const cpu = cpuTimes(stats);
    const cpuPercent = cpu && before && cpu.total > before.total && cpu.busy >= before.busy ? Math.round(((cpu.busy - before.busy) / (cpu.total - before.total)) * 1_000) / 10 : null;
    before = cpu;
    return {
      version: versionIn(version),
      hypervisor: KINDS[facts.domainType] ?? "kvm",
      vcpu: Number(field(node, "CPU\\(s\\)")) || 0,
      memoryMb: Math.floor((Number.parseInt(field(memory, "total"), 10) || Number.parseInt(field(node, "Memory size"), 10) || 0) / 1_024),
      memoryFreeMb: Math.floor(memoryFreeKib(memory) / 1_024),
      storageGb: Math.floor(capacity / GIB),
      storageFreeGb: Math.floor(available / GIB),
      storages: await poolsOf(session, call),
      cpuPercent,
      tlsFingerprint: null,
      warnings,
    };
  };
}

/** The pools that can hold disks: those that are active, but not the one that is for backups alone. */
async function poolsOf({ virsh, host }: Session, call: CallOptions): Promise<StorageProbe[]> {
  const { pool, backupPool } = host.settings;
  const [list = ""] = await virsh.ask([["pool-list", "--name"]], reading(call));
  const names = list.split("\n").map((line) => line.trim()).filter((name) => name !== "" && (name === pool || name !== backupPool));
  if (names.length === 0) return [];
  const answers = await virsh.ask(names.map((name) => ["pool-info", "--pool", name, "--bytes"]), { ...reading(call), tolerate: NO_POOL });
  return names.flatMap((name, index) => {
    const info = answers[index] ?? "";
    const totalGb = Math.floor((Number(field(info, "Capacity")) || 0) / GIB);
    return info === "" ? [] : [{ name, isDefault: name === pool, totalGb, freeGb: Math.floor((Number(field(info, "Available")) || 0) / GIB) }];
  });
}

async function backupWarnings(session: Session, pool: string, call: CallOptions): Promise<string[]> {
  const [description = "", info = ""] = await session.virsh.ask([["pool-dumpxml", "--pool", pool], ["pool-info", "--pool", pool, "--bytes"]], { ...reading(call), tolerate: NO_POOL });
  if (description === "" || info === "") return [`There is no storage pool named ${pool}: no backups can be taken.`];
  const warnings: string[] = [];
  if (poolFactsFrom(description).folder === null) warnings.push(`The storage pool ${pool} holds no files: it takes no backups. Make one of the type dir or netfs.`);
  if (field(info, "State") !== "running") warnings.push(`The storage pool ${pool} for backups is not active: virsh pool-start ${pool}, and pool-autostart for later.`);
  if (pool === session.host.settings.pool) warnings.push(`Backups are in the storage pool ${pool}, beside the disks: who loses these loses both.`);
  const [capacity, available] = [Number(field(info, "Capacity")) || 0, Number(field(info, "Available")) || 0];
  if (capacity > 0 && available < capacity * NEARLY_FULL) warnings.push(nearlyFull(`${pool} for backups`, capacity, available));
  return warnings;
}

function nearlyFull(pool: string, capacity: number, available: number): string {
  return `The storage pool ${pool} is nearly full: ${Math.floor(available / GIB)} GB of ${Math.floor(capacity / GIB)} GB are free.`;
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}\\s*:\\s*(.*?)\\s*$`, "m").exec(text)?.[1] ?? "";
}

function versionIn(text: string): string {
  const hypervisor = /^Running hypervisor: (.+)$/m.exec(text)?.[1];
  const daemon = /^Running against daemon: (.+)$/m.exec(text)?.[1] ?? /^Using library: libvirt (.+)$/m.exec(text)?.[1];
  return [hypervisor, daemon && `libvirt ${daemon}`].filter(Boolean).join(", ") || "unknown";
}

/** What the kernel keeps of files it gives back when it is asked. */
function memoryFreeKib(text: string): number {
  return ["free", "buffers", "cached"].reduce((total, name) => total + (Number.parseInt(field(text, name), 10) || 0), 0);
}

/** Nanoseconds since the host began. */
function cpuTimes(text: string): { busy: number; total: number } | null {
  const [user, system, idle, waiting] = ["user", "system", "idle", "iowait"].map((name) => Number.parseInt(field(text, name), 10) || 0);
  const busy = (user ?? 0) + (system ?? 0);
  const total = busy + (idle ?? 0) + (waiting ?? 0);
  return total > 0 ? { busy, total } : null;
}
