import { EventEmitter } from "node:events";
import { Redis } from "ioredis";
import type { Logger } from "./logger.ts";

/**
 * Messages to browsers that may be lost (the next one replaces them): telemetry, metrics, progress. What must arrive goes through the event outbox.
 * Between processes they travel over Redis; without it they stay in the process.
 */
export interface RealtimeMessage {
  /** `org:<id>`, `vm:<id>`, `machine:<id>`, `usr:<id>` (one person's windows) or `admin` */
  rooms: string[];
  /** event name on the socket; see shared/platform/realtime.ts */
  name: string;
  data: unknown;
}

export interface Realtime {
  publish(message: RealtimeMessage): void;
  /** @returns a function that stops listening */
  subscribe(listener: (message: RealtimeMessage) => void): () => void;
  /** Whether it reaches the other processes; null: it never leaves this one. @returns the round trip in milliseconds @throws Error while Redis is away */
  ping: (() => Promise<number>) | null;
  close(): Promise<void>;
}

const CHANNEL = "switchyard:realtime";

export function createRealtime(redisUrl: string | null, log: Logger): Realtime {
  const emitter = new EventEmitter().setMaxListeners(100);
  const subscribe = (listener: (message: RealtimeMessage) => void) => {
    emitter.on("message", listener);
    return () => void emitter.off("message", listener);
  };
  if (!redisUrl) {
    return { publish: (message) => void emitter.emit("message", message), subscribe, ping: null, close: async () => void emitter.removeAllListeners() };
  }
  const options = { maxRetriesPerRequest: 1, enableOfflineQueue: true, lazyConnect: false };
  const sender = new Redis(redisUrl, options);
  const receiver = new Redis(redisUrl, { ...options, maxRetriesPerRequest: null });
  for (const client of [sender, receiver]) client.on("error", (error: Error) => log.warn({ err: error }, "redis: connection trouble"));
  receiver.subscribe(CHANNEL).catch((error: unknown) => log.warn({ err: error }, "redis: cannot subscribe yet"));
  receiver.on("message", (_channel, text: string) => void emitter.emit("message", JSON.parse(text) as RealtimeMessage));
  return {
    publish: (message) => void sender.publish(CHANNEL, JSON.stringify(message)).catch(() => {}),
    subscribe,
    async ping() {
      const start = performance.now();
      await sender.ping();
      return performance.now() - start;
    },
    async close() {
      emitter.removeAllListeners();
      sender.disconnect();
      receiver.disconnect();
    },
  };
}
