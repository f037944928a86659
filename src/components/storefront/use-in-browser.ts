"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** False on the server and in the first paint, which must be the same; true from then on: what this browser has kept can be shown. */
export function useInBrowser(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}
