/** Rows of the ledger that are asked for at a time; the page prefetches the first of them with the same input. */
export const LEDGER_INPUT = { limit: 20 } as const;
