import { AsyncLocalStorage } from "node:async_hooks";

/** What belongs to the piece of work in hand: it follows a request into its jobs and its MQTT messages, and stands in each log line. */
export interface Correlation {
  /** The request's id, or that of the request which caused this work. */
  id: string;
  ip?: string;
}

const storage = new AsyncLocalStorage<Correlation>();

/** Runs `work` with the correlation around it. */
export function correlated<T>(correlation: Correlation, work: () => T): T {
  return storage.run(correlation, work);
}

export function currentCorrelation(): Correlation | undefined {
  return storage.getStore();
}
