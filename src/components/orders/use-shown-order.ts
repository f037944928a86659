"use client";

import { parseAsString, useQueryState } from "nuqs";

/** The order named in the address (`?order=`), and a way to show another; null closes the drawer. */
export function useShownOrder() {
  return useQueryState("order", parseAsString.withOptions({ history: "push" }));
}
