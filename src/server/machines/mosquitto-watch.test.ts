import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { expect, it } from "vitest";
import { startRelay } from "#server/infra/events.ts";
import { createTestRuntime } from "#server/testing/runtime.ts";
import { revokeAccess } from "./credentials/revocation.ts";
import { watchMosquittoFiles } from "./mosquitto-watch.ts";
import { BROKERS, connectDevice, eventually, startTestBroker } from "./testing/broker.ts";
import { givenDevice, TESTER } from "./testing/fixtures.ts";

it.skipIf(!BROKERS.includes("mosquitto"))("Mosquitto knows a device once it has claimed its machine, and sends it away once it is revoked, by itself", { timeout: 60_000 }, async () => {
  const rt = await createTestRuntime();
  const relay = startRelay(rt);
  const broker = await startTestBroker(rt, "mosquitto");
  const { folder, ports, pid } = broker.mosquitto ?? { folder: "", ports: { devicePort: 0, bridgePort: 0 }, pid: 0 };
  const pidFile = join(folder, "mosquitto.pid");
  await writeFile(pidFile, `${pid}\n`);
  const watch = await watchMosquittoFiles(rt, folder, { pidFile, ports });
  try {
    const device = await givenDevice(rt);
    const client = await eventually<MqttClient>(() => connectDevice(broker.url, device).catch(() => null));
    const gone = new Promise<void>((resolve) => client.once("close", () => resolve()));
    await revokeAccess(rt, "platform", TESTER, device.id);
    await gone;
    await expect(connectDevice(broker.url, device)).rejects.toThrow(/refused/i);
    // A broker that is not there leaves the files right, and the watch alive.
    await writeFile(pidFile, "999999999");
    await watch.current();
    await writeFile(pidFile, String(pid));
    const next = await givenDevice(rt);
    const connected = await eventually(() => connectDevice(broker.url, next).catch(() => null));
    expect(connected.connected).toBe(true);
    await connected.endAsync(true);
  } finally {
    await watch.stop();
    await broker.stop();
    await relay.stop();
    await rt.close();
  }
});
