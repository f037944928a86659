import { hostname } from "node:os";
import { newId } from "#shared/ids.ts";
import { UP_TOPICS } from "#shared/machines/device.ts";
import { correlated } from "#server/infra/correlation.ts";
import { type Loop, startLoop } from "#server/infra/loop.ts";
import { type Delivery, startSubscriber } from "#server/infra/mqtt-subscriber.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { startBatcher } from "./batcher.ts";
import { bridgePassword } from "./broker-policy.ts";
import { BRIDGE_USERNAME } from "./broker-rules.ts";
import { createLiveUpdates } from "./live-updates.ts";
import { pingDatabase } from "./messages-repository.ts";
import { purgeMessages, sweepSilent } from "./presence-sweep.ts";
import { quarantine, type Received, storeBatch } from "./store-batch.ts";

export interface Bridge {
  stop(): Promise<void>;
}

/** Held in memory and not acknowledged; beyond that the bridge stops reading and the broker keeps the rest. */
const MAX_HELD = 10_000;
/** How long a start waits for the broker; one that is away longer is connected to later. */
const CONNECT_WAIT_MS = 5_000;
const SWEEP_MS = 2_000;
const PURGE_MS = 3_600_000;

/**
 * From MQTT to the database and the browsers. Persist, then acknowledge: what a killed bridge or an absent database has not stored, the broker sends again,
 * and what it stored and did not acknowledge is recognised as a repetition. Resolves when it listens, or when the broker has not answered for a while.
 */
export async function startBridge(rt: Runtime): Promise<Bridge> {
  const live = createLiveUpdates(rt.realtime);
  const log = rt.log.child({ part: "bridge" });
  let listeningSince: Date | null = null;
  const connected = Promise.withResolvers<void>();

  const batcher = startBatcher<Received & Delivery>({
    log,
    async store(batch) {
      const effects = await correlated({ id: newId("request") }, async () => {
        const result = await storeBatch(rt, batch);
        log.debug({ messages: batch.length, stored: result.stored, duplicates: result.duplicates, rejected: result.rejected.length }, "batch stored");
        return result;
      });
      live.take(effects);
      if (effects.rejected.length > 0) log.warn({ count: effects.rejected.length, reason: effects.rejected[0]?.reason }, "messages rejected");
    },
    stored: (batch) => subscriber.acknowledge(batch),
    alive: () => pingDatabase(rt),
    giveUp: (received) => quarantine(rt, received, "the database refused it"),
    // While nothing could be stored, nobody could be heard.
    recovered: () => (listeningSince = rt.clock.now()),
  });
  const subscriber = startSubscriber({
    ...connection(rt),
    maxHeld: MAX_HELD,
    log,
    onDelivery: (delivery) => batcher.add({ ...delivery, at: rt.clock.now() }),
    onConnected() {
      listeningSince = rt.clock.now();
      log.info("connected to the broker");
      connected.resolve();
    },
    onDisconnected() {
      listeningSince = null;
      batcher.clear();
    },
  });
  const loops: Loop[] = [
    startLoop({ name: "presence-sweep", pauseMs: SWEEP_MS, log }, async () => {
      if (listeningSince && !batcher.failing()) await sweepSilent(rt, listeningSince);
    }),
    startLoop({ name: "machine-message-purge", pauseMs: PURGE_MS, log }, async () => purgeMessages(rt)),
  ];
  const impatience = setTimeout(connected.resolve, CONNECT_WAIT_MS);
  await connected.promise;
  clearTimeout(impatience);
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await batcher.stop();
      await subscriber.end();
      live.stop();
    },
  };
}

/**
 * Where and as whom the bridge connects. Production: MQTT 5 with a shared subscription, so that many bridges share the load, except for the status, which all
 * take: a shared subscription gets no retained messages, and a repetition costs nothing. The embedded broker knows neither.
 * The client id must be the same after a restart and another for each bridge: the host's name, or `?client_id=` in MQTT_URL.
 */
function connection(rt: Runtime): { url: string; clientId: string; username: string; password: string; protocolVersion: 4 | 5; topics: string[] } {
  const { mqttUrl, mqttPort, host } = rt.config;
  if (!mqttUrl) {
    const address = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
    return {
      url: `mqtt://${address}:${mqttPort}`,
      clientId: "switchyard-bridge",
      username: BRIDGE_USERNAME,
      password: bridgePassword(rt.config),
      protocolVersion: 4,
      topics: UP_TOPICS.map((part) => `m/+/${part}`),
    };
  }
  const url = new URL(mqttUrl);
  const { username, password } = url;
  const clientId = url.searchParams.get("client_id") ?? `switchyard-bridge-${hostname()}`;
  return {
    url: `${url.protocol}//${url.host}`,
    clientId,
    username: decodeURIComponent(username) || BRIDGE_USERNAME,
    password: password ? decodeURIComponent(password) : bridgePassword(rt.config),
    protocolVersion: 5,
    topics: UP_TOPICS.map((part) => (part === "status" ? `m/+/${part}` : `$share/bridge/m/+/${part}`)),
  };
}
