import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createWebSocketStream, WebSocket } from "ws";
import { CONSOLE_PATH, CONSOLE_PROTOCOL, CONSOLE_TICKET_PREFIX } from "#shared/compute/console-protocol.ts";
import { createOriginPolicy } from "#server/http/cross-site.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { connectRfbClient, type RfbClient } from "../../rfb/testing/rfb-client.ts";
import { type ComputeBench, createComputeBench } from "../../testing/bench.ts";
import { type ConsoleGateway, createConsoleGateway } from "../gateway.ts";
import { openConsole } from "../open-console.ts";

const RECHECK_MS = 40;

/** Running VMs, a gateway on a port of its own, and browsers. */
export interface ConsoleBench {
  compute: ComputeBench;
  /** with a clock that can be moved */
  rt: Runtime;
  gateway: ConsoleGateway;
  origin: string;
  advance(ms: number): void;
  runningVm(name: string): Promise<string>;
  ticket(vmId: string): Promise<string>;
  dial(ticket: string | null, headers?: Record<string, string>): Browser;
  /** Opens the console of a VM and waits for its first picture. */
  look(vmId: string): Promise<Browser & { screen: RfbClient }>;
  close(): Promise<void>;
}

export interface Browser {
  ws: WebSocket;
  /** the close's code and reason, or "HTTP <status>" when there was no upgrade */
  closed: Promise<{ code: number | string; reason: string }>;
  rfb(): Promise<RfbClient>;
}

export async function createConsoleBench(): Promise<ConsoleBench> {
  const compute = await createComputeBench();
  compute.worker();
  let offset = 0;
  const rt: Runtime = { ...compute.rt, clock: { now: () => new Date(Date.now() + offset) } };
  const origins = createOriginPolicy(rt.config);
  const server: Server = createServer();
  const gateway = createConsoleGateway(rt, { originAllowed: (request) => origins.isOwn(request), recheckMs: RECHECK_MS });
  server.on("upgrade", (request, socket, head) => {
    if (gateway.owns(request)) gateway.upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening server has an address with a port.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browsers = new Set<WebSocket>();

  const bench: ConsoleBench = {
    compute,
    rt,
    gateway,
    origin,
    advance(ms) {
      offset += ms;
    },
    async runningVm(name) {
      const { vmId, operationId } = await compute.create(name);
      await compute.ended(operationId);
      return vmId;
    },
    ticket: async (vmId) => (await openConsole(rt, compute.customer.actor, vmId)).ticket,
    dial(ticket, headers = {}) {
      const ws = new WebSocket(`${origin}${CONSOLE_PATH}`, [CONSOLE_PROTOCOL, ...(ticket === null ? [] : [CONSOLE_TICKET_PREFIX + ticket])], { headers });
      browsers.add(ws);
      const stream = createWebSocketStream(ws);
      stream.on("error", () => {});
      const closed = new Promise<{ code: number | string; reason: string }>((resolve) => {
        ws.on("unexpected-response", (_request, response) => resolve({ code: `HTTP ${response.statusCode}`, reason: "" }));
        ws.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
      });
      return { ws, closed, rfb: () => connectRfbClient({ stream, password: null }) };
    },
    async look(vmId) {
      const browser = bench.dial(await bench.ticket(vmId));
      const screen = await browser.rfb();
      await screen.update({ incremental: false });
      return { ...browser, screen };
    },
    async close() {
      for (const ws of browsers) ws.terminate();
      await gateway.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await compute.close();
    },
  };
  return bench;
}
