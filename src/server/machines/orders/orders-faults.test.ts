import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { SimulatedDevice } from "../../../device/device.ts";
import { type Faults, POWER_STEPS } from "../../../device/faults.ts";
import { countsOfClaim } from "../../../device/planogram.ts";
import { newState, readState, writeState } from "../../../device/state-file.ts";
import { type Bridge, startBridge } from "../bridge.ts";
import { givenClaim } from "../testing/fixtures.ts";
import { eventually, startTestBroker, type TestBroker } from "../testing/broker.ts";
import { type Bought, openStall, type Stall, type StallMachine } from "../testing/stall.ts";

let stall: Stall;
let broker: TestBroker;
let bridge: Bridge;
const folder = mkdtempSync(join(tmpdir(), "switchyard-sales-"));
const devices: SimulatedDevice[] = [];
let ticking: NodeJS.Timeout;
beforeAll(async () => {
  stall = await openStall();
  // A report is known to be of a command's piece by being later.
  ticking = setInterval(() => stall.rt.clock.advance(5), 5);
  broker = await startTestBroker(stall.rt, "aedes");
  bridge = await startBridge(stall.rt);
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
});
afterAll(async () => {
  clearInterval(ticking);
  await bridge.stop();
  await broker.stop();
  await stall.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A machine whose device speaks over a real broker. */
async function machineWith(faults: Partial<Faults>): Promise<{ machine: StallMachine; device: SimulatedDevice; left: (slot: string) => number }> {
  const machine = await stall.machine();
  const stateFile = join(folder, `${machine.id}.json`);
  const claim = await givenClaim(stall.rt, machine.id);
  writeState(stateFile, { ...newState("02:00:00:00:00:01"), claim, ...countsOfClaim(claim) });
  const options = { server: stall.shop.url, stateFile, token: async () => "", brokerUrl: broker.url, speed: 50, faults, now: () => stall.rt.clock.now().getTime(), log: { info() {}, warn() {} } };
  const device = new SimulatedDevice(options);
  devices.push(device);
  await device.start();
  // The claim took the machine's former device offline; until this one's birth is stored the storefront sells nothing.
  await eventually(async () => (await stall.rt.db.prisma.machine.findUniqueOrThrow({ where: { id: machine.id } })).status === "online");
  return { machine, device, left: (slot) => readState(stateFile)?.stock[slot] ?? -1 };
}

/** Lets everything run; time passes only when nothing else helps. */
async function ended(bought: Bought): Promise<Awaited<ReturnType<Stall["now"]>>> {
  for (let round = 0; round < 400; round += 1) {
    await stall.settle();
    const order = await stall.now(bought);
    const over = order.endedAt !== null && !["authorized", "refunding"].includes(order.paymentState);
    if (over) return order;
    await sleep(50);
    if (round > 60) stall.rt.clock.advance(10_000);
  }
  throw new Error("the order has no end");
}

const FAULTS: [string, Partial<Faults>][] = [
  ["nothing is wrong", {}],
  ["acknowledgements are lost", { dropAcks: 2 }],
  ["everything is said three times", { repeatMessages: 2 }],
  ["its clock is an hour late", { clockOffsetMs: -3_600_000 }],
  ["its clock is an hour early", { clockOffsetMs: 3_600_000 }],
  ["its motor turns and nothing falls", { noDrop: true }],
  ...POWER_STEPS.filter((step) => /^(command|motor|result)/.test(step)).map((step): [string, Partial<Faults>] => [`the power goes at ${step}`, { powerCycleAt: step }]),
];

it.each(FAULTS)("turns a motor once at most and keeps money for what came out alone when %s", { timeout: 120_000 }, async (_name, faults) => {
  const { machine, device, left } = await machineWith(faults);
  const bought = await stall.order(machine, ["A1"]);
  await stall.pay(bought);
  const order = await ended(bought);
  const ids = device.turns.map((turn) => turn.id);
  expect(ids.length).toBeLessThanOrEqual(1);
  const sold = order.lines.filter((line) => line.state === "dispensed").length;
  expect(sold).toBeLessThanOrEqual(ids.length);
  expect(await stall.money(bought.orderId)).toEqual(sold === 1 ? { status: "succeeded", taken: 150, back: 0 } : { status: "voided", taken: 0, back: 0 });
  // What the device counts is what there is: also when its word came too late for the money, which then stays with who paid.
  await eventually(async () => (await stall.stock(machine, "A1")).count === left("A1"));
  expect(left("A1")).toBeGreaterThanOrEqual(5 - ids.length);
  expect(left("A1")).toBeLessThanOrEqual(5 - sold);
  expect((await stall.stock(machine, "A1")).reserved).toBe(0);
  if (Object.keys(faults).length === 0) expect(sold).toBe(1);
});
