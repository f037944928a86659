import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { AnyRouter } from "@trpc/server";
import type { Router } from "express";
import { AppError } from "#shared/errors.ts";
import { createConsoleGateway } from "#server/compute/console/gateway.ts";
import { jwks } from "#server/identity/access-tokens.ts";
import { correlated } from "#server/infra/correlation.ts";
import { createMetrics } from "#server/infra/metrics.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { StartupError } from "#server/infra/startup-error.ts";
import { recordRequest } from "./access-log.ts";
import { createBuildFiles } from "./build-files.ts";
import { createOriginPolicy } from "./cross-site.ts";
import { sendError, sendJson } from "./errors.ts";
import { createExpressApp } from "./express-app.ts";
import { createHealthHandlers } from "./health/health.ts";
import { readTotals } from "./health/repository.ts";
import { createFirmwareFiles } from "./firmware-files.ts";
import { createMachineArchives } from "./machine-archives.ts";
import { createInFlight } from "./in-flight.ts";
import { createOpenApiDocument } from "./openapi/document.ts";
import { createPaymentWebhook } from "./payment-webhook.ts";
import { createRateLimit } from "./rate-limit.ts";
import { openScope, scopeOf } from "./request-scope.ts";
import { createEventStreams } from "./rest/event-stream.ts";
import { createRestHandler } from "./rest/handler.ts";
import { createSockets } from "./sockets/sockets.ts";
import { createTrpcMount, TRPC_PREFIX } from "./trpc-mount.ts";

export interface WebServerOptions {
  /** what is nobody else's goes there; null: there are no pages */
  next: { handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void; upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void } | null;
  /** the folder of the pages' build that is served as /_next/static */
  buildFiles?: string;
  /** the devices' own endpoints, mounted at /device/v1 */
  device?: Router;
}

export interface WebServer {
  server: Server;
  /** @throws StartupError when the address cannot be had */
  listen(): Promise<{ port: number }>;
  /** Takes no more requests, finishes those in flight, then closes. */
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const DRAIN_TIMEOUT_MS = 30_000;
/** Longer than the usual 60 s of proxies in front, so that none sends a request into a connection that is being closed. */
const KEEP_ALIVE_MS = 65_000;

/** The web server over any router; server.ts makes the one of the product. */
export function buildWebServer(rt: Runtime, options: WebServerOptions, router: AnyRouter, limits = { requestTimeoutMs: REQUEST_TIMEOUT_MS }): WebServer {
  const { config, log } = rt;
  const supportUrl = `${config.publicUrl}/docs/api#errors`;
  let draining = false;
  const inFlight = createInFlight(limits.requestTimeoutMs);
  const metrics = createMetrics({ db: rt.db, requestsInFlight: inFlight.size, sockets: () => sockets.count(), totals: () => readTotals(rt.db) });
  const origins = createOriginPolicy(config);
  const rateLimit = createRateLimit(rt);
  const streams = createEventStreams(rt);
  const trpc = createTrpcMount(rt, router, origins);
  const { next } = options;

  const app = createExpressApp(rt, {
    rest: createRestHandler(rt, { router, rateLimit, streams, document: JSON.stringify(createOpenApiDocument(router, { version: rt.version, publicUrl: config.publicUrl })), supportUrl }),
    health: createHealthHandlers(rt, { draining: () => draining, metrics, supportUrl }),
    async jwks(_request, response) {
      const keys = await jwks(rt);
      response.setHeader("cache-control", "public, max-age=300");
      sendJson(response, 200, JSON.stringify(keys));
    },
    device: options.device ?? null,
    paymentWebhook: createPaymentWebhook(rt),
    firmwareFiles: createFirmwareFiles(rt, origins),
    machineArchives: createMachineArchives(rt),
    buildFiles: options.buildFiles === undefined ? null : createBuildFiles(options.buildFiles),
    async pages(request, response) {
      if (!next) return sendError(response, new AppError("NOT_FOUND"), scopeOf(request).id, supportUrl);
      await next.handle(request, response);
    },
    supportUrl,
  });

  const hsts = config.publicUrl.startsWith("https:");
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const scope = openScope(request, config.trustProxy);
    const { url = "/" } = request;
    const path = url.slice(0, url.includes("?") ? url.indexOf("?") : undefined);
    response.setHeader("x-request-id", scope.id);
    if (draining) response.setHeader("connection", "close");
    response.on("close", () => recordRequest(log, metrics, request, response, scope, path));
    correlated({ id: scope.id, ip: scope.ip }, () => {
      if (path.startsWith(TRPC_PREFIX)) {
        response.setHeader("x-content-type-options", "nosniff");
        response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
        if (hsts) response.setHeader("strict-transport-security", "max-age=31536000; includeSubDomains");
        inFlight.add(response, () => trpc.timeout(request, response));
        void trpc.handle(request, response);
        return;
      }
      if (path.startsWith("/v1/") || path.startsWith("/device/") || path.startsWith("/webhooks/")) inFlight.add(response, () => sendError(response, new AppError("TIMEOUT"), scope.id, supportUrl));
      else inFlight.add(response);
      // The pages' server components read these; they must be ours, whatever the caller sent.
      request.headers["x-request-id"] = scope.id;
      request.headers["x-switchyard-ip"] = scope.ip;
      request.headers["x-request-path"] = pagePath(url);
      // A QR's alphanumeric mode has capitals alone, the page's address is in small letters.
      if (url.startsWith("/C/")) request.url = `/c/${url.slice(3)}`;
      app(request, response);
    });
  };

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: limits.requestTimeoutMs, headersTimeout: Math.min(15_000, limits.requestTimeoutMs) }, onRequest);
  const sockets = createSockets(rt, server, { origins, metrics });
  const consoles = createConsoleGateway(rt, { originAllowed: (request) => origins.isOwn(request) || origins.isAllowed(request.headers.origin ?? "") });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (sockets.owns(request)) return;
    if (consoles.owns(request)) consoles.upgrade(request, socket, head);
    // In development Next's hot reload.
    else if (config.development && next?.upgrade) next.upgrade(request, socket, head);
    else socket.destroy();
  });

  return {
    server,
    async listen() {
      const port = await listenOn(server, config.port, config.host);
      await sockets.start();
      return { port };
    },
    async close() {
      draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      streams.close();
      await sockets.close();
      await consoles.close();
      server.closeIdleConnections();
      await inFlight.drained(DRAIN_TIMEOUT_MS);
      server.closeAllConnections();
      inFlight.stop();
      rateLimit.close();
      await closed;
    },
  };
}

/** Where somebody comes back to after signing in: the page's own address, without what Next's router adds to fetch it. */
function pagePath(url: string): string {
  return url.replace(/([?&])_rsc=[^&]*&?/, "$1").replace(/[?&]$/, "");
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") reject(new StartupError(`port ${port} is in use by another program; set PORT to another`));
      else if (error.code === "EACCES") reject(new StartupError(`port ${port} may not be used by this account; set PORT to one above 1023`));
      else if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") reject(new StartupError(`HOST=${host} is no address of this machine`));
      else reject(error);
    });
    // A listening server has an address with a port; a string would be a pipe's.
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
