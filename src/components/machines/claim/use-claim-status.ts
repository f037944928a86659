"use client";

import { useQuery } from "@tanstack/react-query";
import { errorBodyOf } from "#components/api/errors.ts";
import { useTRPCClient } from "#components/api/trpc.ts";
import { type ClaimStatus, nextLook } from "./claim-progress.ts";

/**
 * How far the machine behind a claim token is, asked for again every few seconds while the page is in front. The token travels in a body, never in an
 * address, and is no part of the cache's key.
 */
export function useClaimStatus(token: string, initial: ClaimStatus | null): { status: ClaimStatus | undefined; problem: "failed" | "limited" | null } {
  const client = useTRPCClient();
  const query = useQuery({
    queryKey: ["claim"],
    queryFn: () => client.machines.claimStatus.mutate({ token }),
    ...(initial ? { initialData: initial } : {}),
    staleTime: 2_000,
    retry: false,
    refetchOnWindowFocus: "always",
    refetchInterval: ({ state }) => nextLook(state.data),
  });
  const problem = query.error ? (errorBodyOf(query.error)?.code === "RATE_LIMITED" ? "limited" : "failed") : null;
  return { status: query.data, problem };
}
