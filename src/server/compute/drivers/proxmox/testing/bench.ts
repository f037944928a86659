import { expect } from "vitest";
import pino, { type Logger } from "pino";
import { newId } from "#shared/ids.ts";
import { type CallOptions, type Driver, type DriverHost, type GuestConfiguration, hypervisorRef, type TaskProgress, type VmHardware } from "../../driver.ts";
import { DriverError } from "../../errors.ts";
import { createProxmoxDriver } from "../proxmox-driver.ts";
import type { Pace } from "../session.ts";
import type { VmidStore } from "../vmids.ts";
import { type FakeProxmox, startFakeProxmox, TEMPLATE } from "./fake-proxmox.ts";
import type { FakePace, FakeVm } from "./fake-state.ts";
import { fakeHost, TEST_PACE } from "./hypervisor.ts";
import { createMemoryVmids } from "./memory-vmids.ts";

/** A fake host, its driver and one VM's name, for one test. */
export interface Bench {
  fake: FakeProxmox;
  vmids: VmidStore;
  /** what the driver wrote to its log */
  logged: string[];
  told: TaskProgress[];
  ref: string;
  hardware: VmHardware;
  guest: GuestConfiguration;
  driver: Driver;
  /** One more driver of a host, as in another process. */
  connect(node?: string, over?: Partial<DriverHost>, pace?: Partial<Pace>): Driver;
  host(node?: string, over?: Partial<DriverHost>): DriverHost;
  call(key?: string, signal?: AbortSignal): CallOptions;
  /** The VM on the host, by the number it was given. */
  vm(ref?: string): Promise<FakeVm | undefined>;
  running(): Promise<FakeVm>;
  failure(work: Promise<unknown>): Promise<DriverError>;
  /** Parameters of the requests of this kind. */
  asked(method: string, path: RegExp): Readonly<Record<string, string>>[];
  /** Stops the fake. @throws Error when anything was not as Proxmox publishes it */
  close(): Promise<void>;
}

export async function createBench(options: { version?: string; pace?: Partial<FakePace>; host?: Partial<DriverHost>; now?: () => Date; /** of the driver, with a host that hangs */ requestMs?: number } = {}): Promise<Bench> {
  const fake = await startFakeProxmox(options);
  const vmids = createMemoryVmids();
  const logged: string[] = [];
  const log: Logger = pino({ level: "trace" }, { write: (line: string) => void logged.push(line) });
  const told: TaskProgress[] = [];
  const now = options.now ?? (() => new Date());
  const connect: Bench["connect"] = (node = "pve1", over = {}, pace = {}) => createProxmoxDriver(fakeHost(fake, node, { ...options.host, ...over }), { vmids, log, now, pace: { ...TEST_PACE, ...(options.requestMs === undefined ? {} : { requestMs: options.requestMs }), ...pace } });
  const ref = hypervisorRef(newId("vm"));
  const driver = connect();
  const bench: Bench = {
    fake,
    vmids,
    logged,
    told,
    ref,
    driver,
    connect,
    host: (node = "pve1", over = {}) => fakeHost(fake, node, { ...options.host, ...over }),
    hardware: { image: { slug: "debian-13", source: String(TEMPLATE) }, backup: null, cloneMode: "full", storage: null, network: { bridge: null, vlan: null }, vcpu: 1, memoryMb: 512, storageGb: 3 },
    guest: { hostname: "web-1", user: "debian", passwordHash: "$6$saltsalt$0123456789abcdefghijklmnopqrstuvwxyz", sshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFy4lfHzH1yS6cvyC1n1Jg1Xn5cD0m0X0yqgk8o2Q5nB a+b@c/d"], addresses: [], nameservers: [], userData: null },
    call: (key = "k1", signal = AbortSignal.timeout(15_000)) => ({ key, signal, report: (progress) => void told.push(progress) }),
    async vm(name = ref) {
      const vmid = await vmids.find(fake.origin, name);
      return vmid === null ? undefined : fake.state.vms.get(vmid);
    },
    async running() {
      await driver.create(ref, bench.hardware, bench.call());
      await driver.configure(ref, bench.guest, bench.call());
      await driver.start(ref, bench.call());
      const vm = await bench.vm();
      if (!vm) throw new Error("the VM that was just started is not there");
      return vm;
    },
    async failure(work) {
      const error: unknown = await work.then(() => null, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(DriverError);
      return error as DriverError;
    },
    asked: (method, path) => fake.requests.filter((request) => request.method === method && path.test(request.path)).map(({ params }) => params),
    async close() {
      await fake.close();
      expect([...new Set(fake.violations)]).toEqual([]);
    },
  };
  return bench;
}
