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
  };
}
