import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newId } from "#shared/ids.ts";
import { type CallOptions, type Driver, hypervisorRef, type VmHardware } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { createLibvirtDriver } from "./libvirt-driver.ts";
import { HARDWARE, IMAGE, type LibvirtHypervisor, startLibvirtHypervisor } from "./testing/hypervisor.ts";
import { interrupted } from "./testing/interrupted.ts";
import type { Virsh } from "./virsh.ts";

/** Backups of real VMs: what the contract does not ask. */
const TIMEOUT_MS = 420_000;
const GIB = 1_073_741_824;

describe("backups of libvirt", { timeout: TIMEOUT_MS }, () => {
  let started: LibvirtHypervisor | { missing: string };
  let hypervisor: LibvirtHypervisor;
  let driver: Driver;
  let virsh: Virsh;
  let ref: string;
  let name: string;
  const call = (report?: CallOptions["report"]): CallOptions => ({ key: "k1", signal: AbortSignal.timeout(TIMEOUT_MS), report });
  const options = { signal: AbortSignal.timeout(TIMEOUT_MS * 10), changes: true };
  const backups = (): string[] => readdirSync(hypervisor.backups.folder);
  const disks = (): string[] => readdirSync(hypervisor.folders[0] ?? "").filter((file) => file.startsWith(ref) && !file.endsWith("console.log"));
  const other = (): Driver => hypervisor.hosts[0].connect();
  const failure = async (work: Promise<unknown>): Promise<DriverError> => {
    const error = await work.then(() => null, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(DriverError);
    return error as DriverError;
  };
  const info = (path: string): Record<string, unknown> => JSON.parse(execFileSync("/usr/bin/qemu-img", ["info", "-U", "--output=json", path], { encoding: "utf8" })) as Record<string, unknown>;
  const disk = (): NonNullable<LibvirtHypervisor["disk"]> => hypervisor.disk as NonNullable<LibvirtHypervisor["disk"]>; // libvirt's has one

  beforeAll(async () => {
    started = await startLibvirtHypervisor();
  }, TIMEOUT_MS);
  beforeEach(({ skip }) => {
    if ("missing" in started) return skip(started.missing);
    hypervisor = started;
    driver = hypervisor.hosts[0].connect();
    virsh = hypervisor.virsh[0] as Virsh; // there are two
    ref = hypervisorRef(newId("vm"));
    name = newId("backup");
    return async () => {
      await driver.destroy(ref, call());
      await driver.deleteBackup(name, call());
    };
  });
  afterAll(async () => {
    if (!("missing" in started)) await started.close();
  }, TIMEOUT_MS);

  it("takes one that was interrupted at any of its commands, when it is asked again", async () => {
    await driver.create(ref, HARDWARE, call());
    for (let commands = 1; ; commands += 1) {
      const done = await interrupted(hypervisor, commands).takeBackup(ref, name, call()).then(() => true, () => false);
      // Before it is whole it counts for nothing.
      const whole = backups().some((file) => file.endsWith(".whole"));
      expect((await other().listBackups(call())).length, `command ${commands}`).toBe(whole ? 1 : 0);
      await other().takeBackup(ref, name, call());
      expect(backups(), `command ${commands}`).toHaveLength(2);
      await other().deleteBackup(name, call());
      expect(backups()).toEqual([]);
      if (done) break;
    }
  });

  it("leaves nothing of one of a running VM that was interrupted at any of its commands and deleted, by a call that was itself interrupted", async () => {
    await driver.create(ref, HARDWARE, call());
    await driver.start(ref, call());
    for (let commands = 1; ; commands += 1) {
      const done = await interrupted(hypervisor, commands).takeBackup(ref, name, call()).then(() => true, () => false);
      await interrupted(hypervisor, 1 + (commands % 8)).deleteBackup(name, call()).catch(() => {});
      await other().deleteBackup(name, call());
      expect(backups(), `command ${commands}`).toEqual([]);
      expect(await other().inspect(ref, call())).toMatchObject({ power: "running", busy: null });
      if (done) break;
    }
  });

  it("has one whole disk whenever a restore is interrupted, and finishes it when asked again", async () => {
    await driver.create(ref, HARDWARE, call());
    await disk().write(ref, "before");
    await driver.takeBackup(ref, name, call());
    await driver.takeSnapshot(ref, "later", call());
    for (let commands = 1; ; commands += 1) {
      await disk().write(ref, "after");
      const done = await interrupted(hypervisor, commands).restoreBackup(ref, name, call()).then(() => true, () => false);
      expect(["before", "after"], `command ${commands}`).toContain(await disk().read(ref));
      await other().restoreBackup(ref, name, call());
      expect(await disk().read(ref), `command ${commands}`).toBe("before");
      expect(await other().listSnapshots(ref, call())).toEqual([]);
      expect(disks(), `command ${commands}`).toHaveLength(1);
      if (done) break;
    }
    await driver.start(ref, call());
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "running" });
  });

  it.each(["stopped", "running"] as const)("copies all of a linked disk of a %s VM", async (power) => {
    await driver.create(ref, { ...HARDWARE, cloneMode: "linked" }, call());
    await disk().write(ref, "own");
    if (power === "running") await driver.start(ref, call());
    await driver.takeBackup(ref, name, call());
    await driver.destroy(ref, call());
    const copy = join(hypervisor.backups.folder, backups().find((file) => file.endsWith(".qcow2")) ?? "");
    expect(info(copy)).toMatchObject({ "virtual-size": GIB });
    expect(info(copy)["backing-filename"]).toBeUndefined();
    expect(Number(info(copy)["actual-size"])).toBeGreaterThan(Number(info(join(hypervisor.folders[0] ?? "", IMAGE))["actual-size"]) / 2);
    await driver.create(ref, { ...HARDWARE, cloneMode: "linked", backup: name }, call());
    expect(info(join(hypervisor.folders[0] ?? "", `${ref}.qcow2`))["backing-filename"]).toBeUndefined();
    expect(await disk().read(ref)).toBe("own");
  });

  it("ends QEMU's task when it is deleted, and says so to who waits", async () => {
    const { taking } = await takingOfFullDisk();
    await driver.deleteBackup(name, call());
    expect(await taking).toMatchObject({ failure: "refused" });
    expect(backups()).toEqual([]);
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "running", busy: null });
  });

  it("begins anew when the VM is switched off in the middle, and lets its power be", async () => {
    const { taking, first } = await takingOfFullDisk();
    await driver.suspend(ref, call());
    await driver.resume(ref, call());
    await driver.stop(ref, { mode: "forced" }, call());
    expect(await taking).toBeNull();
    const [taken] = await driver.listBackups(call());
    expect(taken).toMatchObject({ name });
    expect(backups()).toHaveLength(2);
    expect(taken?.takenAt.getTime()).toBeGreaterThan(first);
  });

  /** A copy of so much takes QEMU a while; it is under way now. */
  async function takingOfFullDisk(): Promise<{ taking: Promise<unknown>; first: number }> {
    await driver.create(ref, HARDWARE, call());
    const path = join(hypervisor.folders[0] ?? "", `${ref}.qcow2`);
    execFileSync("/usr/bin/qemu-io", ["-f", "qcow2", "-c", `write -P 7 ${GIB / 8} ${(GIB / 8) * 7}`, path]);
    await driver.start(ref, call());
    const taking = driver.takeBackup(ref, name, call()).then(() => null, (error: unknown) => error);
    const monitor = async (command: object): Promise<string> => virsh.run(["qemu-monitor-command", ref, JSON.stringify(command)], options);
    const device = await vi.waitUntil(async () => /"device":"([^"]+)"/.exec(await monitor({ execute: "query-block-jobs" }))?.[1], { timeout: TIMEOUT_MS, interval: 5 });
    // A mebibyte a second, by QEMU's own means: it lasts as long as the test.
    await monitor({ execute: "block-job-set-speed", arguments: { device, speed: 1_048_576 } });
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "running", busy: "backup" });
    return { taking, first: Number(backups()[0]?.split(".")[1]) };
  }

  it("thaws a guest that somebody who was killed has left frozen", async () => {
    await driver.create(ref, HARDWARE, call());
    await driver.start(ref, call());
    const status = async (): Promise<string> => virsh.run(["qemu-agent-command", ref, '{"execute":"guest-fsfreeze-status"}'], options).catch(() => "");
    await expect.poll(status, { timeout: TIMEOUT_MS, interval: 500 }).toContain("thawed");
    await virsh.run(["domfsfreeze", "--domain", ref], options);
    expect(await status()).toContain("frozen");
    await driver.takeBackup(ref, name, call());
    expect(await status()).toContain("thawed");
  });

  it.each(["stopped", "running"] as const)("leaves nothing of one of a %s VM for which there was too little room", async (power) => {
    const images = hypervisor.folders[0] ?? "";
    const { folder, pool, away } = await smallPool("40m");
    // Compressed, it looks as if it would fit.
    writeFileSync(join(images, "packed.raw"), Buffer.alloc(64 * 1_048_576, "packed"));
    execFileSync("/usr/bin/qemu-img", ["convert", "-c", "-O", "qcow2", join(images, "packed.raw"), join(images, "packed.qcow2")]);
    const small = createLibvirtDriver({ ...hypervisor.hosts[0].host, settings: { pool: hypervisor.pool, network: hypervisor.network, backupPool: pool } }, { log: pino({ level: "silent" }) });
    try {
      const hardware: VmHardware = { ...HARDWARE, image: { slug: "packed", source: "packed.qcow2" }, cloneMode: "linked" };
      await small.create(ref, hardware, call());
      if (power === "running") await small.start(ref, call());
      const error = await failure(small.takeBackup(ref, name, call()));
      expect(error).toMatchObject({ failure: "refused", message: expect.stringMatching(/no space left/i) });
      expect(readdirSync(folder)).toEqual([]);
      expect(await small.inspect(ref, call())).toMatchObject({ power, busy: null });
      // What cannot fit is not even begun.
      await small.destroy(ref, call());
      await small.create(ref, HARDWARE, call());
      execFileSync("/usr/bin/fallocate", ["--length", "38M", join(folder, "others")]);
      expect((await failure(small.takeBackup(ref, name, call()))).message).toContain("no space for this backup");
      expect(readdirSync(folder)).toEqual(["others"]);
      expect((await small.probe(call())).warnings.join()).toContain(`${pool} for backups is nearly full`);
    } finally {
      await away();
    }
  });

  async function smallPool(size: string): Promise<{ folder: string; pool: string; away(): Promise<void> }> {
    const folder = join(hypervisor.backups.folder, "..", "small");
    const pool = `${hypervisor.pool}-small`;
    mkdirSync(folder, { recursive: true });
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]);
    chmodSync(folder, 0o755);
    await virsh.run(["pool-define-as", pool, "dir", "--target", folder], options);
    await virsh.run(["pool-start", pool], options);
    return {
      folder,
      pool,
      async away() {
        for (const command of ["pool-destroy", "pool-undefine"]) await virsh.run([command, pool], options).catch(() => "");
        execFileSync("/bin/umount", [folder]);
      },
    };
  }

  it("says what is wrong with the place for backups", async () => {
    const { host } = hypervisor.hosts[0];
    const settled = (backupPool: string | null, more = {}): Driver => createLibvirtDriver({ ...host, settings: { pool: hypervisor.pool, network: hypervisor.network, backupPool, ...more } }, { log: pino({ level: "silent" }) });
    const blocks = `${hypervisor.pool}-blocks`;
    await virsh.run(["pool-define", { file: `<pool type='logical'><name>${blocks}</name><source><name>sy-none</name></source><target><path>/dev/sy-none</path></target></pool>` }], options);
    try {
      const warnings = async (pool: string): Promise<string> => (await settled(pool).probe(call())).warnings.join("\n");
      expect(await warnings("no-such-pool")).toContain("no storage pool named no-such-pool");
      expect(await warnings(blocks)).toMatch(/holds no files[^]*is not active/);
      expect(await warnings(hypervisor.pool)).toContain("beside the disks");
      expect(await warnings(hypervisor.backups.pool)).not.toContain("backups");
      expect(await failure(settled("no-such-pool").listBackups(call()))).toMatchObject({ failure: "refused", message: expect.stringContaining("no-such-pool") });
      expect(await failure(settled(blocks).deleteBackup(name, call()))).toMatchObject({ failure: "refused", message: expect.stringContaining("holds no files") });
    } finally {
      await virsh.run(["pool-undefine", blocks], options);
    }
    expect(settled(null).supports.has("backups")).toBe(false);
    expect((await failure(settled(null).listBackups(call()))).message).toContain("no storage pool for backups");
    expect(settled(hypervisor.backups.pool, { domainType: "xen" }).supports.has("backups")).toBe(false);
    expect((await failure(settled(hypervisor.backups.pool, { domainType: "xen" }).takeBackup(ref, name, call()))).message).toContain("xen");
  });
});
