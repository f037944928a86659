import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { type Driver, type GuestConfiguration, hypervisorRef, type VmHardware } from "./driver.ts";
import { DriverError } from "./errors.ts";
import { DRIVER_NAMES, type DriverName } from "./registry.ts";
import { createSimulatedDriver } from "./simulated/simulated-driver.ts";
import { simulatedHostNamed } from "./testing/simulated-hosts.ts";

/** What each driver has to pass. A driver without a place to test it does not compile. */
interface TestHypervisor {
  /** A driver without memory of what others did: as after a restart, or in another process. */
  connect(): Driver;
  image: string;
  close(): Promise<void>;
}

const HYPERVISORS: Record<DriverName, () => Promise<TestHypervisor>> = {
  async simulated() {
    const folder = mkdtempSync(join(tmpdir(), "switchyard-driver-"));
    const host = simulatedHostNamed("contract");
    return { connect: () => createSimulatedDriver({ folder, speed: 100 }, host), image: "debian-12", close: async () => rmSync(folder, { recursive: true, force: true }) };
  },
};

describe.each(DRIVER_NAMES)("driver contract: %s", (name) => {
  let hypervisor: TestHypervisor;
  let driver: Driver;
  let ref: string;
  let hardware: VmHardware;
  const guest: GuestConfiguration = { hostname: "web-1", user: "debian", passwordHash: "$6$salt$hash", sshKeys: ["ssh-ed25519 AAAA test"], addresses: [], nameservers: [], userData: null };
  const call = (key = "k1", signal = new AbortController().signal) => ({ key, signal });
  const power = async (): Promise<string | undefined> => (await hypervisor.connect().inspect(ref, call()))?.power;
  const running = async (): Promise<void> => {
    await driver.create(ref, hardware, call());
    await driver.configure(ref, guest, call());
    await driver.start(ref, call());
  };
  const failure = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(() => null, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(DriverError);
    return (error as DriverError).failure;
  };

  beforeEach(async () => {
    hypervisor = await HYPERVISORS[name]();
    driver = hypervisor.connect();
    ref = hypervisorRef(newId("vm"));
    hardware = { image: { slug: hypervisor.image, source: null }, cloneMode: "full", storage: null, network: { bridge: null, vlan: null }, vcpu: 1, memoryMb: 1_024, storageGb: 10 };
  });
  afterEach(() => hypervisor.close());

  it("creates a stopped VM, once however often it is asked", async () => {
    expect(await driver.inspect(ref, call())).toBeNull();
    await driver.create(ref, hardware, call());
    await hypervisor.connect().create(ref, hardware, call());
    expect(await driver.list(call())).toEqual([expect.objectContaining({ ref, power: "stopped", busy: null, privateIp: null })]);
  });

  it("joins a creation under way in another process", async () => {
    await Promise.all([driver.create(ref, hardware, call()), hypervisor.connect().create(ref, hardware, call())]);
    expect(await driver.list(call())).toHaveLength(1);
  });

  it("refuses a second VM of the same name with other hardware", async () => {
    await driver.create(ref, hardware, call());
    expect(await failure(driver.create(ref, { ...hardware, memoryMb: 2_048 }, call()))).toBe("refused");
  });

  it("shows a VM whose creation was abandoned half-way, and finishes it when asked again", async () => {
    const abort = new AbortController();
    const begun = driver.create(ref, hardware, call("k1", abort.signal));
    while (!(await driver.inspect(ref, call()))) await new Promise((done) => setTimeout(done, 1));
    abort.abort(new Error("killed"));
    await expect(begun).rejects.toThrow();
    expect(await hypervisor.connect().inspect(ref, call())).toMatchObject({ ref });
    await hypervisor.connect().create(ref, hardware, call());
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "stopped", busy: null });
  });

  it("destroys a VM whose creation is under way", async () => {
    const abort = new AbortController();
    const begun = driver.create(ref, hardware, call("k1", abort.signal)).catch(() => {});
    while (!(await driver.inspect(ref, call()))) await new Promise((done) => setTimeout(done, 1));
    abort.abort(new Error("killed"));
    await begun;
    await hypervisor.connect().destroy(ref, call());
    expect(await driver.list(call())).toEqual([]);
  });

  it("starts, reports an address, and stops", async () => {
    await running();
    await driver.start(ref, call());
    expect(await power()).toBe("running");
    let address: string | null = null;
    for (let look = 0; address === null && look < 1_000; look += 1) {
      address = (await driver.inspect(ref, call()))?.privateIp ?? null;
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(address).toMatch(/^(\d{1,3}\.){3}\d{1,3}$/);
    expect((await driver.inspect(ref, call()))?.mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    await driver.stop(ref, { mode: "graceful", timeoutMs: 60_000 }, call());
    await driver.stop(ref, { mode: "graceful", timeoutMs: 60_000 }, call());
    expect(await power()).toBe("stopped");
  });

  it("says refused when the guest does not stop in time, and leaves it running", async () => {
    await running();
    expect(await failure(driver.stop(ref, { mode: "graceful", timeoutMs: 1 }, call()))).toBe("refused");
    expect(await power()).toBe("running");
  });

  it("cuts the power while a shutdown is under way", async () => {
    await running();
    const shutdown = driver.stop(ref, { mode: "graceful", timeoutMs: 60_000 }, call()).catch(() => {});
    await hypervisor.connect().stop(ref, { mode: "forced" }, call());
    await shutdown;
    expect(await power()).toBe("stopped");
  });

  it("suspends and resumes, and cuts the power of a suspended VM", async () => {
    await running();
    await driver.suspend(ref, call());
    await driver.suspend(ref, call());
    expect(await power()).toBe("suspended");
    await driver.resume(ref, call());
    await driver.resume(ref, call());
    expect(await power()).toBe("running");
    await driver.suspend(ref, call());
    await driver.stop(ref, { mode: "forced" }, call());
    expect(await power()).toBe("stopped");
  });

  it("starts a suspended VM by resuming it", async () => {
    await running();
    await driver.suspend(ref, call());
    await driver.start(ref, call());
    expect(await power()).toBe("running");
  });

  it("resets a running VM and refuses for a stopped one", async () => {
    await running();
    await driver.reset(ref, call("press-1"));
    await hypervisor.connect().reset(ref, call("press-1"));
    expect(await power()).toBe("running");
    await driver.stop(ref, { mode: "forced" }, call());
    expect(await failure(driver.reset(ref, call("press-2")))).toBe("refused");
    expect(await failure(driver.suspend(ref, call()))).toBe("refused");
    expect(await failure(driver.resume(ref, call()))).toBe("refused");
  });

  it("destroys a running VM, and one that is not there", async () => {
    await running();
    await driver.destroy(ref, call());
    await hypervisor.connect().destroy(ref, call());
    expect(await driver.inspect(ref, call())).toBeNull();
    expect(await driver.list(call())).toEqual([]);
  });

  it("says not_found for a VM that is not there", async () => {
    expect(await failure(driver.start(ref, call()))).toBe("not_found");
    expect(await failure(driver.stop(ref, { mode: "forced" }, call()))).toBe("not_found");
    expect(await failure(driver.configure(ref, guest, call()))).toBe("not_found");
  });

  it("refuses what does not fit", async () => {
    expect(await failure(driver.create(ref, { ...hardware, storageGb: 1_000_000 }, call()))).toBe("refused");
    expect(await driver.list(call())).toEqual([]);
  });

  it("measures the running ones alone", async () => {
    await running();
    const other = hypervisorRef(newId("vm"));
    await driver.create(other, hardware, call());
    const usage = await driver.usage([ref, other], call());
    expect(usage.map((row) => row.ref)).toEqual([ref]);
    expect(usage[0]?.cpuPercent).toBeGreaterThanOrEqual(0);
    expect(usage[0]?.cpuPercent).toBeLessThanOrEqual(100);
    expect(usage[0]?.memoryUsedMb).toBeLessThanOrEqual(hardware.memoryMb);
  });

  it("gives each VM an address of its own", async () => {
    const refs = Array.from({ length: 5 }, () => hypervisorRef(newId("vm")));
    const small = { ...hardware, memoryMb: 256, storageGb: 1 };
    for (const each of refs) {
      await driver.create(each, small, call());
      await driver.start(each, call());
    }
    const seen = new Set<string>();
    for (const each of refs) {
      for (let look = 0; look < 1_000; look += 1) {
        const found = await driver.inspect(each, call());
        if (found?.privateIp) {
          seen.add(found.privateIp);
          break;
        }
        await new Promise((done) => setTimeout(done, 5));
      }
    }
    expect(seen.size).toBe(refs.length);
  });
});
