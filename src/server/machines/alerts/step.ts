/**
 * What one look at a machine means for one rule. Times are milliseconds since 1970, by the server's clock.
 * met: the condition holds; clear: it surely does not; between: neither, by hysteresis; unknown: nothing can be said.
 */
export interface Observation {
  verdict: "met" | "between" | "clear" | "unknown";
  /** of the reading, or of the look where there is none */
  at: number;
  /** since when, where that is known by itself: a machine knows when it went offline */
  since?: number;
  value: number | null;
}

export const UNKNOWN: Observation = { verdict: "unknown", at: 0, value: null };

/** An alert that is not over; or, `held`, one that a person ended while its condition was met. */
export interface Watched {
  state: string;
  startedAt: number;
  held: boolean;
  /** of one that is held: when the person ended it */
  endedAt: number;
}

export type Step =
  | { do: "open"; startedAt: number; fire: boolean; value: number | null; at: number }
  | { do: "fire"; value: number | null; at: number }
  | { do: "restart"; startedAt: number; value: number | null }
  | { do: "drop" }
  | { do: "resolve"; at: number }
  | { do: "release" };

/**
 * The state machine of an alert: nothing → pending → firing (or acknowledged, which is a person's) → resolved. It fires when an observation that meets the condition
 * comes `forMs` after the first one of an unbroken row, so that the result depends on the readings alone, whenever they are looked at. Looking twice changes nothing.
 */
export function step(watched: Watched | undefined, observation: Observation, forMs: number): Step | null {
  const { verdict, at, value } = observation;
  if (verdict === "unknown") return null;
  const since = observation.since ?? at;
  // What is known to have begun after a person ended the last one is another.
  const another = watched?.held && observation.since !== undefined && observation.since > watched.endedAt;
  if (!watched || (another && verdict === "met")) return verdict === "met" ? { do: "open", startedAt: since, fire: at - since >= forMs, value, at } : null;
  if (watched.held) return verdict === "clear" ? { do: "release" } : null;
  if (watched.state !== "pending") return verdict === "clear" ? { do: "resolve", at } : null;
  if (verdict !== "met") return { do: "drop" };
  // It ended and began again between two looks.
  const startedAt = observation.since === undefined ? watched.startedAt : Math.max(watched.startedAt, observation.since);
  if (at - startedAt >= forMs) return { do: "fire", value, at };
  return startedAt > watched.startedAt ? { do: "restart", startedAt, value } : null;
}
