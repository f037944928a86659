import { io, type Socket } from "socket.io-client";
import type { ClientToServer, RealtimeName, ServerToClient } from "#shared/platform/events.ts";

type Realtime = Parameters<ServerToClient["realtime"]>[0];
export type Telemetry = Extract<Realtime, { name: "machine.telemetry" }>["data"];

/** A page's socket, in the rooms that the page joins. */
export interface Browser {
  close(): void;
}

/** @throws Error when it is not let in somewhere */
export async function openBrowser(url: string, token: string, rooms: readonly string[], onTelemetry: (telemetry: Telemetry) => void): Promise<Browser> {
  const socket: Socket<ServerToClient, ClientToServer> = io(url, { path: "/socket.io", transports: ["websocket"], auth: { token }, forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  socket.on("realtime", (message) => {
    if (message.name === ("machine.telemetry" satisfies RealtimeName)) onTelemetry(message.data);
  });
  for (const room of rooms) {
    const joined = await new Promise<boolean>((resolve) => socket.emit("join", room, resolve));
    if (!joined) throw new Error(`a browser could not join ${room}`);
  }
  return { close: () => void socket.disconnect() };
}
