import type { LightDevice } from "../support/light-device.ts";
import { pause } from "../support/time.ts";

const TICK_MS = 50;

/** Each device says its readings once in `everySeconds`, spread evenly, for so long. @returns how many were said */
export async function heartbeats(devices: readonly LightDevice[], seconds: number, everySeconds: number): Promise<number> {
  const start = performance.now();
  const total = Math.floor((devices.length * seconds) / everySeconds);
  let said = 0;
  while (said < total) {
    await pause(TICK_MS);
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1_000) * (devices.length / everySeconds)));
    for (; said < due; said += 1) devices[said % devices.length]?.publish("tele", { metrics: { temp_c: 4.25, rssi_dbm: -61, heap_free_b: 151_236, door: 0 } });
  }
  return said;
}
