import type { Runtime } from "#server/infra/runtime.ts";
import { startBridge } from "#server/machines/bridge.ts";
import type { Part } from "./program.ts";

/** MQTT: the embedded broker unless MQTT_URL names one, and the bridge to the database and the browsers. */
export async function startBridgeRole(rt: Runtime): Promise<Part[]> {
  const bridge = await startBridge(rt);
  return [{ name: "bridge", stop: () => bridge.stop() }];
}
