/** What the list of statements asks for; its page on the server asks for the same. */
export const STATEMENTS_LIMIT = 24;
/** What the billing page says of it; prefetched with the same input. */
export const LATEST_STATEMENT = { page: 1, limit: 1 } as const;
