import type { Runtime } from "#server/infra/runtime.ts";
import { appRouter } from "#server/trpc/root.ts";
import { buildWebServer, type WebServer, type WebServerOptions } from "./web-server.ts";

/** The web server of the product: its pages, tRPC, REST, device endpoints, sockets, health and metrics on one port. */
export function createWebServer(rt: Runtime, options: WebServerOptions): WebServer {
  return buildWebServer(rt, options, appRouter);
}
