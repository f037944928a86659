import type { ServerResponse } from "node:http";

/** Requests that have not been answered yet: for the timeout, the drain at shutdown, and the gauge. */
export interface InFlight {
  /** @param onTimeout is to answer; absent: the request may take as long as it likes (pages, streams) */
  add(response: ServerResponse, onTimeout?: () => void): void;
  size(): number;
  /** Resolves when nothing is in flight, or after `ms`. */
  drained(ms: number): Promise<void>;
  stop(): void;
}

const SWEEP_MS = 500;

/** One sweep for all requests costs less than a timer for each. */
export function createInFlight(timeoutMs: number): InFlight {
  const requests = new Map<ServerResponse, { deadline: number; onTimeout: () => void } | null>();
  let whenEmpty: (() => void) | undefined;
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [response, entry] of requests) {
      if (entry === null || entry.deadline > now) continue;
      requests.set(response, null);
      entry.onTimeout();
    }
  }, Math.min(SWEEP_MS, timeoutMs));
  sweep.unref();
  return {
    add(response, onTimeout) {
      requests.set(response, onTimeout ? { deadline: performance.now() + timeoutMs, onTimeout } : null);
      response.on("close", () => {
        requests.delete(response);
        if (requests.size === 0) whenEmpty?.();
      });
    },
    size: () => requests.size,
    drained(ms) {
      if (requests.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        whenEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    stop: () => clearInterval(sweep),
  };
}
