import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedDevice } from "../../../device/device.ts";
import { countsOfClaim } from "../../../device/planogram.ts";
import { newState, writeState } from "../../../device/state-file.ts";
import { BROKERS, eventually, startTestBroker, type TestBroker } from "../testing/broker.ts";
import { givenClaim } from "../testing/fixtures.ts";
import { type Bought, openStall, type Stall, type StallMachine } from "../testing/stall.ts";
import { startBridgeProcess } from "../testing/start-bridge-process.ts";

const MACHINES = 3;
/** Where bridges can be held up: when they have published a command and take it out of the outbox, and when they have heard of a piece and write it down. */
const GATES = { published: 4_711, heard: 4_712 };

/** Several bridges share one broker's messages; the embedded broker lives inside one bridge, the embedded database inside one process. */
describe.skipIf(!process.env["TEST_DATABASE_URL"] || !BROKERS.includes("mosquitto"))("sales through two bridges", () => {
  let stall: Stall;
  let broker: TestBroker;
  let gate: pg.Client;
  const folder = mkdtempSync(join(tmpdir(), "switchyard-bridges-"));
  const machines: StallMachine[] = [];
  const devices: SimulatedDevice[] = [];
  const bridges: ChildProcess[] = [];

  beforeAll(async () => {
    stall = await openStall();
    const { rt } = stall;
    // The bridges are processes of their own, by the world's clock.
    rt.clock.set(new Date());
    const claims = [];
    for (let nth = 0; nth < MACHINES; nth += 1) {
      const machine = await stall.machine();
      machines.push(machine);
      claims.push(await givenClaim(rt, machine.id));
    }
    await rt.db.query({ text: "create function wait_at_gate() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(tg_argv[0]::bigint); return coalesce(new, old); end $$" });
    await rt.db.query({ text: `create trigger published before delete on downlink for each row execute function wait_at_gate(${GATES.published})` });
    await rt.db.query({ text: `create trigger heard before update on order_line for each row when (new.state = 'dispensed') execute function wait_at_gate(${GATES.heard})` });
    gate = new pg.Client({ connectionString: rt.databaseUrl ?? "" });
    await gate.connect();
    broker = await startTestBroker(rt, "mosquitto");
    for (let nth = 0; nth < 2; nth += 1) bridges.push(await startBridgeProcess(rt));
    for (const [nth, claim] of claims.entries()) {
      const stateFile = join(folder, `${nth}.json`);
      writeState(stateFile, { ...newState(`02:00:00:00:00:0${nth}`), claim, ...countsOfClaim(claim) });
      const device = new SimulatedDevice({ server: stall.shop.url, stateFile, token: async () => "", brokerUrl: broker.url, speed: 50, log: { info() {}, warn() {} } });
      devices.push(device);
      await device.start();
    }
    await eventually(async () => (await rt.db.prisma.machine.count({ where: { status: "online" } })) === MACHINES, 20_000);
  }, 120_000);
  afterAll(async () => {
    for (const device of devices) await device.stop();
    await killAll();
    await gate.end();
    await broker.stop();
    await stall.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("bring each command to the motor once, whichever of them publishes it and whichever hears the answer", { timeout: 120_000 }, async () => {
    const sales = await Promise.all(machines.flatMap((machine) => [machine, machine]).map(sell));
    for (const sale of sales) expect(await ended(sale)).toMatchObject({ status: "dispensed" });
    for (const sale of sales) expect(await stall.money(sale.orderId)).toEqual({ status: "succeeded", taken: 150, back: 0 });
    for (const device of devices) expect(turnsOf(device)).toBe(2);
  });

  it("one is killed between publishing a command and its commit: the next one publishes it again, and the motor turns once", { timeout: 120_000 }, async () => {
    const { machine, device } = pair();
    const before = turnsOf(device);
    const sale = await killedAt(GATES.published, machine, () => turnsOf(device) > before);
    expect(await ended(sale)).toMatchObject({ status: "dispensed" });
    expect(turnsOf(device)).toBe(before + 1);
    expect(await stall.money(sale.orderId)).toEqual({ status: "succeeded", taken: 150, back: 0 });
    expect(await stall.rt.db.prisma.downlink.count()).toBe(0);
  });

  it("one is killed between hearing a result and its commit: it is heard again, and the piece is sold once", { timeout: 120_000 }, async () => {
    const { machine, device } = pair();
    const before = turnsOf(device);
    const sale = await killedAt(GATES.heard, machine, () => turnsOf(device) > before);
    expect(await ended(sale)).toMatchObject({ status: "dispensed" });
    expect(turnsOf(device)).toBe(before + 1);
    expect(await stall.money(sale.orderId)).toEqual({ status: "succeeded", taken: 150, back: 0 });
    // Five less two, less one in each of the tests above and here.
    expect(await stall.stock(machine, "A1")).toMatchObject({ count: 1, reserved: 0 });
  });

  function pair(): { machine: StallMachine; device: SimulatedDevice } {
    const [machine, device] = [machines[0], devices[0]];
    if (!machine || !device) throw new Error("no machine");
    return { machine, device };
  }

  async function sell(machine: StallMachine): Promise<Bought> {
    const bought = await stall.order(machine, ["A1"]);
    await stall.pay(bought);
    return bought;
  }

  /** Sells a piece, kills every bridge once one of them waits at the gate and the motor has turned, and starts two others. */
  async function killedAt(lock: number, machine: StallMachine, turned: () => boolean): Promise<Bought> {
    const { rt } = stall;
    await gate.query("select pg_advisory_lock($1)", [lock]);
    const sale = await sell(machine);
    // From then on it is the bridges' turn; the order may be locked by the one that is held up.
    await eventually(async () => {
      await work();
      return (await stall.now(sale)).lines.some((line) => line.state === "dispensing");
    }, 20_000);
    const held = "select 1 from pg_locks where locktype = 'advisory' and not granted and objid = $1";
    await eventually(async () => turned() && (await rt.db.query({ text: held, values: [lock] })).length > 0, 20_000);
    await killAll();
    await gate.query("select pg_advisory_unlock($1)", [lock]);
    for (let nth = 0; nth < 2; nth += 1) bridges.push(await startBridgeProcess(rt));
    return sale;
  }

  async function work(): Promise<void> {
    stall.rt.clock.set(new Date());
    await stall.settle();
  }

  async function ended(sale: Bought): Promise<Awaited<ReturnType<Stall["now"]>>> {
    return eventually(async () => {
      await work();
      const order = await stall.now(sale);
      return order.endedAt !== null && order.paymentState !== "authorized" && order;
    }, 60_000);
  }

  async function killAll(): Promise<void> {
    await Promise.all(
      bridges.splice(0).map(async (bridge) => {
        bridge.kill("SIGKILL");
        await once(bridge, "exit");
      }),
    );
  }
});

/** How many pieces its motors turned for; each piece has a command of its own. */
function turnsOf(device: SimulatedDevice): number {
  expect(new Set(device.turns.map((turn) => turn.id)).size).toBe(device.turns.length);
  return device.turns.length;
}
