const HOUR_MS = 3_600_000;

export interface CreditLevel {
  tone: "neutral" | "warn" | "bad";
  /** whole hours until nothing is left; null when nothing burns */
  hoursLeft: number | null;
}

/** How worried to be: red when it is used up or lasts less than a day, amber under three days or below the threshold for new resources. */
export function creditLevel(balance: { available: string; lowThreshold: string; runsOutAt: string | null }, now: number): CreditLevel {
  const available = BigInt(balance.available);
  const hoursLeft = balance.runsOutAt === null ? null : Math.max(0, Math.floor((Date.parse(balance.runsOutAt) - now) / HOUR_MS));
  if (available <= 0n || (hoursLeft !== null && hoursLeft < 24)) return { tone: "bad", hoursLeft };
  if (available < BigInt(balance.lowThreshold) || (hoursLeft !== null && hoursLeft < 72)) return { tone: "warn", hoursLeft };
  return { tone: "neutral", hoursLeft };
}
