import type { IncomingMessage, Server as HttpServer } from "node:http";
import { type DefaultEventsMap, Server, type Socket } from "socket.io";
import { isId, newId } from "#shared/ids.ts";
import { orderAccess } from "#shared/machines/storefront.ts";
import type { ClientToServer, EventEnvelope, RealtimeName, ServerToClient } from "#shared/platform/events.ts";
import { type Authenticated, authenticate, type Credentials } from "#server/identity/authenticate.ts";
import { type StoredEvent, tailEvents } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import type { Metrics } from "#server/infra/metrics.ts";
import type { RealtimeMessage } from "#server/infra/realtime.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { mayWatchOrder } from "#server/machines/orders/guest-orders.ts";
import type { OriginPolicy } from "../cross-site.ts";
import { clientAddress } from "../request-scope.ts";
import { createRecentEvents } from "./recent-events.ts";
import { mayJoin, roomsOf } from "./rooms.ts";

/**
 * Live events for browsers. Who connects must be signed in, and is asked again every few seconds: a session that was ended loses its sockets. Or
 * they bring the secret of an order (`auth: {order: {orderId, secret}}`): a guest, who hears that this order has changed and nothing else.
 * Every web process follows the events itself, so that no adapter between them is needed. Who connects with `auth: {recent: true}` hears of each room that it joins what
 * was delivered there in the last ten seconds: between a page's rendering and its join something may have happened that neither would tell.
 */
export interface Sockets {
  /** whether an upgrade is for us */
  owns(request: IncomingMessage): boolean;
  count(): number;
  start(): Promise<void>;
  close(): Promise<void>;
}

interface SocketData {
  /** the order that a guest may watch; null: somebody who is signed in */
  order: string | null;
  credentials: Credentials;
  userId: string;
}

type LiveServer = Server<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>;
type LiveSocket = Socket<ClientToServer, ServerToClient, DefaultEventsMap, SocketData>;

const PATH = "/socket.io";
const RECHECK_MS = 2_500;
/** A page shows a handful of subjects; more is a mistake or worse. */
const MAX_ROOMS = 100;
const LOAD_CHECK_MS = 250;
/** A browser with this many messages waiting gets no more of those that the next one replaces (socket.io's `volatile` would drop each second of a burst). */
const SLOW_FROM = 64;
const SLOW = "slow";
/** With this many it is gone, or as good as: it comes back and fetches anew. */
const STUCK_FROM = 4_096;
const MAX_MESSAGE_BYTES = 16 * 1024;

export function createSockets(rt: Runtime, server: HttpServer, options: { origins: OriginPolicy; metrics: Metrics }): Sockets {
  const { origins, metrics } = options;
  const io: LiveServer = new Server(server, {
    path: PATH,
    // Next's hot reload upgrades connections too.
    destroyUpgrade: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    allowRequest(request, answer) {
      const { origin } = request.headers;
      answer(null, origin === undefined || origins.isOwn(request) || origins.isAllowed(origin));
    },
    cors: { origin: rt.config.corsOrigins, credentials: false },
  });

  const recent = createRecentEvents();

  io.use((socket, next) => {
    admit(rt, socket, credentialsOf(rt, socket, origins)).then(
      (admitted) => next(admitted ? undefined : new Error("UNAUTHORIZED")),
      (error: unknown) => {
        rt.log.error({ err: error }, "socket: cannot authenticate");
        next(new Error("SERVICE_UNAVAILABLE"));
      },
    );
  });

  io.on("connection", (socket) => {
    const { order, userId } = socket.data;
    // What is meant for one person, or for who has an order's secret; nobody can ask for these rooms.
    void socket.join(order === null ? `usr:${userId}` : `order:${order}`);
    socket.on("join", (room, answer) => {
      join(rt, socket, room).then(
        (joined) => {
          reply(answer, joined);
          if (joined && socket.handshake.auth["recent"] === true) for (const envelope of recent.of(room)) socket.emit("event", envelope);
        },
        (error: unknown) => {
          rt.log.error({ err: error }, "socket: join failed");
          reply(answer, false);
        },
      );
    });
    socket.on("leave", (room) => {
      if (typeof room === "string" && room !== socket.id && room !== SLOW) void socket.leave(room);
    });
  });

  const deliver = (event: StoredEvent): void => {
    const envelope: EventEnvelope = { id: event.id, type: event.type, subject: event.subject, timestamp: event.createdAt.toISOString(), data: event.data };
    const rooms = roomsOf(event);
    io.local.to(rooms).emit("event", envelope);
    recent.add(rooms, envelope);
    if (isId("order", event.subject)) io.local.to(`order:${event.subject}`).emit("realtime", { name: "order.progress", data: { orderId: event.subject } });
    metrics.socketMessages.inc({ kind: "event" });
  };
  const deliverRealtime = (message: RealtimeMessage): void => {
    // To no room means to everybody, for socket.io.
    if (message.rooms.length === 0) return;
    // Publishers take the name and its data from REALTIME; the bus between knows neither.
    io.local.to(message.rooms).except(SLOW).emit("realtime", { name: message.name as RealtimeName, data: message.data } as Parameters<ServerToClient["realtime"]>[0]);
    metrics.socketMessages.inc({ kind: "realtime" });
  };

  let tail: Loop | undefined;
  let unsubscribe: (() => void) | undefined;
  const timers: NodeJS.Timeout[] = [];
  const checkLoad = (): void => {
    for (const socket of io.sockets.sockets.values()) {
      // Private in the types alone; engine.io tells nowhere else how far behind a connection is.
      const waiting = (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
      if (waiting >= STUCK_FROM) socket.conn.close(true);
      else if (waiting >= SLOW_FROM) void socket.join(SLOW);
      else if (socket.rooms.has(SLOW)) void socket.leave(SLOW);
    }
  };
  let checking = false;
  const recheck = async (): Promise<void> => {
    if (checking) return;
    checking = true;
    try {
      for (const socket of io.sockets.sockets.values()) if (!(await stillThere(rt, socket))) socket.disconnect(true);
    } finally {
      checking = false;
    }
  };

  return {
    owns: (request) => request.url?.startsWith(`${PATH}/`) ?? false,
    count: () => io.engine.clientsCount,
    async start() {
      unsubscribe = rt.realtime.subscribe(deliverRealtime);
      timers.push(setInterval(() => void recheck(), RECHECK_MS).unref(), setInterval(checkLoad, LOAD_CHECK_MS).unref());
      tail = await tailEvents(rt, deliver);
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      unsubscribe?.();
      await tail?.stop();
      // The transport and not the socket: a client that loses its transport comes back by itself, to another process or the next start.
      for (const socket of io.sockets.sockets.values()) socket.conn.close();
      io.engine.close();
    },
  };
}

/** A program brings its token; a browser has its session's cookie, which counts from our own pages alone. */
function credentialsOf(rt: Runtime, socket: LiveSocket, origins: OriginPolicy): Credentials {
  const { request, handshake } = socket;
  const auth: unknown = handshake.auth["token"];
  const token = typeof auth === "string" ? auth.replace(/^Bearer +/i, "") : null;
  const own = request.headers.origin === undefined || origins.isOwn(request);
  return {
    authorization: token === null ? null : `Bearer ${token}`,
    cookie: token === null && own ? (request.headers.cookie ?? null) : null,
    ip: clientAddress(request, rt.config.trustProxy),
    requestId: newId("request"),
  };
}

/** Lets in who is signed in, and who has the secret of an order. */
async function admit(rt: Runtime, socket: LiveSocket, credentials: Credentials): Promise<boolean> {
  socket.data.credentials = credentials;
  socket.data.order = null;
  const order = orderAccess.safeParse(socket.handshake.auth["order"]);
  if (order.success) {
    socket.data.order = order.data.orderId;
    return mayWatchOrder(rt, order.data);
  }
  const found = await authenticate(rt, credentials);
  if (found) socket.data.userId = found.actor.userId;
  return found !== null;
}

async function join(rt: Runtime, socket: LiveSocket, room: unknown): Promise<boolean> {
  if (socket.data.order !== null) return false;
  const found: Authenticated | null = await authenticate(rt, socket.data.credentials);
  if (!found) {
    socket.disconnect(true);
    return false;
  }
  if (socket.rooms.size > MAX_ROOMS || typeof room !== "string" || !(await mayJoin(rt, found.actor, room))) return false;
  await socket.join(room);
  return true;
}

/** The database being away for a moment is no reason to send everybody out. */
async function stillThere(rt: Runtime, socket: LiveSocket): Promise<boolean> {
  // An order's secret is good for as long as the order is there.
  if (socket.data.order !== null) return true;
  try {
    return (await authenticate(rt, socket.data.credentials)) !== null;
  } catch (error) {
    rt.log.warn({ err: error }, "socket: cannot check its session");
    return true;
  }
}

/** What comes over the wire is anything, whatever the types say. */
function reply(answer: unknown, joined: boolean): void {
  if (typeof answer === "function") (answer as (joined: boolean) => void)(joined);
}
