import type { Board } from "./board.ts";
import { countsOf } from "./planogram.ts";
import { PowerLost } from "./power.ts";
import type { Sensors } from "./sensors.ts";

const READING_SECONDS = 5;
const MIN_INTERVAL_MS = 100;
/** kept while there is no connection */
const MAX_SAMPLES = 500;
/** in one message, whose size is limited */
const SAMPLES_A_MESSAGE = 50;

/** What the device reports by itself: its sensors as often as its heartbeat wants, and what it holds. What it measures without a connection it keeps for later. */
export class Readings {
  readonly #board: Board;
  readonly #sensors: Sensors;
  readonly #connected: () => boolean;
  readonly #startedAt = performance.now();
  #buffered: [number, Record<string, number>][] = [];
  #latest: Record<string, number> | null = null;
  #round = 0;

  constructor(board: Board, sensors: Sensors, connected: () => boolean) {
    this.#board = board;
    this.#sensors = sensors;
    this.#connected = connected;
  }

  /** The latest values. */
  now(): Record<string, number> {
    this.#latest ??= this.#read();
    return this.#latest;
  }

  /** Reads the sensors and sends what they say. */
  take(): void {
    const { clock, send } = this.#board;
    const metrics = this.#read();
    this.#latest = metrics;
    if (!this.#connected()) {
      this.#buffered = [...this.#buffered, [Math.max(0, Math.round(clock.now())), metrics] as [number, Record<string, number>]].slice(-MAX_SAMPLES);
      return;
    }
    while (this.#buffered.length > 0) void send("tele", { metrics, samples: this.#buffered.splice(0, SAMPLES_A_MESSAGE) });
    void send("tele", { metrics });
  }

  /** Says how many items are in each slot. */
  stock(): void {
    const slots = countsOf(this.#board.flash.state);
    if (slots.length > 0) void this.#board.send("stock", { slots, source: "sensor" });
  }

  /** From now on at least as often as the heartbeat, in seconds. */
  every(heartbeat: number): void {
    this.#round += 1;
    this.#repeat(this.#round, Math.max(MIN_INTERVAL_MS, (Math.min(READING_SECONDS, heartbeat) * 1_000) / this.#board.speed)).catch((error: unknown) => {
      if (!(error instanceof PowerLost)) throw error;
    });
  }

  async #repeat(round: number, ms: number): Promise<void> {
    // Thousands of devices that start together do not speak together.
    await this.#board.power.pause(ms * Math.random());
    while (round === this.#round) {
      this.take();
      await this.#board.power.pause(ms);
    }
  }

  #read(): Record<string, number> {
    return this.#sensors.read(READING_SECONDS, ((performance.now() - this.#startedAt) / 1_000) * this.#board.speed);
  }
}
