import type { DeviceState } from "./state-file.ts";

/**
 * What time it is for the server, by a clock of the device that may be wrong. The claim's answer and each command say the server's time when they were sent;
 * they may have been under way for a while, so the server's time is never earlier than they say: the latest word counts.
 */
export class DeviceClock {
  readonly #now: () => number;
  readonly #state: Pick<DeviceState, "clockOffsetMs">;

  /** @param now Unix milliseconds by the device's own clock */
  constructor(now: () => number, state: Pick<DeviceState, "clockOffsetMs">) {
    this.#now = now;
    this.#state = state;
  }

  /** Unix milliseconds by the device's own clock. */
  now(): number {
    return this.#now();
  }

  /** Unix milliseconds by the server's clock, as far as it is known. */
  serverNow(): number {
    return this.#now() + (this.#state.clockOffsetMs ?? 0);
  }

  /** The server said that it was this time when it sent something. @returns whether the device's idea of it changed */
  heard(serverTime: number): boolean {
    const offset = serverTime - this.#now();
    if (this.#state.clockOffsetMs !== null && offset <= this.#state.clockOffsetMs) return false;
    this.#state.clockOffsetMs = offset;
    return true;
  }

  /** The server says that it is this time now: it counts, even if the device took it to be later. */
  set(serverTime: number): void {
    this.#state.clockOffsetMs = serverTime - this.#now();
  }
}

const TIMEOUT_MS = 5_000;

/** The time in the `Date` of an HTTP answer of the server; null when there is none. */
export async function askServerTime(server: string): Promise<number | null> {
  try {
    const response = await fetch(new URL("/healthz", server), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    const time = Date.parse(response.headers.get("date") ?? "");
    return Number.isNaN(time) ? null : time;
  } catch {
    return null;
  }
}
