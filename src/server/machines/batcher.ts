import type { Logger } from "#server/infra/logger.ts";

/** Gathers messages into batches and stores them one batch at a time, in order. */
export interface Batcher<T> {
  add(item: T): void;
  /** Lets go of what is not being stored yet. */
  clear(): void;
  /** How many are waiting or being stored. */
  held(): number;
  /** Whether the last attempt to store failed. */
  failing(): boolean;
  /** Stores what is there, unless the database is away; then no more. */
  stop(): Promise<void>;
}

export interface BatcherOptions<T> {
  log: Logger;
  /** All or nothing. */
  store(batch: readonly T[]): Promise<void>;
  /** After the commit. */
  stored(batch: readonly T[]): void;
  /** Throws while the database is away. */
  alive(): Promise<void>;
  /** For an item that the database refuses while it is alive: one such item must not stop all behind it. */
  giveUp(item: T): Promise<void>;
  /** Storing works again after it had failed. */
  recovered(): void;
}

/** With so many there is no waiting for company. */
const FULL = 500;
/** What one batch takes when more has come in meanwhile: a backlog shrinks faster in fewer transactions. */
const MAX_ROWS = 2_000;
/** The longest an item waits for company; a device waits as long for its acknowledgement. */
const WINDOW_MS = 15;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

export function startBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  let pending: T[] = [];
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let stopping = false;
  let failures = 0;
  let interrupt: (() => void) | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wait = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(wait);
        resolve();
      };
    });

  /** @returns whether the batch is stored; false when it was let go at the stop */
  const persist = async (batch: readonly T[]): Promise<boolean> => {
    for (;;) {
      try {
        await options.store(batch);
        if (failures > 0) {
          options.log.info({ failures }, "storing works again");
          failures = 0;
          options.recovered();
        }
        options.stored(batch);
        return true;
      } catch (error) {
        failures += 1;
        if (failures === 1) options.log.error({ err: error, messages: batch.length }, "cannot store; nothing is acknowledged until it can be");
        if (stopping) return false;
        if (failures > 1 && (await isAlive())) return persistEach(batch);
        await pause(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)));
      }
    }
  };

  /** The database is there and refuses the batch: one by one, and what it refuses alone goes to the quarantine. */
  const persistEach = async (batch: readonly T[]): Promise<boolean> => {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      try {
        await options.giveUp(only);
      } catch (error) {
        options.log.error({ err: error }, "a message can be stored neither as such nor in quarantine");
        await pause(MAX_RETRY_MS);
        return stopping ? false : persist(batch);
      }
      failures = 0;
      options.recovered();
      options.stored(batch);
      return true;
    }
    for (const item of batch) if (!(await persist([item]))) return false;
    return true;
  };

  const isAlive = async (): Promise<boolean> => options.alive().then(() => true, () => false);

  const run = async (): Promise<void> => {
    while (pending.length > 0) {
      const batch = pending.slice(0, MAX_ROWS);
      pending = pending.slice(MAX_ROWS);
      underWay = batch.length;
      const stored = await persist(batch);
      underWay = 0;
      if (!stored) return;
      // A batch that is not full waits for company again.
      if (pending.length < FULL && !stopping) break;
    }
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (running) return;
    running = run().finally(() => {
      running = null;
      if (!stopping) schedule();
    });
  };

  const schedule = (): void => {
    if (pending.length >= FULL) flush();
    else if (pending.length > 0) timer ??= setTimeout(flush, WINDOW_MS);
  };

  return {
    add(item) {
      if (stopping) return;
      pending.push(item);
      if (!running) schedule();
    },
    clear() {
      pending = [];
    },
    held: () => pending.length + underWay,
    failing: () => failures > 0,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      interrupt?.();
      await running;
      if (pending.length > 0 && failures === 0) await run();
    },
  };
}
