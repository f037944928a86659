import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Streams of server-sent events (WHATWG HTML, 9.2) on /v1: a list that is asked for again whenever something may have happened. */
export interface StreamSource {
  event: string;
  /** Entries after the one with this id (null: as the caller asked), oldest first. Authorized anew each time; what it throws ends the stream. */
  entries(after: string | null): Promise<readonly StreamEntry[]>;
}

export interface StreamEntry {
  id: string;
  [field: string]: unknown;
}

export interface EventStreams {
  /** Answers with the stream until the client leaves, the caller may no longer, or the server closes. @throws AppError before anything is sent */
  serve(request: IncomingMessage, response: ServerResponse, caller: string, source: StreamSource): Promise<void>;
  close(): void;
}

/** Without a signal the list is asked for so often; and who asks is authorized anew. */
const POLL_MS = 3_000;
/** Many signals in this time are one. */
const COALESCE_MS = 150;
/** Proxies close connections that are silent for a minute. */
const HEARTBEAT_MS = 15_000;
const MAX_STREAMS_OF_A_CALLER = 10;
/** A client that reads so slowly that this much waits is cut off. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** Ids are given before the commit: an entry can come to light after one with a higher id, so long after it at most. */
const UNSETTLED_MS = 40_000;

export function createEventStreams(rt: Pick<Runtime, "signals">): EventStreams {
  const open = new Map<ServerResponse, { caller: string; end: () => void }>();
  return {
    async serve(request, response, caller, source) {
      const others = [...open.values()].filter((stream) => stream.caller === caller).length;
      if (others >= MAX_STREAMS_OF_A_CALLER) throw new AppError("RATE_LIMITED", "Too many streams are open.", { limit: MAX_STREAMS_OF_A_CALLER });
      const resumed = /^\d{1,18}$/.exec(String(request.headers["last-event-id"] ?? ""))?.[0] ?? null;
      const first = await source.entries(resumed);
      if (response.destroyed) return;
      const ended = new AbortController();
      open.set(response, { caller, end: () => ended.abort() });
      response.on("close", () => {
        open.delete(response);
        ended.abort();
      });
      begin(response);
      const heartbeat = setInterval(() => response.write(": \n\n"), HEARTBEAT_MS);
      try {
        await follow(rt, response, source, { first, resumed }, ended.signal);
      } finally {
        clearInterval(heartbeat);
        response.end();
      }
    },
    close() {
      for (const stream of open.values()) stream.end();
    },
  };
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store, no-transform", "x-accel-buffering": "no" });
  response.write("retry: 3000\n\n");
}

async function follow(rt: Pick<Runtime, "signals">, response: ServerResponse, source: StreamSource, from: { first: readonly StreamEntry[]; resumed: string | null }, signal: AbortSignal): Promise<void> {
  const seen = new Map<string, number>();
  const oldest = from.first[0];
  let after = oldest ? String(BigInt(oldest.id) - 1n) : from.resumed;
  const send = (entries: readonly StreamEntry[]): void => {
    const now = performance.now();
    for (const entry of entries) {
      if (seen.has(entry.id)) continue;
      seen.set(entry.id, now);
      response.write(`id: ${entry.id}\nevent: ${source.event}\ndata: ${JSON.stringify(entry)}\n\n`);
    }
    for (const [id, at] of seen) {
      if (now - at < UNSETTLED_MS) break;
      if (after === null || BigInt(id) > BigInt(after)) after = id;
      seen.delete(id);
    }
  };
  send(from.first);
  for (;;) {
    await wake(rt, signal);
    if (signal.aborted) return;
    if (response.writableLength > MAX_WAITING_BYTES) return;
    try {
      send(await source.entries(after));
    } catch (error) {
      response.write(`event: error\ndata: ${JSON.stringify({ code: error instanceof AppError ? error.code : "INTERNAL_ERROR" })}\n\n`);
      return;
    }
  }
}

/** Resolves soon after a signal, after POLL_MS without one, or when the stream ends. */
function wake(rt: Pick<Runtime, "signals">, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(done, POLL_MS);
    const off = rt.signals.on("commits", () => {
      off();
      clearTimeout(timer);
      timer = setTimeout(done, COALESCE_MS);
    });
    function done(): void {
      off();
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
