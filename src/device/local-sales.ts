import type { Board } from "./board.ts";
import type { Motors } from "./dispense.ts";
import type { Dispenser } from "./dispenser.ts";
import { countsOf, type DeviceSlot, slotsOf } from "./planogram.ts";
import type { Sensors } from "./sensors.ts";

const REFILL_BELOW = 0.35;
const REFILL_SECONDS = 20;
/** The machine leaves so many of each product, or half of what it holds of it, to those who order by the network. */
const LEFT_FOR_ORDERS = 4;
/** After a command it sells nothing by itself for so long: the rest of that order may be on its way. */
const QUIET_MS = 120_000;

/** People who pay at the machine itself, and somebody who fills it: what the demo shows when nobody orders. */
export class LocalSales {
  readonly #board: Board;
  readonly #dispenser: Dispenser;
  readonly #motors: Motors;
  readonly #sensors: Sensors;

  constructor(board: Board, dispenser: Dispenser, motors: Motors, sensors: Sensors) {
    this.#board = board;
    this.#dispenser = dispenser;
    this.#motors = motors;
    this.#sensors = sensors;
  }

  /** Somebody comes: sells an item, or fills the machine when little is left. @throws PowerLost */
  async visit(): Promise<void> {
    const { flash, speed } = this.#board;
    if (this.#motors.busy || this.#motors.quietForMs < QUIET_MS / speed) return;
    const { stock } = flash.state;
    const slots = slotsOf(flash.state).filter((slot) => slot.sku !== null && slot.enabled);
    const total = slots.reduce((sum, { slot }) => sum + (stock[slot] ?? 0), 0);
    const capacity = slots.reduce((sum, slot) => sum + slot.capacity, 0);
    if (total < capacity * REFILL_BELOW) return this.#refill(slots);
    const choice = sellable(slots, stock);
    const sold = choice[Math.floor(Math.random() * choice.length)];
    if (sold) await this.#sell(sold);
  }

  async #sell({ slot, sku, mechanism }: DeviceSlot): Promise<void> {
    const { flash, send } = this.#board;
    const outcome = await this.#motors.use(() => this.#dispenser.turn(slot, mechanism, null));
    if (outcome.phase === "failed") return void send("event", { type: "vend.failed", level: "warning", data: { slot, code: outcome.code } });
    const left = Math.max(0, (flash.state.stock[slot] ?? 0) - 1);
    flash.state.stock[slot] = left;
    flash.save();
    void send("event", { type: "vend.completed", level: "info", data: { slot, sku, left } });
    void send("stock", { slots: countsOf(flash.state, [slot]), source: "sensor" });
  }

  async #refill(slots: readonly DeviceSlot[]): Promise<void> {
    const { flash, power, send, speed } = this.#board;
    await this.#motors.use(async () => {
      this.#sensors.doorOpen = true;
      void send("event", { type: "door.open", level: "info" });
      await power.pause((REFILL_SECONDS * 1_000) / speed);
      for (const { slot, capacity } of slots) flash.state.stock[slot] = capacity;
      flash.save();
      this.#sensors.doorOpen = false;
      void send("event", { type: "door.closed", level: "info" });
      void send("stock", { slots: countsOf(flash.state), source: "manual" });
    });
  }
}

/** Of each product that there is enough of, the last slot that has some: orders are served from the first. */
function sellable(slots: readonly DeviceSlot[], stock: Readonly<Record<string, number>>): DeviceSlot[] {
  const products = new Map<string, { last: DeviceSlot | null; left: number; capacity: number }>();
  for (const slot of slots) {
    const count = stock[slot.slot] ?? 0;
    const known = products.get(slot.sku ?? "") ?? { last: null, left: 0, capacity: 0 };
    products.set(slot.sku ?? "", { last: count > 0 ? slot : known.last, left: known.left + count, capacity: known.capacity + slot.capacity });
  }
  return [...products.values()].flatMap(({ last, left, capacity }) => (last && left > Math.min(LEFT_FOR_ORDERS, capacity / 2) ? [last] : []));
}
