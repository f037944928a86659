import type { MqttClient } from "mqtt";
import { startRelay } from "#server/infra/events.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { startBridge } from "../bridge.ts";
import { bridgePassword } from "../broker-login.ts";
import { type BROKERS, connectDevice, startTestBroker, type TestBroker } from "./broker.ts";

/** A broker with a bridge behind it and the events' relay, as they run together; and the clients that a test connects. */
export interface BrokerGround {
  rt: TestRuntime;
  broker: TestBroker;
  /** Ends this client after the test. */
  keep(client: MqttClient): MqttClient;
  /** A client that may see everything. */
  asBridge(clientId: string): Promise<MqttClient>;
  endClients(): Promise<void>;
  close(): Promise<void>;
}

export async function openBrokerGround(kind: (typeof BROKERS)[number]): Promise<BrokerGround> {
  const rt = await createTestRuntime();
  const broker = await startTestBroker(rt, kind);
  const bridge = await startBridge(rt);
  const relay = startRelay(rt);
  const clients: MqttClient[] = [];
  const keep = (client: MqttClient): MqttClient => {
    clients.push(client);
    return client;
  };
  return {
    rt,
    broker,
    keep,
    async asBridge(clientId) {
      const url = new URL(rt.config.mqttUrl ?? broker.url);
      return keep(await connectDevice(`mqtt://${url.host}`, { username: "bridge", password: bridgePassword(rt.config) }, { clientId }));
    },
    async endClients() {
      await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    },
    async close() {
      await relay.stop();
      await bridge.stop();
      await broker.stop();
      await rt.close();
    },
  };
}
