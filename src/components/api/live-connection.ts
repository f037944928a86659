import type { Socket } from "socket.io-client";
import type { ClientToServer, EventEnvelope, ServerToClient } from "#shared/platform/events.ts";

export type LiveStatus = "connecting" | "online" | "offline";
export type RealtimeEnvelope = Parameters<ServerToClient["realtime"]>[0];

type Listener<T> = (message: T) => void;

/** The page's socket: counts who wants which room, joins again after an interruption, drops events that came twice. */
export class LiveConnection {
  status: LiveStatus = "connecting";
  #socket: Socket<ServerToClient, ClientToServer> | null = null;
  #closed = false;
  #interrupted = false;
  readonly #rooms = new Map<string, number>();
  readonly #events = new Set<Listener<EventEnvelope>>();
  readonly #realtime = new Set<Listener<RealtimeEnvelope>>();
  readonly #watchers = new Set<() => void>();
  /** ids of the last events: delivery is at least once, and one event may come by two rooms */
  readonly #seen: string[] = [];

  /**
   * The library is fetched only here, after the first paint.
   * @param joined runs after each connection, once the rooms are joined: what happened before that nobody has told; `again` when an earlier one was interrupted
   */
  async open(joined: (again: boolean) => void): Promise<void> {
    this.#closed = false;
    const { io } = await import("socket.io-client");
    if (this.#closed || this.#socket) return;
    const socket: Socket<ServerToClient, ClientToServer> = io({ path: "/socket.io", transports: ["websocket", "polling"], auth: { recent: true } });
    this.#socket = socket;
    socket.on("connect", () => {
      const again = this.#interrupted;
      this.#interrupted = false;
      const rooms = [...this.#rooms.keys()].map((room) => new Promise<void>((resolve) => socket.emit("join", room, () => resolve())));
      void Promise.all(rooms).then(() => joined(again));
      this.#setStatus("online");
    });
    socket.on("disconnect", () => {
      this.#interrupted = true;
      this.#setStatus("offline");
    });
    socket.on("connect_error", () => this.#setStatus("offline"));
    socket.on("event", (event) => {
      if (this.#seen.includes(event.id)) return;
      this.#seen.push(event.id);
      if (this.#seen.length > 200) this.#seen.shift();
      for (const listener of this.#events) listener(event);
    });
    socket.on("realtime", (message) => {
      for (const listener of this.#realtime) listener(message);
    });
  }

  close(): void {
    this.#closed = true;
    this.#socket?.disconnect();
    this.#socket = null;
  }

  /** @returns leaves the room again when nobody else wants it */
  join(room: string): () => void {
    const wanted = this.#rooms.get(room) ?? 0;
    this.#rooms.set(room, wanted + 1);
    if (wanted === 0 && this.#socket?.connected) this.#socket.emit("join", room, () => {});
    return () => {
      const left = (this.#rooms.get(room) ?? 1) - 1;
      if (left > 0) return void this.#rooms.set(room, left);
      this.#rooms.delete(room);
      if (this.#socket?.connected) this.#socket.emit("leave", room);
    };
  }

  onEvent(listener: Listener<EventEnvelope>): () => void {
    this.#events.add(listener);
    return () => void this.#events.delete(listener);
  }

  onRealtime(listener: Listener<RealtimeEnvelope>): () => void {
    this.#realtime.add(listener);
    return () => void this.#realtime.delete(listener);
  }

  readonly onStatus = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  #setStatus(status: LiveStatus): void {
    this.status = status;
    for (const watcher of this.#watchers) watcher();
  }
}
