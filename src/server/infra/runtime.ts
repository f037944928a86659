import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Sealer } from "./crypto.ts";
import type { Database } from "./database.ts";
import type { Tx } from "./events.ts";
import type { Logger } from "./logger.ts";
import type { Realtime } from "./realtime.ts";
import type { Signals } from "./signals.ts";

/** What every service is handed: made once by main.ts, and by each test for itself. */
export interface Runtime {
  config: Config;
  log: Logger;
  clock: Clock;
  db: Database;
  sealer: Sealer;
  signals: Signals;
  realtime: Realtime;
  /** of the program */
  version: string;
}

const SERIALIZATION_FAILURE = /40001|40P01|P2034|deadlock|could not serialize/i;
const ATTEMPTS = 5;

/**
 * Runs `work` in one transaction and wakes the event relay after its commit. A deadlock or a serialization failure is tried again, so
 * `work` must have no effect but on the database.
 */
export async function transact<T>(rt: Runtime, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await rt.db.prisma.$transaction(work);
      rt.signals.send("commits");
      return result;
    } catch (error) {
      const text = `${(error as { code?: string }).code ?? ""} ${(error as Error).message}`;
      if (attempt === ATTEMPTS || !SERIALIZATION_FAILURE.test(text)) throw error;
    }
  }
}
