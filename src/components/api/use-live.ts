"use client";

import { useEffect, useEffectEvent } from "react";
import type { EventOf, EventType, RealtimeName } from "#shared/platform/events.ts";
import type { RealtimeEnvelope } from "./live-connection.ts";
import { useLiveConnection } from "./socket-provider.tsx";

type RealtimeData<N extends RealtimeName> = Extract<RealtimeEnvelope, { name: N }>["data"];

/** Joins a room (`org:<id>`, `vm:<id>`, `machine:<id>`, `admin`) while the component is shown; null joins nothing. */
export function useRoom(room: string | null): void {
  const connection = useLiveConnection();
  useEffect(() => (room === null ? undefined : connection.join(room)), [connection, room]);
}

/** Calls `handler` for each durable event of these types that reaches a joined room. */
export function useEvents<T extends EventType>(types: readonly T[], handler: (event: EventOf<T>) => void): void {
  const connection = useLiveConnection();
  const handle = useEffectEvent((event: { type: string; subject: string; data: unknown }) => {
    // The type names the schema of the data; the server parsed it when it published.
    if ((types as readonly string[]).includes(event.type)) handler(event as EventOf<T>);
  });
  useEffect(() => connection.onEvent((event) => handle({ type: event.type, subject: event.subject, data: event.data })), [connection]);
}

/** Calls `handler` for each realtime message of this name. */
export function useRealtime<N extends RealtimeName>(name: N, handler: (data: RealtimeData<N>) => void): void {
  const connection = useLiveConnection();
  const handle = useEffectEvent((message: RealtimeEnvelope) => {
    if (message.name === name) handler(message.data as RealtimeData<N>);
  });
  useEffect(() => connection.onRealtime((message) => handle(message)), [connection]);
}
