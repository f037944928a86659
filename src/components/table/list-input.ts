/** What a list is narrowed to, as procedures take it. */
export interface ListInput<S extends string> {
  page: number;
  status?: S;
  search?: string;
}

interface Narrowed<S extends string> {
  page: number;
  status: S | null;
  q: string;
}

/** The same object for the same filters on the server and in the browser, so that what was prefetched is found. */
export function listInput<S extends string>({ page, status, q }: Narrowed<S>): ListInput<S> {
  return { page, ...(status === null ? {} : { status }), ...(q === "" ? {} : { search: q }) };
}

/** The filters of a list from a page's search parameters; what is not understood is left out. */
export function listInputOf<S extends string>(parameters: Record<string, string | string[] | undefined>, statuses: readonly S[]): ListInput<S> {
  const { page, status, q } = parameters;
  return listInput({
    page: Math.max(1, Number.parseInt(typeof page === "string" ? page : "1", 10) || 1),
    status: statuses.find((each) => each === status) ?? null,
    q: typeof q === "string" ? q : "",
  });
}
