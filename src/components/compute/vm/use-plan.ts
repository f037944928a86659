"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";
import type { Plan } from "../types.ts";

/** A plan of the catalog by its slug; undefined while that loads, and for plans that are no longer offered. */
export function usePlan(slug: string): Plan | undefined {
  const { data } = useQuery(useTRPC().compute.catalog.queryOptions(undefined, { staleTime: 5 * 60_000 }));
  return data?.plans.find((plan) => plan.slug === slug);
}
