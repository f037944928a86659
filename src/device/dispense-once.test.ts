import { fc } from "#server/testing/properties.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Board } from "./board.ts";
import { CommandStore, REMEMBERED } from "./command-store.ts";
import { Commands } from "./commands.ts";
import { DeviceClock } from "./device-clock.ts";
import { dispenseHandler, Motors } from "./dispense.ts";
import { Dispenser, type Turn } from "./dispenser.ts";
import { noFaults, POWER_STEPS } from "./faults.ts";
import { Power, PowerLost } from "./power.ts";
import { Flash, newState, writeState } from "./state-file.ts";

/**
 * Commands come any number of times, in any order, long after their time too; the power goes at any step; acknowledgements are lost; the clock is wrong.
 * Whatever happens, no motor turns twice for one id, and what the device says of an id never changes once it has ended.
 */
const folder = mkdtempSync(join(tmpdir(), "switchyard-once-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STEPS = POWER_STEPS.filter((step) => !step.startsWith("update") && !step.startsWith("password") && !step.startsWith("config"));
const happening = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("command" as const), id: fc.nat(60), late: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("new" as const), count: fc.integer({ min: 1, max: REMEMBERED }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut" as const), step: fc.constantFrom(...STEPS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clock" as const), offsetMs: fc.integer({ min: -100_000_000, max: 100_000_000 }) }) },
);

/** A device without a network: what it says ends in `said`. */
class Bench {
  readonly turns: Turn[] = [];
  readonly said: { id: string; phase: string; code?: string }[] = [];
  readonly faults = noFaults();
  readonly #file: string;
  #power!: Power;
  #commands!: Commands;

  constructor(file: string) {
    this.#file = file;
    writeState(file, { ...newState("02:00:00:00:00:01"), claim: CLAIM, stock: { A1: 100_000 }, clockOffsetMs: 0 });
    this.boot();
  }

  boot(): void {
    this.#power = new Power(this.faults, () => {});
    const flash = new Flash(this.#file, this.#power, () => "");
    const clock = new DeviceClock(() => NOW + this.faults.clockOffsetMs, flash.state);
    const board: Board = {
      flash, clock, faults: this.faults, speed: 1_000_000, power: this.#power,
      log: { info() {}, warn() {} },
      send: async (_part, body) => void this.said.push(body as Bench["said"][number]),
      reboot: () => {},
    };
    const dispenser = new Dispenser({ faults: this.faults, power: this.#power, turns: this.turns, speed: 1_000_000 });
    const none = (): { refuse: string } => ({ refuse: "FAILED" });
    this.#commands = new Commands(board, new CommandStore(flash), { dispense: dispenseHandler(board, dispenser, new Motors(), () => false), reboot: none, identify: none, self_test: none, rotate: none }, () => {});
    this.#commands.recover(() => ({ phase: "failed", code: "INTERRUPTED" }));
  }

  /** Takes a command to its end; when the power goes in between, starts again. */
  async take(...messages: object[]): Promise<void> {
    const work = await Promise.allSettled(messages.map((message) => this.#commands.take(Buffer.from(JSON.stringify(message)))));
    for (const one of work) if (one.status === "rejected" && !(one.reason instanceof PowerLost)) throw one.reason as Error;
    if (this.#power.signal.aborted) this.boot();
  }
}

const NOW = Date.parse("2028-02-28T10:00:00Z");
const CLAIM = {
  machine_id: "mch_1",
  mqtt: { url: "mqtt://localhost", username: "u", password: "p", client_id: "c", ca_pem: null },
  topics: Object.fromEntries(["status", "tele", "event", "stock", "diag", "log", "ack", "cfg/rep", "ota/state", "cmd", "cfg", "ota"].map((part) => [part, part])) as never,
  config: { version: 1, heartbeat_seconds: 60, timezone: "UTC", slots: [{ slot: "A1", sku: "A", capacity: 100, count: 100, filled: 0 }] },
  server_time: "2028-02-28T10:00:00.000Z",
};

it("turns the motor at most once for an id, whatever comes", { timeout: 120_000 }, async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 40 }), async (happenings) => {
      run += 1;
      const bench = new Bench(join(folder, `${run}.json`));
      let sent = 0;
      const message = (id: number, late: boolean): object => {
        const ts = NOW + id * 10;
        return { v: 1, id: `cmd_${id}`, type: "dispense", ts: late ? ts - 1_000 : ts, exp: ts + 20_000, args: { slot: "A1", order: "ord_1", mechanism: "motor" } };
      };
      for (const one of happenings) {
        if (one.kind === "cut") bench.faults.powerCycleAt = one.step;
        else if (one.kind === "clock") bench.faults.clockOffsetMs = one.offsetMs;
        else if (one.kind === "command") await bench.take(message(one.id, one.late), message(one.id, one.late));
        else for (const end = sent + one.count; sent < end; sent += 1) await bench.take(message(sent, false));
      }
      const ids = bench.turns.map((turn) => turn.id);
      expect(new Set(ids).size).toBe(ids.length);
      const ends = Map.groupBy(bench.said.filter((ack) => ack.phase !== "accepted"), (ack) => ack.id);
      // Forgotten altogether, it may be refused as too late; it is never carried out.
      for (const [id, acks] of ends) expect([id, new Set(acks.map((ack) => ack.code ?? ack.phase).filter((said) => said !== "EXPIRED")).size]).toEqual([id, expect.toSatisfy((kinds: number) => kinds <= 1)]);
    }),
    { numRuns: 150 },
  );
});

it("refuses what it may have forgotten: the one that fell out of its memory comes again", async () => {
  const bench = new Bench(join(folder, "forgotten.json"));
  const message = (id: number): object => ({ v: 1, id: `cmd_${id}`, type: "dispense", ts: NOW, exp: NOW + 20_000 + id, args: { slot: "A1", order: "ord_1", mechanism: "motor" } });
  for (let id = 0; id <= REMEMBERED; id += 1) await bench.take(message(id));
  expect(bench.turns).toHaveLength(REMEMBERED + 1);
  await bench.take(message(0));
  expect(bench.turns).toHaveLength(REMEMBERED + 1);
  expect(bench.said.at(-1)).toEqual({ id: "cmd_0", phase: "failed", code: "EXPIRED" });
  await bench.take(message(REMEMBERED + 1));
  expect(bench.turns).toHaveLength(REMEMBERED + 2);
});
