/** Top-ups that are asked for at a time; the page prefetches the first of them with the same input. */
export const TOP_UP_INPUT = { limit: 10 } as const;
