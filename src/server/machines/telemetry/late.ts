import type { UpMessage } from "#shared/machines/device.ts";
import type { DeviceMessage } from "../device-messages.ts";
import type { Reading } from "./late-repository.ts";

/** Counted by us beside what devices measure; their names have no dollar. */
export const MESSAGES = "$messages";
/** The longest that a device buffers what it measures; an older time is of a clock that was wrong. */
export const BUFFERED_DAYS = 31;
/** Beyond this a value is nonsense, and its sums would not fit into a number. */
export const LARGEST_VALUE = 1e100;

const BUFFERED_MS = BUFFERED_DAYS * 86_400_000;

/**
 * The readings of a message that the roll-ups do not find by its time of receipt: what was buffered offline, which counts at the time the device gave it unless
 * that cannot be, and all of a message that was stored late.
 */
export function lateReadings({ machineId, kind, message, at }: DeviceMessage & { at: Date }, late: boolean): Reading[] {
  const readings: Reading[] = late ? [{ machine_id: machineId, metric: MESSAGES, at: at.toISOString(), value: 1 }] : [];
  if (kind !== "tele") return readings;
  const { metrics, samples = [] } = message as UpMessage<"tele">;
  const take = (time: number, values: Readonly<Record<string, number>>): void => {
    const when = new Date(time).toISOString();
    for (const [metric, value] of Object.entries(values)) if (Math.abs(value) <= LARGEST_VALUE) readings.push({ machine_id: machineId, metric, at: when, value });
  };
  if (late) take(at.getTime(), metrics);
  for (const [time, values] of samples) if (time <= at.getTime() && time >= at.getTime() - BUFFERED_MS) take(time, values);
  return readings;
}
