"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#components/api/trpc.ts";

/** The user that one signs in as on VMs of an image; undefined while that loads, and for images that are no longer offered. */
export function useImageUser(slug: string): string | undefined {
  const { data } = useQuery(useTRPC().compute.catalog.queryOptions(undefined, { staleTime: 5 * 60_000 }));
  return data?.images.find((image) => image.slug === slug)?.defaultUser;
}
