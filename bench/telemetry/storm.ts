import type { LightDevice } from "../support/light-device.ts";
import { pause } from "../support/time.ts";

/** Messages without an acknowledgement, of all devices. */
const UNACKNOWLEDGED = 5_000;
/** How far devices may be ahead of what is stored: no more waits in a broker's queue, so that the storm is as fast as the slowest part, and its end is near. */
const AHEAD = 20_000;
const LOOK_MS = 50;
const ARRIVES_WITHIN_MS = 60_000;

export interface Storm {
  sent: number;
  /** from the first message until the last one is stored */
  seconds: number;
}

/**
 * Telemetry of all devices for so many seconds, as fast as it is stored, then waits until the last is.
 * @param arrived how many of them are stored, since the storm began
 * @throws Error when the last are not stored within a minute
 */
export async function storm(devices: readonly LightDevice[], seconds: number, arrived: () => Promise<number>): Promise<Storm> {
  let sent = 0;
  let stored = 0;
  const start = performance.now();
  const end = start + seconds * 1_000;
  const inFlight = UNACKNOWLEDGED / devices.length;
  const publish = (device: LightDevice): void => {
    sent += 1;
    device.publish("tele", { metrics: { temp_c: 4.25, rssi_dbm: -61, heap_free_b: 151_236, door: 0, n: device.seq + 1 } });
  };
  const before = new Map(devices.map((device) => [device, { acknowledged: device.acknowledged, seq: device.seq }]));
  /** What a device may still say: so much without an acknowledgement, and with the others so much that is not stored. */
  const refill = (device: LightDevice): void => {
    const began = before.get(device);
    if (!began) return;
    let waiting = device.seq - began.seq - (device.acknowledged - began.acknowledged);
    for (; waiting < inFlight && sent - stored < AHEAD && performance.now() < end; waiting += 1) publish(device);
  };
  for (const device of devices) {
    device.onAcknowledged = () => refill(device);
    refill(device);
  }
  while (performance.now() < end) {
    await pause(LOOK_MS);
    stored = await arrived();
    if (!devices.every((device) => device.connected)) throw new Error("the broker closed a device's connection");
    // With a broker between, acknowledgements come before the storing: those who waited for that go on here.
    for (const device of devices) {
      device.keepAlive(performance.now());
      refill(device);
    }
  }
  for (const device of devices) device.onAcknowledged = null;
  for (const deadline = performance.now() + ARRIVES_WITHIN_MS; stored < sent; stored = await arrived()) {
    if (performance.now() > deadline) throw new Error(`${sent - stored} of ${sent} messages did not arrive`);
    await pause(LOOK_MS / 2);
  }
  return { sent, seconds: (performance.now() - start) / 1_000 };
}
