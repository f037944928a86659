/** What the list of statements asks for; its page on the server asks for the same. */
export const STATEMENTS_LIMIT = 24;
