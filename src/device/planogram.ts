import type { ClaimAnswer, ConfigMessage } from "#shared/machines/device.ts";
import type { DeviceState } from "./state-file.ts";

export type DeviceSlot = ConfigMessage["slots"][number];

/** The device's slots: as its configuration says, before the first one as the claim did. */
export function slotsOf(state: Pick<DeviceState, "claim" | "config">): DeviceSlot[] {
  if (state.config) return state.config.slots;
  return (state.claim?.config.slots ?? []).map(({ slot, sku, capacity, filled }) => ({ slot, sku, capacity, name: null, price: null, mechanism: "motor" as const, enabled: true, filled }));
}

/** What a device begins to count from: what lies in its slots when it is claimed, and which sums of fillings that is at. */
export function countsOfClaim({ config }: Pick<ClaimAnswer, "config">): Pick<DeviceState, "stock" | "filled"> {
  return { stock: Object.fromEntries(config.slots.map(({ slot, count }) => [slot, count])), filled: Object.fromEntries(config.slots.map(({ slot, filled }) => [slot, filled])) };
}

/** Counts as stock reports say them: the device counts for itself. */
export function countsOf(state: Pick<DeviceState, "stock" | "filled">, slots = Object.keys(state.stock)): { slot: string; count: number; filled: number }[] {
  return slots.map((slot) => ({ slot, count: state.stock[slot] ?? 0, filled: state.filled[slot] ?? 0 }));
}

export function versionOf(state: Pick<DeviceState, "claim" | "config">): number {
  return state.config?.version ?? state.claim?.config.version ?? 0;
}

/** seconds */
export function heartbeatOf(state: Pick<DeviceState, "claim" | "config">): number {
  return state.config?.heartbeat_seconds ?? state.claim?.config.heartbeat_seconds ?? 60;
}

export function timezoneOf(state: Pick<DeviceState, "claim" | "config">): string {
  return state.config?.timezone ?? state.claim?.config.timezone ?? "UTC";
}
