"use client";

import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "#server/trpc/root.ts";

/** `const trpc = useTRPC(); useQuery(trpc.compute.vms.list.queryOptions({…}))`. Types come from the server's router; no server code does. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
