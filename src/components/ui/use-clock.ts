"use client";

import { useNow } from "next-intl";
import { useSyncExternalStore } from "react";
import { clockNow, watchClock } from "./clock-store.ts";

/** The present in ms since the epoch, every five seconds anew; the server's while the page hydrates, so that both render alike. */
export function useClock(): number {
  const serverNow = useNow().getTime();
  return useSyncExternalStore(watchClock, clockNow, () => serverNow);
}
