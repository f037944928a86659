import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "#shared/ids.ts";
import { type CallOptions, type Driver, hypervisorRef } from "../driver.ts";
import { simulatedHostNamed } from "../testing/simulated-hosts.ts";
import { type Fault, injectFault } from "./faults.ts";
import { createSimulatedDriver } from "./simulated-driver.ts";
import { openSimulatedHost, simulatedHostFolder } from "./simulated-host.ts";

const SPEED = 50;
const [here, there] = [simulatedHostNamed("here"), simulatedHostNamed("there")];
const hardware = { image: { slug: "debian-12", source: null }, backup: null, cloneMode: "full", storage: null, network: { bridge: null, vlan: null }, vcpu: 1, memoryMb: 512, storageGb: 2 } as const;
const live = { live: true, bandwidthMbps: null };

describe("a migration between simulated hosts", () => {
  let folder: string;
  let source: Driver;
  let target: Driver;
  let ref: string;
  const call = (signal = AbortSignal.timeout(10_000)): CallOptions => ({ key: "m1", signal });
  const fault = (next: Fault): void => injectFault(simulatedHostFolder(folder, here.name), next);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "switchyard-migration-"));
    [source, target] = [here, there].map((host) => createSimulatedDriver({ folder, speed: SPEED }, host)) as [Driver, Driver];
    ref = hypervisorRef(newId("vm"));
    await source.create(ref, hardware, call());
    await source.start(ref, call());
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** On how many hosts it is at this moment; one look may not fall on both sides of its move, so it is asked on the source, the target and the source again. */
  const count = (): number | null => {
    const [a, b] = [here, there].map((host) => openSimulatedHost({ folder, speed: SPEED }, host)) as [ReturnType<typeof openSimulatedHost>, ReturnType<typeof openSimulatedHost>];
    const before = a.look(ref).machine !== null;
    const beside = b.look(ref).machine !== null;
    const after = a.look(ref).machine !== null;
    return before === after ? Number(before) + Number(beside) : null;
  };

  it("has the VM on exactly one host at any time, and its picture of the world goes with it", async () => {
    await source.takeSnapshot(ref, "before", call());
    const address = (await source.inspect(ref, call()))?.mac;
    const moved = source.migrate(ref, there, live, call());
    const seen = new Set<number | null>();
    let over = false;
    void moved.finally(() => (over = true));
    while (!over) {
      seen.add(count());
      await new Promise((done) => setTimeout(done, 1));
    }
    await moved;
    seen.delete(null);
    expect([...seen]).toEqual([1]);
    expect(await target.inspect(ref, call())).toMatchObject({ power: "running", mac: address });
    expect((await target.listSnapshots(ref, call())).map(({ name }) => name)).toEqual(["before"]);
  });

  it.each(["midway", "after"] as const)("ends in one place though the answer is lost (%s), and a repetition finds it there", async (mode) => {
    fault({ operation: "migrate", mode });
    await expect(source.migrate(ref, there, live, call())).rejects.toMatchObject({ failure: "unknown" });
    await source.migrate(ref, there, live, call());
    expect(count()).toBe(1);
    expect(await source.inspect(ref, call())).toBeNull();
    expect(await target.inspect(ref, call())).toMatchObject({ power: "running", busy: null });
  });

  it("leaves the VM where it was when the power is cut meanwhile", async () => {
    const moved = source.migrate(ref, there, live, call());
    const outcome = moved.then(() => "moved", (error: { failure: string }) => error.failure);
    await expect.poll(async () => (await source.inspect(ref, call()))?.busy).toBe("migrate");
    await source.stop(ref, { mode: "forced" }, call());
    // The call goes on: stopped VMs can be moved too.
    expect(await outcome).toBe("moved");
    expect(count()).toBe(1);
    expect(await target.inspect(ref, call())).toMatchObject({ power: "stopped" });
  });

  it("refuses what does not fit, and a running VM when only stopped ones are moved", async () => {
    const small = simulatedHostNamed("small", { vcpu: 1, memoryMb: 256, storageGb: 1 });
    await expect(source.migrate(ref, small, live, call())).rejects.toMatchObject({ failure: "refused" });
    await expect(source.migrate(ref, there, { live: false, bandwidthMbps: null }, call())).rejects.toMatchObject({ failure: "refused" });
    expect(await source.inspect(ref, call())).toMatchObject({ power: "running", busy: null });
    expect(await target.list(call())).toEqual([]);
  });

  it("takes its time by the bandwidth, and tells how far it is", async () => {
    const told: number[] = [];
    const begun = Date.now();
    // 512 MB at 8 megabits a second
    await source.migrate(ref, there, { live: true, bandwidthMbps: 100 }, { ...call(), report: ({ percent }) => void told.push(percent ?? 0) });
    expect(Date.now() - begun).toBeGreaterThan((512 * 8 * 10) / SPEED - 50);
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(100);
    expect(told.length).toBeGreaterThan(2);
  });
});
