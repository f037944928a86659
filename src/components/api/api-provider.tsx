"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { type ReactNode, useState } from "react";
import type { AppRouter } from "#server/trpc/root.ts";
import { createQueryClient } from "./query-client.ts";
import { TRPCProvider } from "./trpc.ts";

/** The typed API for client components: one query cache and one batching client a page load. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  const [client] = useState(() => createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: "/trpc", maxURLLength: 2_000, maxItems: 10 })] }));
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
