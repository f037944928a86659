/** What the audit page asks for; the server prefetches the same. */
export function auditInput(q: string) {
  return { limit: 50, ...(q === "" ? {} : { search: q }) };
}
