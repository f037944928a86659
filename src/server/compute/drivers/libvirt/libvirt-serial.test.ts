import { mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { type CallOptions, type Driver, hypervisorRef } from "../driver.ts";
import { HARDWARE, type LibvirtHypervisor, startLibvirtHypervisor } from "./testing/hypervisor.ts";
import type { Virsh } from "./virsh.ts";

/** What guests write to their serial port, on real VMs: what the contract does not ask. */
const TIMEOUT_MS = 420_000;
const PLENTY = 16 * 1_048_576;
/** virtlogd's, unless somebody changed it */
const ROTATED_AT = 2 * 1_048_576;

describe("serial logs of libvirt", { timeout: TIMEOUT_MS }, () => {
  let started: LibvirtHypervisor | { missing: string };
  let hypervisor: LibvirtHypervisor;
  let driver: Driver;
  let virsh: Virsh;
  let ref: string;
  const call = (): CallOptions => ({ key: "k1", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const options = { signal: AbortSignal.timeout(TIMEOUT_MS * 10), changes: true };
  const files = (host = 0): string[] => readdirSync(hypervisor.folders[host] ?? "").filter((name) => name.includes(ref)).toSorted();
  const log = (): string => join(hypervisor.folders[0] ?? "", `${ref}-console.log`);
  const text = async (by = driver): Promise<string> => (await by.readSerial(ref, 0, PLENTY, call())).bytes.toString("latin1");

  beforeAll(async () => {
    started = await startLibvirtHypervisor();
  }, TIMEOUT_MS);
  beforeEach(({ skip }) => {
    if ("missing" in started) return skip(started.missing);
    hypervisor = started;
    driver = hypervisor.hosts[0].connect();
    virsh = hypervisor.virsh[0] as Virsh; // there are two
    ref = hypervisorRef(newId("vm"));
    return async () => driver.destroy(ref, call());
  });
  afterAll(async () => {
    if (!("missing" in started)) await started.close();
  }, TIMEOUT_MS);

  async function up(): Promise<void> {
    await driver.create(ref, HARDWARE, call());
    await driver.start(ref, call());
    await expect.poll(() => text(), { timeout: TIMEOUT_MS, interval: 500 }).toContain("writes to its serial port");
  }

  it("goes on with the newest file when the host has begun another, and leaves none of them", async () => {
    await up();
    const lines = Math.ceil(ROTATED_AT / 100) + 1;
    // After the guest's agent is there, which comes a moment later.
    const write = { execute: "guest-exec", arguments: { path: "/bin/sh", arg: ["-c", `i=0; while [ $i -lt ${lines} ]; do printf '%099d\\n' $i; i=$((i+1)); done > /dev/ttyS0; echo THE END > /dev/ttyS0`] } };
    await expect.poll(() => virsh.run(["qemu-agent-command", ref, JSON.stringify(write)], options).catch(() => ""), { timeout: TIMEOUT_MS, interval: 500 }).toContain("pid");
    await expect.poll(() => text(), { timeout: TIMEOUT_MS, interval: 500 }).toContain("THE END");
    expect(files()).toContain(`${ref}-console.log.0`);
    const size = statSync(log()).size;
    expect(size).toBeLessThan(ROTATED_AT);
    const again = await driver.readSerial(ref, ROTATED_AT, PLENTY, call());
    expect(again).toMatchObject({ next: size, skipped: true });
    expect(again.bytes.toString("latin1")).toMatch(/THE END\r?\n$/);
    await driver.destroy(ref, call());
    expect(files()).toEqual([]);
  });

  it("follows a VM to another host, where it begins anew, and leaves no file behind", async () => {
    const second = hypervisor.hosts[1] ?? hypervisor.hosts[0];
    await up();
    await driver.migrate(ref, second.host, { live: true, bandwidthMbps: null }, call());
    expect(files()).toEqual([]);
    const there = second.connect();
    expect(await text(there)).toBe("");
    await there.reset(ref, call());
    await expect.poll(() => text(there), { timeout: TIMEOUT_MS, interval: 500 }).toContain("writes to its serial port");
    await there.stop(ref, { mode: "forced" }, call());
    await there.migrate(ref, hypervisor.hosts[0].host, { live: false, bandwidthMbps: null }, call());
    expect(files(1)).toEqual([]);
    await driver.start(ref, call());
    await expect.poll(() => text(), { timeout: TIMEOUT_MS, interval: 500 }).toContain("writes to its serial port");
  });

  it("starts a VM whose log the host cannot write, and writes that of one which had none", async () => {
    await driver.create(ref, HARDWARE, call());
    await virsh.run(["vol-delete", "--pool", hypervisor.pool, "--vol", `${ref}-console.log`], options);
    mkdirSync(log());
    await driver.start(ref, call());
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "running" });
    await expect(driver.readSerial(ref, 0, PLENTY, call())).rejects.toMatchObject({ failure: "refused" });
    await driver.stop(ref, { mode: "forced" }, call());
    rmdirSync(log());
    await driver.start(ref, call());
    await expect.poll(() => text(), { timeout: TIMEOUT_MS, interval: 500 }).toContain("writes to its serial port");
  });
});
