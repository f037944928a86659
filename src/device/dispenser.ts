import type { Outcome } from "./command-store.ts";
import type { Faults } from "./faults.ts";
import type { Power } from "./power.ts";

/** What the world sees of a machine: it outlives every run of the firmware. */
export interface Turn {
  /** of the command; null: somebody paid at the machine itself */
  id: string | null;
  slot: string;
}

const TURN_MS: Record<"motor" | "servo" | "lock", number> = { motor: 2_500, servo: 1_200, lock: 400 };

/** The motors and the drop sensor. */
export class Dispenser {
  readonly #faults: Faults;
  readonly #power: Power;
  readonly #turns: Turn[];
  readonly #speed: number;

  constructor(options: { faults: Faults; power: Power; turns: Turn[]; speed: number }) {
    this.#faults = options.faults;
    this.#power = options.power;
    this.#turns = options.turns;
    this.#speed = options.speed;
  }

  /** Turns the motor of a slot and watches what falls. @throws PowerLost */
  async turn(slot: string, mechanism: keyof typeof TURN_MS, id: string | null): Promise<Outcome> {
    this.#power.check();
    if (this.#faults.motorBroken.has(slot)) return { phase: "failed", code: "MOTOR" };
    this.#turns.push({ id, slot });
    await this.#power.pause(TURN_MS[mechanism] / this.#speed);
    if (this.#faults.jam.has(slot)) return { phase: "failed", code: "JAM" };
    if (this.#faults.noDrop) return { phase: "failed", code: "NO_DROP" };
    return { phase: "done" };
  }
}
