import type { Logger } from "./logger.ts";

/** A piece of background work that repeats: at once when woken, else after its pause. */
export interface Loop {
  /** Run soon; many calls before the next run are one. */
  wake(): void;
  /** No new run; resolves when the present one has ended. */
  stop(): Promise<void>;
}

/**
 * Runs `work` again and again, one run at a time. A run that answers true has more to do and is followed at once.
 * An error is logged and the loop goes on, after a pause that doubles up to 16 times.
 */
export function startLoop(options: { name: string; pauseMs: number; log: Logger }, work: () => Promise<boolean | void>): Loop {
  let stopped = false;
  let woken = false;
  let failures = 0;
  let interrupt: (() => void) | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      let more = false;
      try {
        more = (await work()) === true;
        failures = 0;
      } catch (error) {
        failures += 1;
        options.log.error({ err: error, loop: options.name }, "loop: run failed");
        await pause(options.pauseMs * Math.min(16, 2 ** failures));
        continue;
      }
      if (!more && !woken && !stopped) await pause(options.pauseMs);
      interrupt = undefined;
    }
  };
  const running = run();
  return {
    wake() {
      woken = true;
      if (failures === 0) interrupt?.();
    },
    async stop() {
      stopped = true;
      interrupt?.();
      await running;
    },
  };
}
