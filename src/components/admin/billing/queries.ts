/** What the pages ask for; they prefetch the same. */
export const ENTRIES_LIMIT = 25;
export const LOTS_LIMIT = 50;

/** Entries of one organization, page after page. */
export function entriesInput(organizationId: string): { organizationId: string; limit: number } {
  return { organizationId, limit: ENTRIES_LIMIT };
}

/** Its lots of which something is left. */
export function lotsInput(organizationId: string): { organizationId: string; limit: number } {
  return { organizationId, limit: LOTS_LIMIT };
}
