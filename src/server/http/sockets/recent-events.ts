import type { EventEnvelope } from "#shared/platform/events.ts";

/** Events of the last moments, for who joins a room just after having read what they changed. */
export interface RecentEvents {
  add(rooms: readonly string[], envelope: EventEnvelope): void;
  /** In the order of their delivery. */
  of(room: string): EventEnvelope[];
}

/** Longer than a page takes from its rendering to its first join. */
const KEPT_MS = 10_000;
/** When all machines of a street come back there are thousands; pages then read anew for the newest. */
const MOST = 1_000;

/** @param now milliseconds of a clock that never goes back */
export function createRecentEvents(now: () => number = () => performance.now()): RecentEvents {
  let kept: { at: number; rooms: readonly string[]; envelope: EventEnvelope }[] = [];
  const prune = (): void => {
    const since = now() - KEPT_MS;
    const first = kept.findIndex(({ at }) => at >= since);
    kept = first === -1 ? [] : kept.slice(Math.max(first, kept.length - MOST));
  };
  return {
    add(rooms, envelope) {
      kept.push({ at: now(), rooms, envelope });
      // Not at each: that would copy the list a thousand times in a storm.
      if (kept.length >= MOST * 2) prune();
    },
    of(room) {
      prune();
      return kept.filter(({ rooms }) => rooms.includes(room)).map(({ envelope }) => envelope);
    },
  };
}
