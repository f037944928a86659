import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import { CONSOLE_PATH, CONSOLE_PROTOCOL, CONSOLE_TICKET_PREFIX } from "#shared/compute/console-protocol.ts";
import { newId } from "#shared/ids.ts";
import { authenticate } from "#server/identity/authenticate.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { admit, ConsoleEnded } from "./admission.ts";
import { showScreen } from "./session.ts";
import { endConsole } from "./ticket-repository.ts";

/** Screens of VMs for browsers: a WebSocket on the port of everything else, joined to the hypervisor's RFB server. */
export interface ConsoleGateway {
  /** whether an upgrade is for us */
  owns(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  count(): number;
  /** Ends all consoles; browsers come back by themselves, to another process or the next start. */
  close(): Promise<void>;
}

export interface ConsoleGatewayOptions {
  /** whether a page of this origin may open a console; a program sends none */
  originAllowed(request: IncomingMessage): boolean;
  recheckMs?: number;
}

const RECHECK_MS = 30_000;
const LIVE_RECHECKS = 3;
/** Of what a browser sends: keys, the pointer, text that was pasted. */
const MAX_MESSAGE_BYTES = 128 * 1024;
const MAX_CONSOLES = 500;
const CLOSE_TIMEOUT_MS = 2_000;
const MAX_REASON_BYTES = 123;

export function createConsoleGateway(rt: Runtime, { originAllowed, recheckMs = RECHECK_MS }: ConsoleGatewayOptions): ConsoleGateway {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES, handleProtocols: () => CONSOLE_PROTOCOL });
  const open = new Set<{ ws: WebSocket; abort: AbortController; tokenHash: string | null }>();
  const liveMs = recheckMs * LIVE_RECHECKS;
  let closing = false;

  const serve = async (request: IncomingMessage, ws: WebSocket, token: string): Promise<void> => {
    const entry: { ws: WebSocket; abort: AbortController; tokenHash: string | null } = { ws, abort: new AbortController(), tokenHash: null };
    open.add(entry);
    const browser = createWebSocketStream(ws, { readableHighWaterMark: 64 * 1024, writableHighWaterMark: 64 * 1024 });
    // A message that is too large, a broken connection: ws closes it with the right code by itself.
    browser.on("error", (error: Error) => rt.log.debug({ err: error }, "console: the browser's connection broke"));
    ws.once("close", () => entry.abort.abort(new ConsoleEnded("lost", "")));
    try {
      const cookieSession = async (): Promise<string | null> => (await authenticate(rt, { authorization: null, cookie: request.headers.cookie, ip: "", requestId: newId("request") }))?.actor.sessionId ?? null;
      const admitted = await admit(rt, token, cookieSession, liveMs);
      entry.tokenHash = admitted.ticket.tokenHash;
      for (const other of open) if (other.tokenHash !== null && admitted.replaced.includes(other.tokenHash)) other.abort.abort(new ConsoleEnded("taken", "You have opened this console elsewhere."));
      rt.log.info({ vm: admitted.vm.id, user: admitted.ticket.userId }, "console: opened");
      const ended = await showScreen(rt, browser, admitted, { recheckMs, liveMs, signal: entry.abort.signal });
      const left = ws.readyState !== ws.OPEN;
      close(ws, ended);
      rt.log.info({ vm: admitted.vm.id, user: admitted.ticket.userId, end: left ? "left" : ended?.end }, "console: closed");
    } catch (error) {
      if (!(error instanceof ConsoleEnded)) rt.log.error({ err: error }, "console: failed");
      close(ws, error instanceof ConsoleEnded ? error : new ConsoleEnded("lost", "Something went wrong on our side."));
    } finally {
      open.delete(entry);
      if (entry.tokenHash !== null) await endConsole(rt.db.prisma, entry.tokenHash).catch((error: unknown) => rt.log.error({ err: error }, "console: cannot write that it is over"));
    }
  };

  return {
    owns: ({ url = "" }) => url === CONSOLE_PATH || url.startsWith(`${CONSOLE_PATH}?`),
    upgrade(request, socket, head) {
      socket.on("error", () => {});
      const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
      const token = offered.find((each) => each.startsWith(CONSOLE_TICKET_PREFIX))?.slice(CONSOLE_TICKET_PREFIX.length);
      if (request.headers.origin !== undefined && !originAllowed(request)) return refuse(socket, "403 Forbidden");
      if (!token || !offered.includes(CONSOLE_PROTOCOL)) return refuse(socket, "400 Bad Request");
      if (closing || open.size >= MAX_CONSOLES) return refuse(socket, "503 Service Unavailable");
      server.handleUpgrade(request, socket, head, (ws) => void serve(request, ws, token));
    },
    count: () => open.size,
    async close() {
      closing = true;
      for (const { abort } of open) abort.abort(new ConsoleEnded("restart", "The server restarts; connect again."));
      const deadline = Date.now() + CLOSE_TIMEOUT_MS;
      while (open.size > 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20));
      for (const { ws } of open) ws.terminate();
    },
  };
}

function close(ws: WebSocket, ended: ConsoleEnded | null): void {
  if (ws.readyState !== ws.OPEN) return;
  if (!ended) return ws.close(1000);
  ws.close(ended.code, Buffer.from(ended.message, "utf8").subarray(0, MAX_REASON_BYTES));
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
