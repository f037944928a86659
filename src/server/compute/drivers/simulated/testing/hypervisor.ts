import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestHost, TestHypervisor } from "../../testing/hypervisor.ts";
import { simulatedHostNamed } from "../../testing/simulated-hosts.ts";
import type { Machine } from "../machine.ts";
import { createSimulatedDriver } from "../simulated-driver.ts";
import { openSimulatedHost } from "../simulated-host.ts";

const SPEED = 100;

/** Two simulated hosts on one folder. */
export async function startSimulatedHypervisor(): Promise<TestHypervisor> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-driver-"));
  const named = (name: string): TestHost => {
    const host = simulatedHostNamed(name);
    return { host, connect: () => createSimulatedDriver({ folder, speed: SPEED }, host) };
  };
  const first = named("contract-1");
  const disk = openSimulatedHost({ folder, speed: SPEED }, first.host);
  const machineOf = (ref: string): { version: number; machine: Machine } => {
    const { version, machine } = disk.look(ref);
    return { version, machine: disk.there(machine, ref) };
  };
  const hardware = { image: { slug: "debian-12", source: null }, backup: null, cloneMode: "full", storage: null, network: { bridge: null, vlan: null }, vcpu: 1, memoryMb: 512, storageGb: 2 } as const;
  return {
    hosts: [first, named("contract-2")],
    hardware,
    larger: { vcpu: 2, memoryMb: 1_024, storageGb: 4 },
    tooLarge: { vcpu: 1, memoryMb: 512, storageGb: 1_000_000 },
    guest: { reacts: true, reportsAddress: true, agent: true, user: "debian" },
    disk: {
      async write(ref, text) {
        const { version, machine } = machineOf(ref);
        disk.write({ ...machine, files: { ...machine.files, mark: text } }, version);
      },
      read: async (ref) => machineOf(ref).machine.files["mark"] ?? "",
    },
    patienceMs: 5_000,
    async makeForeign() {
      await first.connect().create("pet-project", hardware, { key: "foreign", signal: AbortSignal.timeout(5_000) });
      return "pet-project";
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
