/** A procedure's place in REST. One without a route is there for tRPC alone. */
export interface RouteMeta {
  route?: {
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    /** below /v1, with `{name}` for a field of the input, in snake_case */
    path: string;
    /** 200 unless given; 204 has no body */
    successStatus?: 200 | 201 | 202 | 204;
    tags: readonly string[];
    summary: string;
    /** Content type of an answer that is a file (`fileOutput` in shared/billing/documents.ts): its bytes are sent as they are. */
    file?: string;
    /**
     * With `follow: true` in the input the answer is a stream of server-sent events: the entries of its `list`, each with an `id`, and then those that come
     * after, by asking again with `since` the last one's id and up to `lines` of them.
     */
    follow?: { list: string; event: string; lines: number };
  };
}
