"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { LiveConnection, type LiveStatus } from "./live-connection.ts";

const LiveContext = createContext<LiveConnection | null>(null);

/**
 * What the server rendered is older than the first join by as long as the page took to come alive: what is older than this is asked for again. What happened to the rest
 * the server tells at the join (sockets/recent-events.ts), for twice as long.
 */
const FRESH_MS = 5_000;

/** One socket for the page, opened after hydration. After an interruption everything on screen is asked for again, because events may have been missed. */
export function SocketProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const [connection] = useState(() => new LiveConnection());
  useEffect(() => {
    connection.open((again) => void queryClient.invalidateQueries(again ? {} : { predicate: ({ state }) => state.dataUpdatedAt < Date.now() - FRESH_MS }));
    return () => connection.close();
  }, [connection, queryClient]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

/** The page's connection, for the hooks in use-live.ts. */
export function useLiveConnection(): LiveConnection {
  const connection = useContext(LiveContext);
  if (!connection) throw new Error("useLiveConnection needs a SocketProvider above it");
  return connection;
}

/** "connecting" until the first answer, then "online" or "offline". */
export function useLiveStatus(): LiveStatus {
  const connection = useLiveConnection();
  return useSyncExternalStore(connection.onStatus, () => connection.status, () => "connecting");
}
