import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { connectRfbClient } from "../../rfb/testing/rfb-client.ts";
import { type CallOptions, type Driver, type GuestConfiguration, hypervisorRef, type VmHardware } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { createLibvirtDriver } from "./libvirt-driver.ts";
import { HARDWARE, IMAGE, type LibvirtHypervisor, startLibvirtHypervisor } from "./testing/hypervisor.ts";
import { interrupted } from "./testing/interrupted.ts";
import type { Virsh } from "./virsh.ts";

/** What the contract does not ask, on real VMs: this computer's libvirtd, with a pool and a network of the test's own. */
const TIMEOUT_MS = 420_000;

describe("libvirt", { timeout: TIMEOUT_MS }, () => {
  let started: LibvirtHypervisor | { missing: string };
  let hypervisor: LibvirtHypervisor;
  let driver: Driver;
  let virsh: Virsh;
  let ref: string;
  const guest: GuestConfiguration = { hostname: "web-1", user: "debian", passwordHash: "$6$salt$hash", sshKeys: [], addresses: [], nameservers: [], userData: null };
  const call = (signal = AbortSignal.timeout(TIMEOUT_MS)): CallOptions => ({ key: "k1", signal });
  const options = { signal: AbortSignal.timeout(TIMEOUT_MS * 10), changes: true };
  const files = (): string[] => readdirSync(hypervisor.folders[0] ?? "").filter((name) => name.includes(ref));
  const failure = async (work: Promise<unknown>): Promise<DriverError> => {
    const error = await work.then(() => null, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(DriverError);
    return error as DriverError;
  };
  const listed = async (): Promise<string[]> => (await driver.list(call())).map((vm) => vm.ref);

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

  it("shows a screen that changes with a key, to who has its password", async () => {
    await driver.create(ref, HARDWARE, call());
    await driver.configure(ref, guest, call());
    await driver.start(ref, call());
    await expect.poll(async () => (await driver.inspect(ref, call()))?.privateIp, { timeout: TIMEOUT_MS, interval: 500 }).toMatch(/^10\.213\./);
    // The name came from the disc, by way of the guest.
    expect(await virsh.run(["net-dhcp-leases", hypervisor.network], options)).toContain(" web-1 ");
    const { stream, password } = await driver.openConsole(ref, call());
    expect(password).toMatch(/^.{8}$/);
    const client = await connectRfbClient({ stream, password });
    await client.update({ incremental: false });
    const before = Buffer.from(client.picture);
    client.type("echo pressed\n");
    // More than the cursor at two places, which blinks: a cell of text has 9 × 16 pixels of 4 bytes.
    const changed = async (): Promise<number> => {
      await client.update({ incremental: false });
      return client.picture.reduce((count, byte, index) => count + (byte === before[index] ? 0 : 1), 0);
    };
    await expect.poll(changed, { timeout: 90_000, interval: 500 }).toBeGreaterThan(2 * 9 * 16 * 4);
    client.close();
    const stranger = await driver.openConsole(ref, call());
    await expect(connectRfbClient({ stream: stranger.stream, password: "wrong" })).rejects.toThrow();
    const definition = await virsh.run(["dumpxml", "--domain", ref, "--security-info"], options);
    expect(definition).toContain("listen='127.0.0.1'");
  });

  it.each(["create", "configure", "start"] as const)("leaves nothing behind after %s was interrupted at any of its commands", async (step) => {
    const prepare = { create: [], configure: ["create"], start: ["create", "configure"] } as const;
    const work = {
      create: (by: Driver, how: CallOptions) => by.create(ref, HARDWARE, how),
      configure: (by: Driver, how: CallOptions) => by.configure(ref, guest, how),
      start: (by: Driver, how: CallOptions) => by.start(ref, how),
    };
    for (let commands = 1; ; commands += 1) {
      for (const before of prepare[step]) await work[before](driver, call());
      const done = await work[step](interrupted(hypervisor, commands), call()).then(() => true, () => false);
      await hypervisor.hosts[0].connect().destroy(ref, call());
      expect(files(), `${step}, command ${commands}`).toEqual([]);
      expect(await listed()).not.toContain(ref);
      if (done) break;
    }
  });

  it("finishes what was interrupted at any of its commands, when it is asked again", async () => {
    for (let commands = 1; ; commands += 1) {
      const done = await interrupted(hypervisor, commands).create(ref, HARDWARE, call()).then(() => true, () => false);
      await driver.create(ref, HARDWARE, call());
      expect(await driver.inspect(ref, call())).toMatchObject({ power: "stopped", busy: null });
      expect(sizeOf(hypervisor, ref)).toBe(HARDWARE.storageGb * 1_073_741_824);
      await driver.destroy(ref, call());
      if (done) break;
    }
  });

  it("takes half a copy for no disk", async () => {
    // As after the host lost its power in the middle: its volume has the image's size and anything in it.
    const begun = new AbortController();
    const creation = driver.create(ref, HARDWARE, call(begun.signal)).catch(() => {});
    await expect.poll(() => listed(), { interval: 20, timeout: 20_000 }).toContain(ref);
    begun.abort(new Error("killed"));
    await creation;
    await virsh.run(["vol-delete", "--pool", hypervisor.pool, "--vol", `${ref}.qcow2`], options).catch(() => "");
    await virsh.run(["vol-create-as", hypervisor.pool, `${ref}.qcow2`, "256M", "--format", "qcow2"], options);
    await driver.create(ref, HARDWARE, call());
    const disk = join(hypervisor.folders[0] ?? "", `${ref}.qcow2`);
    expect(execFileSync("/usr/bin/qemu-img", ["compare", disk, join(hypervisor.folders[0] ?? "", IMAGE)], { encoding: "utf8" })).toContain("Images are identical");
  });

  it("shows disks without their domain, and removes them", async () => {
    await driver.create(ref, HARDWARE, call());
    await virsh.run(["undefine", "--domain", ref], options);
    expect(await driver.inspect(ref, call())).toMatchObject({ ref, power: "stopped", busy: "destroy" });
    expect(await listed()).toContain(ref);
    await driver.destroy(ref, call());
    expect(await driver.inspect(ref, call())).toBeNull();
    expect(files()).toEqual([]);
  });

  it("says not_found of a VM that was removed behind our back", async () => {
    await driver.create(ref, HARDWARE, call());
    await driver.start(ref, call());
    await virsh.run(["destroy", "--domain", ref], options);
    await virsh.run(["undefine", "--domain", ref], options);
    await virsh.run(["vol-delete", "--pool", hypervisor.pool, "--vol", `${ref}.qcow2`], options);
    expect((await failure(driver.start(ref, call()))).failure).toBe("not_found");
    expect((await failure(driver.openConsole(ref, call()))).failure).toBe("not_found");
    expect(await driver.inspect(ref, call())).toBeNull();
    expect(await driver.usage([ref], call())).toEqual([]);
    await driver.destroy(ref, call());
  });

  it("refuses when the disk is full in the middle of a copy, and leaves nothing", async () => {
    const images = hypervisor.folders[0] ?? "";
    const folder = join(images, "small");
    const pool = `${hypervisor.pool}-small`;
    mkdirSync(folder);
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=1200m", "tmpfs", folder]);
    // What is left is enough for the image, which is compressed, and not for its copy.
    execFileSync("/usr/bin/fallocate", ["--length", "1170M", join(folder, "others")]);
    writeFileSync(join(images, "packed.raw"), Buffer.alloc(64 * 1_048_576, "packed"));
    execFileSync("/usr/bin/qemu-img", ["convert", "-c", "-O", "qcow2", join(images, "packed.raw"), join(images, "packed.qcow2")]);
    chmodSync(folder, 0o755);
    try {
      await virsh.run(["pool-define-as", pool, "dir", "--target", folder], options);
      await virsh.run(["pool-start", pool], options);
      const error = await failure(driver.create(ref, { ...HARDWARE, image: { slug: "packed", source: "packed.qcow2" }, storage: pool }, call()));
      expect(error).toMatchObject({ failure: "refused", message: expect.stringMatching(/no space left/i) });
      expect(readdirSync(folder)).toEqual(["others"]);
      expect(await listed()).not.toContain(ref);
    } finally {
      await virsh.run(["pool-destroy", pool], options).catch(() => "");
      await virsh.run(["pool-undefine", pool], options).catch(() => "");
      execFileSync("/bin/umount", [folder]);
    }
  });

  it("makes linked disks of the image's, which need little room and start", async () => {
    await driver.create(ref, { ...HARDWARE, cloneMode: "linked" }, call());
    const info = JSON.parse(execFileSync("/usr/bin/qemu-img", ["info", "--output=json", join(hypervisor.folders[0] ?? "", `${ref}.qcow2`)], { encoding: "utf8" })) as Record<string, unknown>;
    expect(info).toMatchObject({ "virtual-size": 1_073_741_824, "backing-filename": expect.stringContaining(IMAGE) });
    await driver.start(ref, call());
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "running" });
  });

  it("finds a VM of others whatever its name is, and touches no other", async () => {
    await driver.create(ref, HARDWARE, call());
    const foreign = await hypervisor.makeForeign();
    const before = await listed();
    expect(before).toContain(foreign);
    expect(await driver.inspect(foreign, call())).toMatchObject({ ref: foreign, power: "stopped" });
    for (const name of ["--all", "-1", "; list", `${foreign}x`, "1"]) expect(await driver.inspect(name, call()), name).toBeNull();
    await driver.destroy(foreign, call());
    expect(await listed()).toEqual(before.filter((name) => name !== foreign));
  });

  it("moves a stopped VM with its snapshots, and a running one that has some not at all", async () => {
    const [first, second] = [hypervisor.hosts[0], hypervisor.hosts[1] ?? hypervisor.hosts[0]];
    await driver.create(ref, HARDWARE, call());
    await driver.configure(ref, guest, call());
    await driver.takeSnapshot(ref, "before", call());
    await driver.start(ref, call());
    const error = await failure(driver.migrate(ref, second.host, { live: true, bandwidthMbps: null }, call()));
    expect(error).toMatchObject({ failure: "refused", message: expect.stringContaining("snapshots") });
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "running", busy: null });
    expect(await second.connect().inspect(ref, call())).toBeNull();
    await driver.stop(ref, { mode: "forced" }, call());
    await driver.migrate(ref, second.host, { live: false, bandwidthMbps: null }, call());
    expect(files()).toEqual([]);
    const there = second.connect();
    expect((await there.listSnapshots(ref, call())).map(({ name }) => name)).toEqual(["before"]);
    await there.restoreSnapshot(ref, "before", call());
    await there.start(ref, call());
    expect(await there.inspect(ref, call())).toMatchObject({ power: "running" });
    await there.destroy(ref, call());
    expect(await first.connect().inspect(ref, call())).toBeNull();
  });

  it("lets libvirtd talk to libvirtd (peer to peer), at a rate, and keeps a suspended VM suspended", async () => {
    const second = hypervisor.hosts[1] ?? hypervisor.hosts[0];
    const settings = { pool: hypervisor.pool, network: hypervisor.network, migrationAddress: "tcp://127.0.0.1", migrationUri: second.host.endpoint };
    await driver.create(ref, HARDWARE, call());
    await driver.start(ref, call());
    await driver.suspend(ref, call());
    await driver.migrate(ref, { ...second.host, settings }, { live: true, bandwidthMbps: 2_000 }, call());
    expect(await driver.inspect(ref, call())).toBeNull();
    expect(files()).toEqual([]);
    const there = second.connect();
    expect(await there.inspect(ref, call())).toMatchObject({ power: "suspended", busy: null });
    await there.destroy(ref, call());
    expect(readdirSync(hypervisor.folders[1] ?? "").filter((name) => name.includes(ref))).toEqual([]);
  });

  it("says what is missing: an image, a pool, room for memory", async () => {
    const without = async (hardware: Partial<VmHardware>): Promise<DriverError> => failure(driver.create(ref, { ...HARDWARE, ...hardware }, call()));
    expect(await without({ image: { slug: "x", source: "no-such-image.qcow2" } })).toMatchObject({ failure: "refused", message: expect.stringContaining("no image no-such-image.qcow2") });
    expect(await without({ image: { slug: "x", source: null } })).toMatchObject({ failure: "refused" });
    expect(await without({ storage: "no-such-pool" })).toMatchObject({ failure: "refused", message: expect.stringContaining("no-such-pool") });
    expect(await without({ memoryMb: 100_000_000 })).toMatchObject({ failure: "refused", message: expect.stringContaining("memory") });
    expect(await listed()).not.toContain(ref);
    const { host } = hypervisor.hosts[0];
    const elsewhere = createLibvirtDriver({ ...host, settings: { pool: "no-such-pool" } }, { log: pino({ level: "silent" }) });
    expect(await failure(elsewhere.probe(call()))).toMatchObject({ failure: "refused", message: expect.stringContaining("no-such-pool") });
    const offline = createLibvirtDriver({ ...host, settings: { pool: hypervisor.pool, network: "no-such-net" } }, { log: pino({ level: "silent" }) });
    expect((await offline.probe(call())).warnings.join()).toContain("no-such-net");
  });
});

function sizeOf(hypervisor: LibvirtHypervisor, ref: string): number {
  const info = JSON.parse(execFileSync("/usr/bin/qemu-img", ["info", "-U", "--output=json", join(hypervisor.folders[0] ?? "", `${ref}.qcow2`)], { encoding: "utf8" })) as { "virtual-size": number };
  return info["virtual-size"];
}
