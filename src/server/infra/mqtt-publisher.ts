import { connect, type MqttClient } from "mqtt";
import type { Logger } from "./logger.ts";

/** A message to devices. It is published at QoS 1. */
export interface OutgoingMessage {
  /** user name of the device that it is for */
  to: string;
  topic: string;
  /** empty: clears what is retained under the topic */
  payload: string;
  retain: boolean;
  /** After so long it is given to nobody any more. The embedded broker takes it only for a device that is there and listens. */
  expirySeconds?: number;
}

export interface MqttPublisher {
  /** Whether there is any sense in trying. */
  ready(): boolean;
  /** Resolves when the broker has taken it. @throws Error when it has not, or when that is not known */
  publish(message: OutgoingMessage): Promise<void>;
}

const RECONNECT_MS = 1_000;
const ANSWER_MS = 5_000;

/**
 * Publishes over a connection of its own, apart from the one that reads: there the answers would wait behind messages that cannot be stored. Each connection is a
 * new client with a clean session: mqtt.js would publish again by itself what an earlier one had not got through, after somebody else may have published later versions.
 */
export function startPublisher(options: { url: string; clientId: string; username: string; password: string; log: Logger; onReady(): void }): MqttPublisher & { end(): Promise<void> } {
  let client: MqttClient | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<(error: Error) => void>();

  const open = (): void => {
    const opened = connect(options.url, {
      clientId: options.clientId,
      username: options.username,
      password: options.password,
      protocolVersion: 5,
      clean: true,
      keepalive: 30,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      queueQoSZero: false,
    });
    client = opened;
    opened.on("connect", () => options.onReady());
    opened.on("error", (error) => options.log.warn({ err: error }, "mqtt: trouble with the publishing connection"));
    opened.once("close", () => {
      for (const fail of waiting) fail(new Error("the connection to the broker was lost"));
      opened.end(true);
      if (!stopped) timer = setTimeout(open, RECONNECT_MS);
    });
  };
  open();

  return {
    ready: () => client?.connected === true,
    publish({ topic, payload, retain, expirySeconds }) {
      const connection = client;
      if (!connection?.connected) return Promise.reject(new Error("not connected to the broker"));
      return new Promise<void>((resolve, reject) => {
        const settle = (error?: Error | null): void => {
          clearTimeout(patience);
          waiting.delete(settle);
          if (error) reject(error);
          else resolve();
        };
        // A broker that does not answer is as good as gone; the connection goes with what may still be in it.
        const patience = setTimeout(() => connection.stream.destroy(new Error("the broker does not answer")), ANSWER_MS);
        waiting.add(settle);
        connection.publish(topic, payload, { qos: 1, retain, ...(expirySeconds === undefined ? {} : { properties: { messageExpiryInterval: expirySeconds } }) }, (error) => settle(error));
      });
    },
    async end() {
      stopped = true;
      clearTimeout(timer);
      await client?.endAsync(true);
    },
  };
}
