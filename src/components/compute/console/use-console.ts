"use client";

import { useEffect, useRef, useState } from "react";
import type { ConsoleState } from "./console-session.ts";

/** A server that restarts, a network that is gone for a moment, and a ticket that was too late are tried again without asking. */
const RETRY_MS = 2_000;
const MAX_RETRIES = 5;

export interface Console {
  state: ConsoleState | null;
  /** Another number is another connection. */
  attempt: number;
  onState: (state: ConsoleState) => void;
  reconnect: () => void;
}

/** Follows a console, and connects it again where that can help. */
export function useConsole(): Console {
  const [state, setState] = useState<ConsoleState | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retries = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const again = (): void => setAttempt((count) => count + 1);
  return {
    state,
    attempt,
    onState(next) {
      setState(next);
      if (next.phase === "connected") retries.current = 0;
      const helps = next.phase === "ended" && (next.end === "restart" || next.end === "ticket" || next.end === "network");
      if (!helps || retries.current >= MAX_RETRIES) return;
      retries.current += 1;
      clearTimeout(timer.current);
      timer.current = setTimeout(again, RETRY_MS);
    },
    reconnect() {
      retries.current = 0;
      clearTimeout(timer.current);
      again();
    },
  };
}
