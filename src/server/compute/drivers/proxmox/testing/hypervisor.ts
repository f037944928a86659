import pino from "pino";
import type { DriverHost } from "../../driver.ts";
import type { StartHypervisor, TestHost } from "../../testing/hypervisor.ts";
import { createProxmoxDriver } from "../proxmox-driver.ts";
import type { Pace } from "../session.ts";
import type { VmidStore } from "../vmids.ts";
import { FAKE_TOKEN } from "./fake-access.ts";
import { type FakeProxmox, startFakeProxmox, TEMPLATE } from "./fake-proxmox.ts";
import { blankVm, newMac, volumesOf } from "./fake-state.ts";
import { createMemoryVmids } from "./memory-vmids.ts";

/** The driver's patience with a host whose tasks take milliseconds. */
export const TEST_PACE: Pace = { pollMs: 5, slowestPollMs: 20, requestMs: 8_000, settleMs: 300, staleLockMs: 8_000 };

/** A node of the fake as a host's row has it. */
export function fakeHost(fake: FakeProxmox, node = "pve1", over: Partial<DriverHost> = {}): DriverHost {
  return {
    id: `hst_${node}`,
    name: node,
    vcpu: 16,
    memoryMb: 65_536,
    storageGb: 800,
    endpoint: fake.origin,
    node,
    credentials: FAKE_TOKEN,
    tlsFingerprint: fake.fingerprint(),
    settings: { storage: "shared", bridge: "vmbr0", isoStorage: "shared", backupStorage: "backups" },
    ...over,
  };
}

/** Two nodes of one fake cluster. */
export const startProxmoxHypervisor: StartHypervisor = async () => {
  const fake = await startFakeProxmox();
  const vmids = createMemoryVmids();
  const log = pino({ level: "silent" });
  const named = (node: string): TestHost => {
    const host = fakeHost(fake, node);
    return { host, connect: () => createProxmoxDriver(host, { vmids, log, now: () => new Date(), pace: TEST_PACE }) };
  };
  return {
    hosts: [named("pve1"), named("pve2")],
    hardware: { image: { slug: "debian-13", source: String(TEMPLATE) }, backup: null, cloneMode: "full", storage: null, network: { bridge: null, vlan: null }, vcpu: 1, memoryMb: 512, storageGb: 3 },
    larger: { vcpu: 2, memoryMb: 1_024, storageGb: 4 },
    tooLarge: { vcpu: 1, memoryMb: 512, storageGb: 1_000_000 },
    guest: { reacts: true, reportsAddress: true, agent: true, user: "debian" },
    disk: {
      async write(ref, text) {
        fake.state.contents.set(await diskOf(fake, vmids, ref), text);
      },
      read: async (ref) => fake.state.contents.get(await diskOf(fake, vmids, ref)) ?? "",
    },
    patienceMs: 10_000,
    async makeForeign() {
      const vmid = 200 + fake.state.vms.size;
      fake.state.vms.set(vmid, blankVm(vmid, "pve1", { name: "pet-project", cores: "1", memory: "512", net0: `virtio=${newMac()},bridge=vmbr0` }));
      return `pve:${vmid}`;
    },
    async close() {
      await fake.close();
      if (fake.violations.length > 0) throw new Error(`not as Proxmox publishes it:\n${[...new Set(fake.violations)].join("\n")}`);
    },
  };
};

/** Volume of a VM's first disk. */
async function diskOf(fake: FakeProxmox, vmids: VmidStore, ref: string): Promise<string> {
  const vm = fake.state.vms.get((await vmids.find(fake.origin, ref)) ?? 0);
  const disk = vm && volumesOf(vm).find((each) => !each.cdrom);
  if (!disk) throw new Error(`${ref} has no disk`);
  return disk.volid;
}
