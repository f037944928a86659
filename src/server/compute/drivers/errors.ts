/**
 * What went wrong at a hypervisor, in the terms a saga decides by. Drivers translate everything they meet into one of these.
 * - `unavailable`: the call did not take effect (no connection, locked, too busy); the same call may work later
 * - `unknown`: nobody knows whether it took effect (time-out or lost connection after sending): ask before deciding anything
 * - `not_found`: the hypervisor has no such VM
 * - `refused`: it did not take effect and won't (bad parameters, no space, guest ignores the button)
 */
export type DriverFailure = "unavailable" | "unknown" | "not_found" | "refused";

export class DriverError extends Error {
  readonly failure: DriverFailure;

  constructor(failure: DriverFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "DriverError";
    this.failure = failure;
  }

  /** Whether the same call may succeed later. After `unknown` too: drivers look at what is there before they act. */
  get retryable(): boolean {
    return this.failure === "unavailable" || this.failure === "unknown";
  }
}
