"use client";

import { parseAsString, useQueryState } from "nuqs";

/** The operation named in the address (`?op=`), and a way to show another; null closes the drawer. */
export function useShownOperation() {
  return useQueryState("op", parseAsString.withOptions({ history: "push" }));
}
