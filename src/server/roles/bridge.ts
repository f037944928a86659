import { startMqttBroker } from "#server/infra/mqtt-broker.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { startBridge } from "#server/machines/bridge.ts";
import { createBrokerPolicy } from "#server/machines/broker-policy.ts";
import { BRIDGE_USERNAME } from "#server/machines/broker-rules.ts";
import type { Part } from "./program.ts";

/** MQTT: the embedded broker unless MQTT_URL names one, and the bridge to the database and the browsers. */
export async function startBridgeRole(rt: Runtime): Promise<Part[]> {
  const parts: Part[] = [];
  if (!rt.config.mqttUrl) {
    const broker = await startMqttBroker(rt, createBrokerPolicy(rt), { first: BRIDGE_USERNAME });
    parts.push({ name: "mqtt-broker", stop: () => broker.stop() });
  }
  const bridge = await startBridge(rt);
  parts.push({ name: "bridge", stop: () => bridge.stop() });
  return parts;
}
