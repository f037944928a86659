/** A LIKE pattern for "contains", with the wildcards of the search text taken literally. */
export function likePattern(search: string): string {
  return `%${search.replace(/[\\%_]/g, "\\$&")}%`;
}
