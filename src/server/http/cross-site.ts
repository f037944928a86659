import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "#server/infra/config.ts";

/** Which origins are ours, and which others may call us from a browser. */
export interface OriginPolicy {
  /** our own pages: a browser's session counts */
  isOwn(request: IncomingMessage): boolean;
  /** our own, or one of CORS_ORIGINS */
  isAllowed(origin: string): boolean;
}

export function createOriginPolicy(config: Pick<Config, "publicUrl" | "corsOrigins">): OriginPolicy {
  const own = new URL(config.publicUrl).origin;
  const others = new Set(config.corsOrigins.map((origin) => new URL(origin).origin));
  return {
    isOwn(request) {
      const { origin, host } = request.headers;
      if (origin !== undefined) return origin === own || origin === `http://${host}` || origin === `https://${host}`;
      return request.headers["sec-fetch-site"] === "same-origin";
    },
    isAllowed: (origin) => origin === own || others.has(origin),
  };
}

/**
 * Whether a request that changes something may use the browser's session. The browser sends the cookie with requests of any page;
 * only ours may speak in its name. A bearer token is never sent by itself, so it needs no such check.
 */
export function isForged(request: IncomingMessage, policy: OriginPolicy): boolean {
  const { method, headers } = request;
  return method !== "GET" && method !== "HEAD" && headers.cookie !== undefined && headers.authorization === undefined && !policy.isOwn(request);
}

/**
 * CORS for the fast path (Express has its own): without credentials, so that other origins come with a bearer token.
 * @returns true when this was a preflight and is answered
 */
export function handleCors(request: IncomingMessage, response: ServerResponse, policy: OriginPolicy): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && policy.isAllowed(origin)) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-expose-headers", "x-request-id");
    response.setHeader("vary", "origin");
  }
  if (request.method !== "OPTIONS") return false;
  response.setHeader("access-control-allow-methods", "GET, POST");
  response.setHeader("access-control-allow-headers", "authorization, content-type, x-organization-id, x-request-id");
  response.setHeader("access-control-max-age", "600");
  response.statusCode = 204;
  response.end();
  return true;
}
