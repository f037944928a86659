import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { webSocketDuplex } from "../web-socket-duplex.ts";
import { FakeError } from "./fake-errors.ts";
import { vmHere } from "./fake-power-routes.ts";
import type { FakeCall, FakeRoute } from "./fake-route.ts";
import type { FakeVm } from "./fake-state.ts";
import { serveScreen } from "./fake-screen.ts";
import { pass } from "./fake-tasks.ts";

const OPEN_MS = 10_000;
const MOST_BYTES = 128 * 1024;
const LOOK_MS = 10;

interface Door {
  vm: FakeVm;
  user: string;
  ticket: string;
  password: string;
  until: number;
}

export interface FakeConsole {
  routes: readonly FakeRoute[];
  /** Answers an upgrade whose request is in order. @throws FakeError */
  upgrade(call: FakeCall, request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** how many screens are shown */
  open(): number;
  close(): void;
}

/** `vncproxy` opens a door for 10 s, `vncwebsocket` goes through it. @param ownPassword newer hosts give one beside the ticket */
export function createFakeConsole(ownPassword: () => boolean): FakeConsole {
  const doors = new Map<number, Door>();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MOST_BYTES, handleProtocols: () => "binary" });
  const shown = new Set<WebSocket>();
  let port = 5_899;

  const vncProxy: FakeRoute = {
    method: "POST",
    path: "/nodes/{node}/qemu/{vmid}/vncproxy",
    params: { "websocket?": "boolean", "generate-password?": "boolean" },
    needs: ["/vms/{vmid}", "VM.Console"],
    run(call) {
      const vm = vmHere(call);
      port = port >= 5_999 ? 5_900 : port + 1;
      const own = port;
      const password = randomBytes(4).toString("hex");
      const bare = `PVEVNC:${randomBytes(6).toString("hex").toUpperCase()}::${randomBytes(24).toString("base64")}`;
      const ticket = ownPassword() ? `${password}:${bare}` : bare;
      doors.set(own, { vm, user: call.principal.name, ticket, password: ownPassword() ? password : ticket, until: Date.now() + OPEN_MS });
      // The task lasts as long as the screen is looked at.
      const upid = call.tasks.run(vm.node, "vncproxy", vm.vmid, call.principal.name, async (task) => {
        while (doors.has(own)) await pass(task, LOOK_MS);
      });
      return { user: call.principal.name, ticket, port: own, upid, cert: "-----BEGIN CERTIFICATE-----", ...(ownPassword() ? { password } : {}) };
    },
  };

  return {
    routes: [vncProxy],
    upgrade(call, request, socket, head) {
      const number = Number(call.params.port);
      const door = doors.get(number);
      if (!door || door.until < Date.now() || door.ticket !== call.params.vncticket || door.user !== call.principal.name || door.vm !== vmHere(call)) throw new FakeError(401, "permission denied - invalid PVEVNC ticket");
      doors.set(number, { ...door, until: 0 });
      if (!(request.headers["sec-websocket-protocol"] ?? "").split(/, */).includes("binary")) throw new FakeError(400, "missing websocket protocol");
      server.handleUpgrade(request, socket, head, (webSocket) => {
        shown.add(webSocket);
        const power = setInterval(() => door.vm.running || webSocket.close(), LOOK_MS);
        webSocket.once("close", () => {
          clearInterval(power);
          shown.delete(webSocket);
          doors.delete(number);
        });
        serveScreen(webSocketDuplex(webSocket).on("error", () => {}), door.password, `VM ${door.vm.vmid}`).catch(() => webSocket.close());
      });
    },
    open: () => shown.size,
    close() {
      doors.clear();
      for (const each of shown) each.terminate();
      server.close();
    },
  };
}
