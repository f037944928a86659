import { defaultShouldDehydrateQuery, QueryClient } from "@tanstack/react-query";
import { errorBodyOf } from "./errors.ts";

/** Data is live by sockets, so a query may be kept a while; what was said to be wrong by the server is not asked again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 20_000,
        // A page that is being made does not wait: what failed there is asked for again by the browser.
        retry: (failures, error) => globalThis.window !== undefined && failures < 2 && retryable(error),
      },
      dehydrate: { shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) },
    },
  });
}

function retryable(error: unknown): boolean {
  const category = errorBodyOf(error)?.category;
  return category === undefined || category === "server" || category === "unavailable";
}
