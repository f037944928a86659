import type { Faults, PowerStep } from "./faults.ts";

/** Thrown through everything that runs when the power goes. */
export class PowerLost extends Error {
  override name = "PowerLost";
}

/** The power of one run of the firmware. Once it has gone, nothing of that run writes, waits or sends any more. */
export class Power {
  readonly #abort = new AbortController();
  readonly #faults: Faults;
  readonly #onFault: () => void;

  /** @param onFault the power went where a fault said so: somebody has to switch it on again */
  constructor(faults: Faults, onFault: () => void) {
    this.#faults = faults;
    this.#onFault = onFault;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the power will go at this step. */
  armed(step: PowerStep): boolean {
    return this.#faults.powerCycleAt === step;
  }

  /** Passes a step. @throws PowerLost when the power has gone, or goes right here */
  reach(step: PowerStep): void {
    this.check();
    if (!this.armed(step)) return;
    this.#faults.powerCycleAt = null;
    this.cut();
    this.#onFault();
    this.check();
  }

  /** Passes a step that only counts once something was sent. @throws PowerLost */
  async reachAfter(step: PowerStep, sent: Promise<void>): Promise<void> {
    if (this.armed(step)) await this.until(sent);
    this.reach(step);
  }

  /** @throws PowerLost when the power has gone */
  check(): void {
    if (this.#abort.signal.aborted) throw this.#abort.signal.reason;
  }

  cut(): void {
    if (!this.#abort.signal.aborted) this.#abort.abort(new PowerLost("the power has gone"));
  }

  /** @throws PowerLost when the power goes before `work` is done */
  until<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(signal.reason as PowerLost);
      if (signal.aborted) return gone();
      signal.addEventListener("abort", gone, { once: true });
      const end = (): void => signal.removeEventListener("abort", gone);
      work.then(resolve, reject).finally(end);
    });
  }

  /** @throws PowerLost when the power goes before the time is over */
  pause(ms: number): Promise<void> {
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as PowerLost);
      const gone = (): void => {
        clearTimeout(timer);
        reject(signal.reason as PowerLost);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", gone);
        resolve();
      }, ms);
      signal.addEventListener("abort", gone, { once: true });
    });
  }
}
