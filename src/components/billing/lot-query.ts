/** Lots that are asked for at first; the page prefetches them with the same input. */
export const LOTS_INPUT = { limit: 20 } as const;
/** At a press: as many as the API gives at once. */
export const ALL_LOTS_INPUT = { limit: 100 } as const;
