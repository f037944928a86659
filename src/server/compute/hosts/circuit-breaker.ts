import { DriverError } from "../drivers/errors.ts";

export interface BreakerOptions {
  hostName: string;
  now: () => Date;
  /** Asks the host itself whether it is there; throws when it is not. */
  check: () => Promise<unknown>;
  /** heard of each opening and closing */
  onChange?: (state: "open" | "closed", why: string) => void;
}

/** Failures in a row after which the host is asked whether it is there at all. */
const SUSPICIOUS = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 120_000;

/**
 * Keeps calls from a host that is away: they fail at once instead of each waiting out its time.
 * - Only failures that may be the host's count: `unavailable`, and `unknown` after a time-out. What a host answers (`refused`, `not_found`) shows that it is there.
 * - One VM that is locked fails again and again with `unavailable` too. So after five failures in a row the host itself is asked, and only when that fails the
 *   breaker opens.
 * - While it is open, the first call after a pause asks the host again; an answer closes it, a failure doubles the pause. No VM's call is the guinea pig.
 */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #retryAt: number | null = null;
  #checking = false;
  #reason = "";

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): "closed" | "open" {
    return this.#retryAt === null ? "closed" : "open";
  }

  /** Does the work if the host may be asked. @throws DriverError unavailable at once while it may not */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#retryAt !== null) await this.#tryAgain(this.#retryAt);
    return this.watch(work);
  }

  /** Does the work in any case, and learns from how it ends: for asking the host whether it is there. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.succeeded();
      return result;
    } catch (error) {
      await this.#failed(error);
      throw error;
    }
  }

  /** The host has answered. */
  succeeded(): void {
    this.#failures = 0;
    if (this.#retryAt === null) return;
    this.#retryAt = null;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#options.onChange?.("closed", "");
  }

  async #tryAgain(retryAt: number): Promise<void> {
    if (this.#checking || this.#options.now().getTime() < retryAt) throw this.#refusal();
    this.#checking = true;
    try {
      await this.#options.check();
      this.succeeded();
    } catch (error) {
      if (!isAbsence(error)) return this.succeeded();
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
      this.#open(error);
      throw this.#refusal();
    } finally {
      this.#checking = false;
    }
  }

  async #failed(error: unknown): Promise<void> {
    if (!isAbsence(error)) {
      if (error instanceof DriverError) this.succeeded();
      return;
    }
    this.#failures += 1;
    if (this.#failures < SUSPICIOUS || this.#retryAt !== null || this.#checking) return;
    this.#checking = true;
    try {
      await this.#options.check();
      this.#failures = 0;
    } catch (checkError) {
      if (isAbsence(checkError)) this.#open(checkError);
      else this.#failures = 0;
    } finally {
      this.#checking = false;
    }
  }

  #open(error: unknown): void {
    const first = this.#retryAt === null;
    this.#reason = error instanceof Error ? error.message : String(error);
    this.#retryAt = this.#options.now().getTime() + this.#pauseMs;
    if (first) this.#options.onChange?.("open", this.#reason);
  }

  #refusal(): DriverError {
    return new DriverError("unavailable", `${this.#options.hostName} does not answer: ${this.#reason}`);
  }
}

/** Whether the failure may mean that the host is away. */
function isAbsence(error: unknown): boolean {
  if (error instanceof DriverError) return error.retryable;
  return error instanceof Error && error.name === "TimeoutError";
}
