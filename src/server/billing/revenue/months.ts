export interface Stretch {
  start: Date;
  /** the first moment after it */
  end: Date;
}

/** From the first moment of a month to the last of another, in UTC. @param months 2026-10 to 2026-12, both counted */
export function monthsFrom({ from, to }: { from: string; to: string }): Stretch {
  const last = new Date(`${to}-01T00:00:00.000Z`);
  return { start: new Date(`${from}-01T00:00:00.000Z`), end: new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 1)) };
}
