"use client";

import { useCallback, useEffect, useRef, useState } from "react";

const LONGEST_PAUSE_MS = 20_000;

/**
 * Runs `look` again and again while the page is in front: after `pauseMs`, later each time that it fails; at once when the page comes back or the network does.
 * @param pauseMs null: no more
 * @returns whether the last look failed, and a way to look now
 */
export function usePolling(look: () => Promise<void>, pauseMs: number | null): { failing: boolean; lookNow: () => Promise<void> } {
  const [failing, setFailing] = useState(false);
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });
  const lookNow = useCallback(async () => {
    try {
      await latest.current();
      setFailing(false);
    } catch {
      setFailing(true);
      throw new Error("no answer");
    }
  }, []);

  useEffect(() => {
    if (pauseMs === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let stopped = false;
    const plan = () => {
      clearTimeout(timer);
      if (!stopped && document.visibilityState === "visible") timer = setTimeout(() => void run(), Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** failures));
    };
    const run = async () => {
      try {
        await lookNow();
        failures = 0;
      } catch {
        failures += 1;
      }
      plan();
    };
    const back = () => {
      if (document.visibilityState !== "visible") return clearTimeout(timer);
      clearTimeout(timer);
      void run();
    };
    plan();
    document.addEventListener("visibilitychange", back);
    globalThis.addEventListener("online", back);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", back);
      globalThis.removeEventListener("online", back);
    };
  }, [pauseMs, lookNow]);

  const quietly = useCallback(() => lookNow().catch(() => {}), [lookNow]);
  return { failing, lookNow: quietly };
}
