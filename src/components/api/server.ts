import type { FetchQueryOptions, QueryKey } from "@tanstack/react-query";
import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { cache } from "react";
import type { InProcess } from "#server/http/in-process.ts";
import type { AppRouter } from "#server/trpc/root.ts";
import { createQueryClient } from "./query-client.ts";

/** The handle that the server around Next left on globalThis. */
export function inProcess(): InProcess {
  const handle = globalThis.__switchyard;
  if (!handle) throw new Error("Pages need Switchyard's own server around them; start it with `npm start` or `npm run dev`.");
  return handle;
}

/** The procedures as whoever sent this request; made once a request. */
export const api = cache(async () => inProcess().api(new Headers(await headers())));

/** This request's query cache; what is prefetched into it reaches the browser through `<Hydrate>`. */
export const requestQueryClient = cache(createQueryClient);

/** Ends a chain of tRPC links in this process, instead of in HTTP. */
const inProcessLink: TRPCLink<AppRouter> = () => ({ op }) =>
  observable((observer) => {
    call(op.path, op.input).then(
      (data) => {
        observer.next({ result: { type: "data", data } });
        observer.complete();
      },
      (error: unknown) => observer.error(TRPCClientError.from(error instanceof Error ? error : new Error(String(error)))),
    );
  });

async function call(path: string, input: unknown): Promise<unknown> {
  let target: unknown = await api();
  for (const part of path.split(".")) target = (target as Record<string, unknown>)[part];
  // The path comes from the typed proxy below, so there is a procedure at its end.
  return (target as (input: unknown) => Promise<unknown>)(input);
}

/** `await prefetch(trpc.compute.vms.list.queryOptions({…}))` in a server component; the client component then asks with the same options and has the answer at once. */
export const trpc = createTRPCOptionsProxy<AppRouter>({
  client: createTRPCClient<AppRouter>({ links: [inProcessLink] }),
  queryClient: requestQueryClient,
});

// oxlint-disable-next-line typescript/no-explicit-any -- the options of every procedure fit here, whatever their data; only the cache reads them
type AnyOptions = FetchQueryOptions<any, any, any, any>;

/** Fills the request's cache. A failure is left to the browser, which asks again and shows what is wrong. */
export async function prefetch(...options: AnyOptions[]): Promise<void> {
  await Promise.all(options.map((option) => requestQueryClient().prefetchQuery(option)));
}

/** The data of a query, also left in the request's cache; a resource that is not there (or not the caller's) shows the not-found page. */
export async function fetchOrNotFound<TFn, TError, TData, TKey extends QueryKey>(options: FetchQueryOptions<TFn, TError, TData, TKey>): Promise<TData> {
  try {
    return await requestQueryClient().fetchQuery(options);
  } catch (error) {
    const code = codeOf(error);
    if (code === "NOT_FOUND" || code === "INVALID_REQUEST" || code === "BAD_REQUEST") notFound();
    throw error;
  }
}

/** The code of what a procedure threw in this process: our catalog's, else tRPC's own for an input that does not parse. */
export function codeOf(error: unknown): string | undefined {
  let code: string | undefined;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!("code" in cause) || typeof cause.code !== "string") continue;
    code = cause.code;
    if (cause.name === "AppError") return code;
  }
  return code;
}
