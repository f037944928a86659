/** What the list of firmware is narrowed to: the same object for the same filters on the server and in the browser, so that what was prefetched is found. */
export function firmwareInput({ page, status, q }: { page: number; status?: "archived" | null | undefined; q?: string | undefined }): { page: number; archived: boolean; search?: string } {
  return { page, archived: status === "archived", ...(q ? { search: q } : {}) };
}
