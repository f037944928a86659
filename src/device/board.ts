import type { UpTopic } from "#shared/machines/device.ts";
import type { DeviceClock } from "./device-clock.ts";
import type { DeviceLog } from "./device-log.ts";
import type { Faults } from "./faults.ts";
import type { Power } from "./power.ts";
import type { Flash } from "./state-file.ts";

/** What every part of the firmware has at hand during one run. */
export interface Board {
  flash: Flash;
  power: Power;
  clock: DeviceClock;
  faults: Faults;
  log: DeviceLog;
  speed: number;
  /** Sends a message; resolves when the broker has it. */
  send(part: UpTopic, body: object): Promise<void>;
  /** Restarts the firmware, with a goodbye. */
  reboot(): void;
}
