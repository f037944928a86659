import { expect } from "vitest";
import { newId } from "#shared/ids.ts";
import { type CallOptions, type Driver, type GuestConfiguration, hypervisorRef, type VmObservation } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { TestHypervisor } from "./hypervisor.ts";

const LOOK_MS = 20;

/** One test of the contract: a hypervisor, a driver of its first host, and a VM that is gone when the test is over. */
export interface ContractBench {
  hypervisor: TestHypervisor;
  driver: Driver;
  ref: string;
  guest: GuestConfiguration;
  /** Another driver of the same host, which knows nothing of what this one did. */
  stranger(): Driver;
  call(key?: string, signal?: AbortSignal): CallOptions;
  /** A name for one more VM. */
  another(): string;
  create(ref?: string): Promise<void>;
  /** A name for a backup. */
  backupName(): string;
  /** Names that were given. */
  backupNames: readonly string[];
  /** Creates, configures and starts the VM. */
  running(): Promise<void>;
  observe(): Promise<VmObservation | null>;
  power(): Promise<string | undefined>;
  /** Looks until `found` gives something. @throws Error after the hypervisor's patience */
  eventually<T>(found: () => Promise<T | null | undefined | false>): Promise<T>;
  /** How the call fails. */
  failure(work: Promise<unknown>): Promise<string>;
  /** Takes away what the test has made. */
  clear(): Promise<void>;
}

export function createContractBench(hypervisor: TestHypervisor): ContractBench {
  const [first] = hypervisor.hosts;
  const ref = hypervisorRef(newId("vm"));
  const refs = [ref];
  const backupNames: string[] = [];
  const driver = first.connect();
  const call = (key = "k1", signal = AbortSignal.timeout(hypervisor.patienceMs)): CallOptions => ({ key, signal });
  const bench: ContractBench = {
    hypervisor,
    driver,
    ref,
    guest: {
      hostname: "web-1",
      user: hypervisor.guest.user,
      passwordHash: "$6$saltsalt$VFT4b16HRVPXdfRqaGZHn4d43kS1EgOMuEJIQHdbF/FfCx6EAfCvcOQ6uu8mJFAPGRgcBh6jbmjUCMDm9yL0M1",
      sshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFy4lfHzH1yS6cvyC1n1Jg1Xn5cD0m0X0yqgk8o2Q5nB contract"],
      addresses: [],
      nameservers: [],
      userData: null,
    },
    stranger: () => first.connect(),
    call,
    another() {
      const name = hypervisorRef(newId("vm"));
      refs.push(name);
      return name;
    },
    backupName() {
      const name = newId("backup");
      backupNames.push(name);
      return name;
    },
    backupNames,
    create: (name = ref) => driver.create(name, hypervisor.hardware, call()),
    async running() {
      await driver.create(ref, hypervisor.hardware, call());
      await driver.configure(ref, bench.guest, call());
      await driver.start(ref, call());
    },
    observe: () => first.connect().inspect(ref, call()),
    power: async () => (await bench.observe())?.power,
    async eventually(found) {
      const deadline = Date.now() + hypervisor.patienceMs;
      for (;;) {
        const value = await found();
        if (value) return value;
        if (Date.now() > deadline) throw new Error(`not within ${hypervisor.patienceMs} ms: ${found.toString()}`);
        await new Promise((done) => setTimeout(done, LOOK_MS));
      }
    },
    async failure(work) {
      const error = await work.then(() => null, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(DriverError);
      return (error as DriverError).failure;
    },
    async clear() {
      for (const { connect } of hypervisor.hosts) for (const name of refs) await connect().destroy(name, call("clear"));
      if (driver.supports.has("backups")) for (const name of backupNames) await first.connect().deleteBackup(name, call("clear"));
    },
  };
  return bench;
}
