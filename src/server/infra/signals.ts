import { EventEmitter } from "node:events";
import pg from "pg";
import type { Database } from "./database.ts";
import type { Logger } from "./logger.ts";

/**
 * "There may be work": wakes loops that would otherwise find it at their next poll. Losing a signal costs time, never work. `commits`: a transaction is committed, perhaps with events; for
 * the relay, and for who follows a table. `events`: events have their places; for who consumes them, so that a thousand commits without an event wake the relay alone.
 */
export type SignalName = "commits" | "events" | "operations" | "payments" | "test-payments" | "downlinks" | "orders";

export interface Signals {
  /** Call after the commit, never inside a transaction. */
  send(name: SignalName): void;
  /** @returns a function that stops listening */
  on(name: SignalName, listener: () => void): () => void;
  close(): Promise<void>;
}

const CHANNEL = "switchyard_signal";
/** NOTIFY takes a lock over all commits of the server: at most one in this time, for each process. */
const COALESCE_MS = 50;

/** Signals within the process, and, on PostgreSQL, between processes by LISTEN/NOTIFY. */
export async function createSignals(database: Database, log: Logger): Promise<Signals> {
  const emitter = new EventEmitter().setMaxListeners(100);
  if (!("pool" in database.raw)) {
    return {
      send: (name) => void setImmediate(() => emitter.emit(name)),
      on: (name, listener) => subscribe(emitter, name, listener),
      close: async () => void emitter.removeAllListeners(),
    };
  }
  const { pool, url } = database.raw;
  const pending = new Set<SignalName>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let client: pg.Client | undefined;

  const listen = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url });
    next.on("notification", (message) => {
      for (const name of (message.payload ?? "").split(",")) emitter.emit(name);
    });
    next.on("error", () => {});
    next.on("end", () => {
      if (!closed) setTimeout(() => void listen().catch((error: unknown) => log.warn({ err: error }, "signals: cannot listen, polling goes on")), 1_000).unref();
    });
    await next.connect();
    await next.query(`listen ${CHANNEL}`);
    client = next;
  };
  await listen();

  const flush = (): void => {
    timer = undefined;
    const payload = [...pending].join(",");
    pending.clear();
    pool.query("select pg_notify($1, $2)", [CHANNEL, payload]).catch((error: unknown) => log.warn({ err: error }, "signals: cannot notify, polling goes on"));
  };
  return {
    send(name) {
      setImmediate(() => emitter.emit(name));
      pending.add(name);
      timer ??= setTimeout(flush, COALESCE_MS);
    },
    on: (name, listener) => subscribe(emitter, name, listener),
    async close() {
      closed = true;
      clearTimeout(timer);
      emitter.removeAllListeners();
      await client?.end().catch(() => {});
    },
  };
}

function subscribe(emitter: EventEmitter, name: SignalName, listener: () => void): () => void {
  emitter.on(name, listener);
  return () => void emitter.off(name, listener);
}
