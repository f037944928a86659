import type { IncomingMessage } from "node:http";
import { newId } from "#shared/ids.ts";

/** What is known of one request while it is served; the log line and the metrics are written from it. */
export interface RequestScope {
  id: string;
  ip: string;
  startedAt: number;
  /** template, never the path as sent: metrics need few labels, and paths may hold tokens */
  route: string;
  userId: string | null;
}

const SANE_ID = /^[\w.-]{1,64}$/;
const scopes = new WeakMap<IncomingMessage, RequestScope>();

/** Opens the scope of a request: its id is the caller's where that is sane. */
export function openScope(request: IncomingMessage, trustProxy: number): RequestScope {
  const given = request.headers["x-request-id"];
  const scope: RequestScope = {
    id: typeof given === "string" && SANE_ID.test(given) ? given : newId("request"),
    ip: clientAddress(request, trustProxy),
    startedAt: performance.now(),
    route: "",
    userId: null,
  };
  scopes.set(request, scope);
  return scope;
}

/** The scope of a request that came through our server. */
export function scopeOf(request: IncomingMessage): RequestScope {
  const scope = scopes.get(request);
  if (!scope) throw new Error("a request without a scope: it did not come through the web server");
  return scope;
}

/**
 * The caller's address. Of X-Forwarded-For only the entries that our own proxies wrote are believed: with `trustProxy` of them, the
 * caller is that many from the right.
 */
export function clientAddress(request: IncomingMessage, trustProxy: number): string {
  const peer = plain(request.socket.remoteAddress ?? "");
  if (trustProxy === 0) return peer;
  const header = request.headers["x-forwarded-for"];
  const hops = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").map((hop) => hop.trim()).filter(Boolean);
  return plain(hops[Math.max(0, hops.length - trustProxy)] ?? peer).slice(0, 64);
}

function plain(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

/** Whether the peer is this machine itself, with no proxy between. */
export function isLocalPeer(request: IncomingMessage): boolean {
  const peer = plain(request.socket.remoteAddress ?? "");
  return request.headers["x-forwarded-for"] === undefined && (peer === "::1" || peer.startsWith("127."));
}
