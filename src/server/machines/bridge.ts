import { hostname } from "node:os";
import { newId } from "#shared/ids.ts";
import { UP_TOPICS } from "#shared/machines/device.ts";
import { correlated } from "#server/infra/correlation.ts";
import { type Loop, startLoop } from "#server/infra/loop.ts";
import { mqttCounts } from "#server/infra/mqtt-counts.ts";
import { startMqttBroker } from "#server/infra/mqtt-broker.ts";
import { type MqttPublisher, startPublisher } from "#server/infra/mqtt-publisher.ts";
import { type Delivery, startSubscriber } from "#server/infra/mqtt-subscriber.ts";
import type { Logger } from "#server/infra/logger.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { startBatcher } from "./batcher.ts";
import { brokerCertificate } from "./broker-authority.ts";
import { bridgePassword } from "./broker-login.ts";
import { createBrokerPolicy } from "./broker-policy.ts";
import { BRIDGE_USERNAME, isFromDevice } from "./broker-rules.ts";
import { startKicking } from "./emqx/kick.ts";
import { startPublishing } from "./downlinks/publishing.ts";
import { readDeviceMessage } from "./device-messages.ts";
import { createLiveUpdates } from "./live-updates.ts";
import { pingDatabase } from "./messages-repository.ts";
import { purgeRejected, sweepSilent } from "./presence-sweep.ts";
import { quarantine, type Received, storeBatch } from "./store-batch.ts";

export interface Bridge {
  /** Whether devices can be heard at this moment. */
  broker(): "embedded" | "connected" | "away";
  stop(): Promise<void>;
}

/** Held in memory and not acknowledged; beyond that the bridge reads no more, and the rest stays with the broker or with the devices. */
const MAX_HELD = 10_000;
/** How long a start waits for the broker; one that is away longer is connected to later. */
const CONNECT_WAIT_MS = 5_000;
const SWEEP_MS = 2_000;
const PURGE_MS = 3_600_000;

/** Where messages come from and go to. */
interface Source {
  publisher: MqttPublisher;
  stop(): Promise<void>;
}

interface SourceListener {
  take(delivery: Delivery): void;
  connected(): void;
  disconnected(): void;
}

/**
 * From MQTT to the database and the browsers. Persist, then acknowledge: what a killed bridge or an absent database has not stored is sent again, and what
 * it stored and did not acknowledge is recognised as a repetition. Without MQTT_URL the bridge opens the embedded broker, which lets it store what a device
 * says before the device is told that it has arrived. Resolves when it listens, or when another broker has not answered for a while.
 * @throws StartupError when the embedded broker's port cannot be had
 */
export async function startBridge(rt: Runtime): Promise<Bridge> {
  const live = createLiveUpdates(rt.realtime);
  const log = rt.log.child({ part: "bridge" });
  let listeningSince: Date | null = null;

  const batcher = startBatcher<Received & Delivery>({
    log,
    async store(batch) {
      const effects = await correlated({ id: newId("request") }, async () => {
        const result = await storeBatch(rt, batch);
        log.debug({ messages: batch.length, stored: result.stored, duplicates: result.duplicates, rejected: result.rejected.length }, "batch stored");
        return result;
      });
      live.take(effects);
      mqttCounts.stored += effects.stored;
      mqttCounts.duplicates += effects.duplicates;
      mqttCounts.rejected += effects.rejected.length;
      if (effects.rejected.length > 0) log.warn({ count: effects.rejected.length, reason: effects.rejected[0]?.reason }, "messages rejected");
    },
    stored: (batch) => batch.forEach((delivery) => delivery.acknowledge()),
    alive: () => pingDatabase(rt),
    giveUp: (received) => quarantine(rt, received, "the database refused it"),
    // While nothing could be stored, nobody could be heard.
    recovered: () => (listeningSince = rt.clock.now()),
  });
  mqttCounts.held = () => batcher.held();
  const open = rt.config.mqttUrl ? openSubscription : openEmbeddedBroker;
  const source = await open(rt, log, {
    take(delivery) {
      // What is retained of a machine was cleared, by us: nobody says anything.
      if (delivery.payload.length === 0 && delivery.topic.endsWith("/status")) return delivery.acknowledge();
      const { topic, payload } = delivery;
      return batcher.add({ ...delivery, at: rt.clock.now(), read: readDeviceMessage(topic, payload) });
    },
    connected() {
      listeningSince = rt.clock.now();
      log.info("listening to devices");
    },
    disconnected() {
      listeningSince = null;
      batcher.clear();
    },
  });
  const loops: Pick<Loop, "stop">[] = [
    startPublishing(rt, source.publisher, log),
    startLoop({ name: "presence-sweep", pauseMs: SWEEP_MS, log }, async () => {
      if (listeningSince && !batcher.failing()) await sweepSilent(rt, listeningSince);
    }),
    startLoop({ name: "rejected-message-purge", pauseMs: PURGE_MS, log }, async () => purgeRejected(rt)),
  ];
  if (rt.config.emqxApiUrl) loops.push(await startKicking(rt, rt.config.emqxApiUrl));
  return {
    broker: () => (listeningSince === null ? "away" : rt.config.mqttUrl ? "connected" : "embedded"),
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await batcher.stop();
      await source.stop();
      live.stop();
    },
  };
}

async function openEmbeddedBroker(rt: Runtime, _log: Logger, listener: SourceListener): Promise<Source> {
  const tls = rt.config.mqttTls && { port: rt.config.mqttTls.port, ...(await brokerCertificate(rt)) };
  const broker = await startMqttBroker(rt, createBrokerPolicy(rt), { wants: isFromDevice, maxHeld: MAX_HELD, take: listener.take }, tls);
  listener.connected();
  return { publisher: broker, stop: () => broker.stop() };
}

async function openSubscription(rt: Runtime, log: Logger, listener: SourceListener): Promise<Source> {
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const impatience = setTimeout(resolve, CONNECT_WAIT_MS);
  const { topics, ...login } = connection(rt);
  const publisher = startPublisher({ ...login, clientId: `${login.clientId}-out`, log, onReady: () => rt.signals.send("downlinks") });
  const subscriber = startSubscriber({
    ...login,
    topics,
    maxHeld: MAX_HELD,
    log,
    onDelivery: listener.take,
    onConnected() {
      listener.connected();
      resolve();
    },
    onDisconnected: listener.disconnected,
  });
  await connected;
  clearTimeout(impatience);
  return {
    publisher,
    async stop() {
      await Promise.all([subscriber.end(), publisher.end()]);
    },
  };
}

/**
 * Where and as whom the bridge connects: MQTT 5 with a shared subscription, so that many bridges share the load, except for the status, which all take: a shared
 * subscription gets no retained messages, and a repetition costs nothing.
 * The client id must be the same after a restart and another for each bridge: the host's name, or `?client_id=` in MQTT_URL.
 */
function connection(rt: Runtime): { url: string; clientId: string; username: string; password: string; topics: string[] } {
  const url = new URL(rt.config.mqttUrl ?? "");
  const { username, password } = url;
  const clientId = url.searchParams.get("client_id") ?? `switchyard-bridge-${hostname()}`;
  return {
    url: `${url.protocol}//${url.host}`,
    clientId,
    username: decodeURIComponent(username) || BRIDGE_USERNAME,
    password: password ? decodeURIComponent(password) : bridgePassword(rt.config),
    topics: UP_TOPICS.map((part) => (part === "status" ? `m/+/${part}` : `$share/bridge/m/+/${part}`)),
  };
}
