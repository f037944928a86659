import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Runtime } from "#server/infra/runtime.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import type { Machine } from "../drivers/simulated/machine.ts";
import { openSimulatedHost } from "../drivers/simulated/simulated-host.ts";
import { type ComputeBench, createComputeBench } from "../testing/bench.ts";
import { TEST_HOST } from "../testing/places.ts";
import { listVmLogs } from "./logs.ts";
import { trimSerial } from "./serial-repository.ts";

const SECOND = 1_000;
let bench: ComputeBench;
let vmId: string;
/** with a clock that stands still */
let rt: Runtime;
let now: number;

beforeAll(async () => {
  bench = await createComputeBench();
  bench.worker();
  const made = await bench.create();
  await bench.ended(made.operationId);
  vmId = made.vmId;
  rt = { ...bench.rt, clock: { now: () => new Date(now) } };
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.mend();
  now = Date.now();
  await bench.rt.db.query({ text: "delete from vm_log where source = 'serial'" });
  await bench.rt.db.query({ text: "update vm set serial_offset = 0, serial_read_at = null, serial_tail_at = null" });
});

type Ask = Partial<Parameters<typeof listVmLogs>[2]>;
const list = async (ask: Ask = {}, by = rt) => (await listVmLogs(by, bench.customer.actor, { id: vmId, lines: 1_000, follow: false, source: "serial", ...ask })).logs;
const messages = async (ask: Ask = {}) => (await list(ask)).map((line) => line.message);
/** What is in the log, whoever has read it. */
const stored = async () => (await bench.rt.db.query<{ message: string }>({ text: "select message from vm_log where source = 'serial' order by id" })).map((row) => row.message);
const host = () => openSimulatedHost({ folder: rt.config.dataDir, speed: 200 }, TEST_HOST);
/** Makes another past of the guest. */
function rewrite(change: (serial: Machine["serial"]) => Machine["serial"]): void {
  const { version, machine } = host().look(hypervisorRef(vmId));
  const vm = host().there(machine, hypervisorRef(vmId));
  host().write({ ...vm, serial: change(vm.serial) }, version);
}

describe("a guest's serial output", () => {
  it("is in the log when somebody looks, in order, once, and a prompt after a while", async () => {
    const first = await list();
    expect(first[0]).toMatchObject({ level: "info", source: "serial", operationId: null, message: expect.stringMatching(/^\[ {4}0\.000000\] Linux version/) });
    expect(first.map((line) => line.message)).toContain("[  OK  ] Started ssh.service - OpenBSD Secure Shell server.");
    expect(first.at(-1)?.message).toBe("Debian GNU/Linux 12 web-1 ttyS0");
    now += 4 * SECOND;
    expect(await list()).toEqual(first);
    now += 2 * SECOND;
    expect(await messages()).toEqual([...first.map((line) => line.message), "web-1 login:"]);
    now += 60 * SECOND;
    expect(await messages()).toHaveLength(first.length + 1);
  });

  it("is among the other lines, and not asked for by those who want none of it", async () => {
    for (const ask of [{ source: "state" }, { level: "warning", source: undefined }, { cursor: "999999999" }] as const) await list(ask);
    expect(await stored()).toEqual([]);
    const all = await list({ source: undefined });
    expect(new Set(all.map((line) => line.source))).toEqual(new Set(["state", "operation", "hypervisor", "serial"]));
  });

  it("is asked of the host once by many who look at once", async () => {
    bench.fault({ operation: "readSerial", mode: "before", times: 10 });
    await Promise.all(Array.from({ length: 10 }, () => list()));
    let left = 0;
    const ask = () => bench.driver.readSerial(hypervisorRef(vmId), 0, 1, { key: "k", signal: AbortSignal.timeout(5_000) });
    while (await ask().then(() => false, () => true)) left += 1;
    expect(left).toBe(9);
  });

  it("is stored once by readers who do not know of each other", async () => {
    await list();
    const expected = await stored();
    expect(expected.filter((line) => line.includes("Linux version"))).toHaveLength(1);
    for (let round = 0; round < 5; round += 1) {
      await bench.rt.db.query({ text: "delete from vm_log where source = 'serial'" });
      await bench.rt.db.query({ text: "update vm set serial_offset = 0, serial_read_at = null, serial_tail_at = null" });
      // Each comes after the pause of the one before it, while that one still waits for the host.
      await Promise.all(Array.from({ length: 8 }, (_, n) => list({}, { ...bench.rt, clock: { now: () => new Date(now + 3 * SECOND * n) } })));
      // By the time of the later ones the prompt has waited long enough.
      expect([expected, [...expected, "web-1 login:"]]).toContainEqual(await stored());
    }
  });

  it("tells those who look that there is something new", async () => {
    const heard: string[] = [];
    const off = rt.realtime.subscribe((message) => heard.push(`${message.name} ${message.rooms.join()}`));
    await list();
    now += 3 * SECOND;
    await list();
    off();
    expect(heard).toEqual([`vm.log vm:${vmId}`]);
  });

  it("says what is lost of it, and begins anew when it is another", async () => {
    await list();
    rewrite((serial) => ({ dropped: 1_000_000, parts: serial.parts }));
    now += 3 * SECOND;
    const lost = (await messages()).slice((await stored()).findIndex((line) => line.startsWith("—")));
    expect(lost.slice(0, 2)).toEqual(["— what was written before this is not there any more —", expect.stringContaining("Linux version")]);
    rewrite((serial) => ({ dropped: 0, parts: serial.parts }));
    now += 3 * SECOND;
    expect((await messages()).filter((line) => line.includes("Linux version"))).toHaveLength(3);
    expect((await stored()).filter((line) => line.startsWith("—"))).toHaveLength(1);
  });

  it("may be garbage", async () => {
    rewrite((serial) => ({ dropped: 0, parts: serial.parts.slice(-1).map((part) => ({ ...part, facts: { ...part.facts, hostname: `\u0000\u001b[31m\ud800${"long ".repeat(1_000)}` } })) }));
    const told = await messages();
    expect(told.filter((line) => line.length === 1_000)).toHaveLength(3);
    expect(told.join("")).not.toMatch(/[\p{Cc}]/u);
  });

  it("is trimmed to the newest lines of a VM that writes without end", async () => {
    const all = await messages();
    await bench.rt.db.prisma.$transaction((tx) => trimSerial(tx, vmId, all.length));
    expect(await stored()).toEqual(all);
    await bench.rt.db.prisma.$transaction((tx) => trimSerial(tx, vmId, 3));
    expect(await stored()).toEqual(all.slice(-3));
  });

  it("of a host that did not answer is asked for again after a while", async () => {
    bench.fault({ operation: "readSerial", mode: "before" });
    expect(await messages()).toEqual([]);
    now += 20 * SECOND;
    expect(await messages()).toEqual([]);
    now += 11 * SECOND;
    expect(await messages()).not.toEqual([]);
  });

  // The last: its call is under way for longer than it lasts.
  it("keeps nobody waiting for a host that is away", async () => {
    bench.fault({ operation: "readSerial", mode: "hang", times: 0 });
    const began = performance.now();
    const logs = await list({ source: undefined });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(logs.map((line) => line.source)).toContain("state");
  });
});
