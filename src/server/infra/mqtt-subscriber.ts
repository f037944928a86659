import { connect, type MqttClient } from "mqtt";
import type { Logger } from "./logger.ts";

/** One message, not acknowledged yet. */
export interface Delivery {
  topic: string;
  payload: Buffer;
  /** Tells who sent it that it is stored. Once its connection is gone this does nothing: the message comes again. */
  acknowledge(): void;
}

export interface SubscriberOptions {
  url: string;
  /** Stable over restarts: the broker keeps the session under it, and what was not acknowledged. */
  clientId: string;
  username: string;
  password: string;
  topics: readonly string[];
  /** Messages taken and not acknowledged; beyond that nothing more is read. */
  maxHeld: number;
  log: Logger;
  onDelivery(delivery: Delivery): void;
  onConnected(): void;
  /** What is held and not yet being stored should be let go: the broker sends it again. */
  onDisconnected(): void;
}

export interface Subscriber {
  /** Closes the connection; the session stays with the broker. */
  end(): Promise<void>;
}

/** How long the broker keeps the session of a bridge that is away. */
const SESSION_EXPIRY_SECONDS = 7 * 86_400;
/** Sent by the broker before an acknowledgement: while one batch is being stored the next ones come in. */
const RECEIVE_MAXIMUM = 6_000;
const KEEPALIVE_SECONDS = 30;

/** mqtt.js sends no PUBACK when its handler reports an error, and goes on with the next packet: so ours can come later, for many at once. */
const ACKNOWLEDGED_LATER = new Error("acknowledged after the commit");

/**
 * Subscribes at QoS 1 with a session that outlives the connection, and leaves the time of each PUBACK to the caller: persist, then acknowledge.
 * mqtt.js by itself would acknowledge at once, or stop at each message until it is stored.
 */
export function startSubscriber(options: SubscriberOptions): Subscriber {
  let held = 0;
  /** message ids to be acknowledged on this connection; a new one for each, so that a late acknowledgement cannot hit another message */
  let acknowledged: number[] = [];
  let resume: (() => void) | null = null;
  const client: MqttClient = connect(options.url, {
    clientId: options.clientId,
    username: options.username,
    password: options.password,
    protocolVersion: 5,
    clean: false,
    keepalive: KEEPALIVE_SECONDS,
    reconnectPeriod: 1_000,
    connectTimeout: 10_000,
    reconnectOnConnackError: true,
    resubscribe: false,
    properties: { sessionExpiryInterval: SESSION_EXPIRY_SECONDS, receiveMaximum: RECEIVE_MAXIMUM },
  });

  client.handleMessage = (packet, callback) => {
    if (packet.qos !== 1 || packet.messageId === undefined) return callback();
    held += 1;
    const { topic, payload, messageId } = packet;
    const connection = acknowledged;
    options.onDelivery({
      topic,
      payload: Buffer.isBuffer(payload) ? payload : Buffer.from(payload),
      acknowledge() {
        if (connection.push(messageId) === 1) queueMicrotask(() => connection === acknowledged && sendAcknowledgements());
      },
    });
    if (held < options.maxHeld) callback(ACKNOWLEDGED_LATER);
    else resume = () => callback(ACKNOWLEDGED_LATER);
  };
  client.on("connect", () => {
    // Also when the session is still there: retained statuses come again, and with them what was missed.
    client.subscribeAsync([...options.topics], { qos: 1 }).then(
      (granted) => {
        const refused = granted.filter((grant) => grant.qos > 2).map((grant) => grant.topic);
        if (refused.length > 0) options.log.error({ refused }, "mqtt: the broker refuses the bridge's subscriptions");
        options.onConnected();
      },
      (error: unknown) => {
        options.log.warn({ err: error }, "mqtt: cannot subscribe");
        client.reconnect();
      },
    );
  });
  client.on("close", () => {
    acknowledged = [];
    held = 0;
    resume = null;
    options.onDisconnected();
  });
  client.on("error", (error) => options.log.warn({ err: error }, "mqtt: connection trouble"));

  /** All of a batch in one write. */
  function sendAcknowledgements(): void {
    const ids = acknowledged.splice(0);
    if (!client.connected) return;
    client.stream.write(pubacks(ids));
    held -= ids.length;
    if (resume && held < options.maxHeld / 2) {
      const go = resume;
      resume = null;
      go();
    }
  }

  return { end: () => client.endAsync() };
}

/** PUBACK packets, reason success: four bytes (MQTT 5, 3.4). In the order of receipt, as 4.6 demands. */
function pubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.alloc(messageIds.length * 4);
  messageIds.forEach((messageId, index) => {
    bytes.writeUInt8(0x40, index * 4);
    bytes.writeUInt8(2, index * 4 + 1);
    bytes.writeUInt16BE(messageId, index * 4 + 2);
  });
  return bytes;
}
