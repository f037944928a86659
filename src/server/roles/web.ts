import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { createWebServer } from "#server/http/server.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { createDeviceRouter } from "#server/machines/device-http.ts";
import { createInProcess } from "#server/http/create-in-process.ts";
import type { Part } from "./program.ts";

/** HTTP: API, sockets, device endpoints and, for what is left, Next's pages. */
export async function startWebRole(rt: Runtime): Promise<Part[]> {
  globalThis.__switchyard = createInProcess(rt);
  // Loaded here and not above: it reads NODE_ENV as it loads, and the other roles don't need it.
  const { default: next } = await import("next");
  // Next listens for upgrades on whatever server its first request came by, beside our own dispatch, and its hot reload would be upgraded twice. This
  // server never listens: what Next hears on it is nothing.
  const silent = createServer();
  const app = next({ dev: rt.config.development, dir: process.cwd(), hostname: rt.config.host, port: rt.config.port, httpServer: silent });
  await app.prepare();
  const handle = app.getRequestHandler();
  const upgrade = app.getUpgradeHandler();
  const web = createWebServer(rt, {
    next: {
      handle: (request: IncomingMessage, response: ServerResponse) => handle(request, response),
      upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => upgrade(request, socket, head),
    },
    device: createDeviceRouter(rt),
  });
  await web.listen();
  return [
    { name: "next", stop: () => app.close() },
    { name: "web", stop: () => web.close() },
  ];
}
