import type { ErrorBody } from "#server/trpc/init.ts";

/** Our error object inside what tRPC or a server component threw; null: the request never got an answer of ours. */
export function errorBodyOf(error: unknown): ErrorBody | null {
  if (typeof error !== "object" || error === null || !("data" in error)) return null;
  const { data } = error;
  if (typeof data !== "object" || data === null || !("app" in data)) return null;
  // The formatter in #server/trpc/init.ts puts it there, and nothing else does.
  return data.app as ErrorBody;
}
