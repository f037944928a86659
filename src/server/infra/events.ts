import { newId } from "#shared/ids.ts";
import type { EventOf, EventType } from "#shared/platform/events.ts";
import { currentCorrelation } from "./correlation.ts";
import { startLoop, type Loop } from "./loop.ts";
import type { Prisma } from "./prisma/client.ts";
import type { Runtime } from "./runtime.ts";
import type { SignalName } from "./signals.ts";

/**
 * The event outbox. `publish` writes the event in the transaction of the change it announces. The relay gives committed events their `position`;
 * whoever consumes follows `position` and drops what it has seen. Why two numbers: docs/decisions/0003-outbox.md.
 */
export type Tx = Prisma.TransactionClient;

export interface StoredEvent {
  id: string;
  position: bigint;
  type: EventType;
  subject: string;
  organizationId: string | null;
  data: unknown;
  correlationId: string | null;
  createdAt: Date;
}

/** Announces a change. `tx` must be the transaction that makes it; it must come after the change, so that the row's lock orders the events of a subject. */
export async function publish<T extends EventType>(tx: Tx, event: EventOf<T> & { organizationId: string | null; at: Date }): Promise<void> {
  await tx.event.create({
    data: {
      id: newId("event"),
      type: event.type,
      subject: event.subject,
      organizationId: event.organizationId,
      data: event.data as Prisma.InputJsonValue,
      correlationId: currentCorrelation()?.id ?? null,
      createdAt: event.at,
    },
    select: { id: true },
  });
}

/** `publish` of several events in one statement. */
export async function publishAll(tx: Tx, events: readonly (EventOf<EventType> & { organizationId: string | null; at: Date })[]): Promise<void> {
  if (events.length === 0) return;
  const correlationId = currentCorrelation()?.id ?? null;
  await tx.event.createMany({
    data: events.map(({ type, subject, organizationId, data, at }) => ({ id: newId("event"), type, subject, organizationId, data: data as Prisma.InputJsonValue, correlationId, createdAt: at })),
  });
}

const RELAY_BATCH = 500;
const POLL_MS = 500;

/** Gives committed events their positions, in the order of `seq`; one relay at a time, by the lock of its cursor row. */
export async function relayOnce(rt: Runtime): Promise<number> {
  const rows = await rt.db.query<{ moved: number }>({ name: "event_relay", text: "select relay_events($1) as moved", values: [RELAY_BATCH] });
  return rows[0]?.moved ?? 0;
}

/** Runs the relay until stopped. */
export function startRelay(rt: Runtime): Loop {
  const loop = startLoop({ name: "event-relay", pauseMs: POLL_MS, log: rt.log }, async () => {
    const moved = await relayOnce(rt);
    if (moved > 0) rt.signals.send("events");
    return moved === RELAY_BATCH;
  });
  return wokenBy(rt, "commits", loop);
}

/** Events after `position`, in order. */
export async function eventsAfter(rt: Runtime, position: bigint, limit = 200): Promise<StoredEvent[]> {
  return rt.db.query<StoredEvent>({
    name: "events_after",
    text: `select id, position, type, subject, organization_id as "organizationId", data, correlation_id as "correlationId", created_at as "createdAt"
      from event where position > $1 order by position limit $2`,
    values: [position, limit],
  });
}

/** The newest position. */
export async function lastPosition(rt: Runtime): Promise<bigint> {
  const rows = await rt.db.query<{ position: bigint }>({ text: "select position from event_cursor where name = 'relay'" });
  return rows[0]?.position ?? 0n;
}

/** Follows the events from now on, without remembering: for sockets, whose clients fetch anew when they reconnect. */
export async function tailEvents(rt: Runtime, handle: (event: StoredEvent) => void): Promise<Loop> {
  let position = await lastPosition(rt);
  return follow(rt, "event-tail", async () => {
    const events = await eventsAfter(rt, position);
    for (const event of events) {
      handle(event);
      position = event.position;
    }
    return events.length > 0;
  });
}

/**
 * Follows the events with a cursor kept under `name`: each event at least once, in order, over restarts. `handle` must bear a repetition (drop by id).
 * A handler that throws is tried again with the same event.
 * @param only events of these types; thousands of others, as when all machines of a street come back, are passed over a page at a time
 */
export async function consumeEvents(rt: Runtime, name: string, only: readonly EventType[] | "all", handle: (event: StoredEvent) => Promise<void>): Promise<Loop> {
  await rt.db.query({
    text: "insert into event_cursor (name, position) select $1, position from event_cursor where name = 'relay' on conflict do nothing",
    values: [name],
  });
  const passed = (event: StoredEvent): Promise<unknown> => rt.db.query({ text: "update event_cursor set position = greatest(position, $2) where name = $1", values: [name, event.position] });
  return follow(rt, `events:${name}`, async () => {
    const rows = await rt.db.query<{ position: bigint }>({ text: "select position from event_cursor where name = $1", values: [name] });
    const events = await eventsAfter(rt, rows[0]?.position ?? 0n);
    let unnoted: StoredEvent | null = null;
    for (const event of events) {
      unnoted = event;
      if (only !== "all" && !only.includes(event.type)) continue;
      await handle(event);
      await passed(event);
      unnoted = null;
    }
    if (unnoted) await passed(unnoted);
    return events.length > 0;
  });
}

function follow(rt: Runtime, name: string, work: () => Promise<boolean>): Loop {
  return wokenBy(rt, "events", startLoop({ name, pauseMs: POLL_MS, log: rt.log }, work));
}

function wokenBy(rt: Runtime, signal: SignalName, loop: Loop): Loop {
  const off = rt.signals.on(signal, loop.wake);
  return {
    wake: loop.wake,
    async stop() {
      off();
      await loop.stop();
    },
  };
}
