import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
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
  // Next listens for upgrades by itself, on the server it is given, and ends those that match a page's pattern, as its catch-all page does with all of them.
  // It gets one that never listens, and what we pass on.
  const upgrades = createServer();
  const app = next({ httpServer: upgrades, dev: rt.config.development, dir: process.cwd(), hostname: rt.config.host, port: rt.config.port });
  await app.prepare();
  const handle = app.getRequestHandler();
  const web = createWebServer(rt, {
    next: {
      handle: (request: IncomingMessage, response: ServerResponse) => handle(request, response),
      upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void upgrades.emit("upgrade", request, socket, head),
    },
    // In development they change all the time.
    ...(rt.config.development ? {} : { buildFiles: join(process.cwd(), rt.config.nextDistDir, "static") }),
    device: createDeviceRouter(rt),
  });
  await web.listen();
  return [
    { name: "next", stop: () => app.close() },
    { name: "web", stop: () => web.close() },
  ];
}
