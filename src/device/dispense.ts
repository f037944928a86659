import type { Board } from "./board.ts";
import type { CommandHandler } from "./commands.ts";
import type { Dispenser } from "./dispenser.ts";
import { countsOf, slotsOf } from "./planogram.ts";

/** A promise of a server to dispense later than this is none. */
const LONGEST_EXPIRY_MS = 600_000;

/** One item at a time: who holds the motors, be it a command or somebody who paid at the machine. */
export class Motors {
  #busy = false;
  /** when a command last asked for a slot, by the process's clock */
  #lastCommandAt = Number.NEGATIVE_INFINITY;

  get busy(): boolean {
    return this.#busy;
  }

  /** milliseconds since a command last asked for a slot */
  get quietForMs(): number {
    return performance.now() - this.#lastCommandAt;
  }

  commandCame(): void {
    this.#lastCommandAt = performance.now();
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }
}

/** `dispense`: one item out of a slot. */
export function dispenseHandler(board: Board, dispenser: Dispenser, motors: Motors, updating: () => boolean): CommandHandler<"dispense"> {
  const { flash, power, send } = board;
  return (command, { slot, mechanism, order }) => {
    motors.commandCame();
    if (command.exp - command.ts > LONGEST_EXPIRY_MS) return { refuse: "FAILED", data: { reason: "exp is more than ten minutes away" } };
    if (motors.busy || updating()) return { refuse: "BUSY" };
    const known = slotsOf(flash.state).find((one) => one.slot === slot);
    if (!known) return { refuse: "UNKNOWN_SLOT" };
    if (!known.enabled) return { refuse: "DISABLED" };
    if ((flash.state.stock[slot] ?? 0) <= 0) return { refuse: "EMPTY" };
    let dropped = false;
    return {
      slot,
      run: () =>
        motors.use(async () => {
          const outcome = await dispenser.turn(slot, mechanism, command.id);
          power.reach("motor.turned");
          dropped = outcome.phase === "done";
          if (!dropped) return { ...outcome, data: { slot, order } };
          const left = Math.max(0, (flash.state.stock[slot] ?? 0) - 1);
          // Written together with the result.
          flash.state.stock[slot] = left;
          return { phase: "done", data: { slot, order, left } };
        }),
      after: () => {
        if (dropped) void send("stock", { slots: countsOf(flash.state, [slot]), source: "sensor" });
      },
    };
  };
}
