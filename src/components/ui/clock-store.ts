const TICK_MS = 5_000;

let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

/** One clock for all relative times on the page: it ticks every five seconds while somebody watches. */
export function watchClock(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of watchers) each();
  }, TICK_MS);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time of the last tick, in ms since the epoch; the same within a tick, so that all that is rendered together agrees. */
export function clockNow(): number {
  if (Date.now() - now > TICK_MS) now = Date.now();
  return now;
}
