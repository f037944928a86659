/** At most `limit` at a time; the others wait their turn, or leave when their signal ends. */
export function createGate(limit: number): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (signal, work) => {
    while (inside >= limit) {
      await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(signal.reason as Error);
        };
        const enter = (): void => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        signal.throwIfAborted();
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(enter);
      });
    }
    inside += 1;
    try {
      return await work();
    } finally {
      inside -= 1;
      waiting.shift()?.();
    }
  };
}
