import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { type CallOptions, type Driver, hypervisorRef } from "../driver.ts";
import { simulatedHostNamed } from "../testing/simulated-hosts.ts";
import { injectFault } from "./faults.ts";
import type { Machine } from "./machine.ts";
import { serialOutput, silent, speaking } from "./serial-port.ts";
import { createSimulatedDriver } from "./simulated-driver.ts";
import { openSimulatedHost, type SimulatedHost } from "./simulated-host.ts";
import { usageBetween } from "./usage.ts";

const MINUTE = 60_000;
const host = simulatedHostNamed("past");
const hardware = { image: { slug: "debian-12", source: null }, backup: null, cloneMode: "full", storage: null, network: { bridge: null, vlan: null }, vcpu: 1, memoryMb: 512, storageGb: 2 } as const;
const call = (key = "k", signal = AbortSignal.timeout(10_000)): CallOptions => ({ key, signal });

let folder: string;
let driver: Driver;
let state: SimulatedHost;
let ref: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-past-"));
  driver = createSimulatedDriver({ folder, speed: 100 }, host);
  state = openSimulatedHost({ folder, speed: 100 }, host);
  ref = hypervisorRef(newId("vm"));
  await driver.create(ref, hardware, call());
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const machine = (): Machine => state.there(state.look(ref).machine, ref);
const backups = async (): Promise<string[]> => (await driver.listBackups(call())).map(({ name }) => name);

describe("a simulated backup", () => {
  it("is broken off by a power cut, and by the end of its VM", async () => {
    const slow = createSimulatedDriver({ folder, speed: 1 }, host);
    for (const end of [() => driver.stop(ref, { mode: "forced" }, call()), () => driver.destroy(ref, call())]) {
      await driver.start(ref, call());
      injectFault(state.folder, { operation: "takeBackup", mode: "midway", ref });
      await expect(slow.takeBackup(ref, "bkp_one", call())).rejects.toMatchObject({ failure: "unknown" });
      expect(machine().task?.kind).toBe("takeBackup");
      await end();
      expect(await backups()).toEqual([]);
    }
  });

  it("is complete when its time has come, whoever looks, also after its VM is gone", async () => {
    injectFault(state.folder, { operation: "takeBackup", mode: "midway", ref });
    await expect(driver.takeBackup(ref, "bkp_one", call())).rejects.toMatchObject({ failure: "unknown" });
    await expect.poll(backups).toEqual(["bkp_one"]);
    await driver.destroy(ref, call());
    expect(await backups()).toEqual(["bkp_one"]);
    injectFault(state.folder, { operation: "deleteBackup", mode: "after" });
    await expect(driver.deleteBackup("bkp_one", call())).rejects.toMatchObject({ failure: "unknown" });
    expect(await backups()).toEqual([]);
  });

  it("makes no VM whose disk is smaller than its own", async () => {
    await driver.takeBackup(ref, "bkp_one", call());
    await expect(driver.create("sy-vm_small", { ...hardware, backup: "bkp_one", storageGb: 1 }, call())).rejects.toMatchObject({ failure: "refused" });
    expect(await driver.inspect("sy-vm_small", call())).toBeNull();
  });
});

describe("a simulated serial port", () => {
  const text = (at: number, offset = 0, from = machine()) => serialOutput(from, at, offset, 1_000_000).bytes.toString();

  it("grows while the guest boots and runs, and what was said stays", async () => {
    await driver.start(ref, call());
    const { bootedAt, addressAt } = machine();
    const [boot, up] = [bootedAt ?? 0, addressAt ?? 0];
    const times = [boot + 1, (boot + up) / 2, up + 1, up + 5 * MINUTE, up + 24 * 60 * MINUTE];
    const texts = times.map((at) => text(at));
    for (const [n, each] of texts.entries()) expect(each.startsWith(texts[n - 1] ?? "") && each.length > (texts[n - 1]?.length ?? -1), each).toBe(true);
    expect(texts[0]).toMatch(/^\[ {4}0\.000000\] Linux version/);
    expect(texts[2]).toMatch(/login: $/);
    expect(texts[4]?.split("\r\n").length).toBeGreaterThan(100);
  });

  it("says goodbye when it is shut down, and forgets its oldest starts", () => {
    let vm: Machine = machine();
    const ends: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const at = n * MINUTE;
      vm = silent(speaking({ ...vm, power: "running", bootedAt: at, addressAt: at + 1_000 }, at), at + 10_000, true);
      ends.push(serialOutput(vm, at + MINUTE, 0, 1_000_000).next);
    }
    expect(text(10 * MINUTE, ends[8], vm)).toMatch(/^\[ {4}0\.000000\] Linux version[^]*\[ {3}10\.000000\] Reached target poweroff\.target/);
    expect(serialOutput(vm, 10 * MINUTE, ends[1] ?? 0, 1_000_000)).toMatchObject({ next: ends[9], skipped: false });
    const lost = serialOutput(vm, 10 * MINUTE, (ends[1] ?? 0) - 1, 1_000_000);
    expect([lost.skipped, lost.bytes.length]).toEqual([true, (ends[9] ?? 0) - (ends[1] ?? 0)]);
  });
});

it("the past of a simulated VM is told of the minutes that it ran", () => {
  const begin = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE;
  const ran = (vm: Machine, from: number, to: number): Machine => silent(speaking({ ...vm, power: "running", bootedAt: from, addressAt: from }, from), to);
  const vm = ran(ran(machine(), begin, begin + 5 * MINUTE), begin + 30 * MINUTE + 1, begin + 32 * MINUTE);
  const minutes = usageBetween(vm, begin + 2 * MINUTE, begin + 60 * MINUTE).map(({ at }) => (at.getTime() - begin) / MINUTE);
  expect(minutes).toEqual([2, 3, 4, 31]);
  expect(usageBetween(vm, begin - 60 * MINUTE, begin)).toEqual([]);
});
