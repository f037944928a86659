import type { CallOptions, HostProbe } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { reading, type Session } from "./session.ts";
import { GIB } from "./volumes.ts";

const NEARLY_FULL = 0.1;
const KINDS: Record<string, HostProbe["hypervisor"]> = { kvm: "kvm", qemu: "kvm", xen: "xen", vmware: "vmware", hyperv: "hyperv" };

/** What the host says of itself. Its use of the processor is that since the last probe. */
export function hostProbe(session: Session): (call: CallOptions) => Promise<HostProbe> {
  let before: { busy: number; total: number } | null = null;
  return async (call) => {
    const { pool, network } = session.host.settings;
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
    if (capacity > 0 && available < capacity * NEARLY_FULL) warnings.push(`The storage pool ${pool} is nearly full: ${Math.floor(available / GIB)} GB of ${Math.floor(capacity / GIB)} GB are free.`);
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
      cpuPercent,
      tlsFingerprint: null,
      warnings,
    };
  };
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
