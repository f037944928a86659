import { type ConfigMessage, configMessage, MAX_PAYLOAD_BYTES } from "#shared/machines/device.ts";
import type { Board } from "./board.ts";
import { heartbeatOf, slotsOf, timezoneOf, versionOf } from "./planogram.ts";
import type { DeviceState } from "./state-file.ts";

/** bytes of a report beside its slots */
const ROOM_BESIDE_SLOTS = 600;

/** Takes what came on `cfg`: a newer version is stored, then obeyed, then reported; an older one is discarded. @returns whether it was newer @throws PowerLost */
export function takeConfiguration(board: Board, payload: Buffer): boolean {
  const { flash, log, power } = board;
  // An empty message clears what is retained: the machine is no more.
  if (payload.length === 0) return false;
  const read = readConfiguration(payload);
  const kept = versionOf(flash.state);
  if ("problem" in read) {
    log.warn({ reason: read.problem }, "a configuration that cannot be taken");
    reportConfiguration(board, read.problem);
    return false;
  }
  if (read.config.version < kept || (read.config.version === kept && flash.state.config !== null)) {
    reportConfiguration(board);
    return false;
  }
  flash.state.config = read.config;
  followFillings(flash.state, read.config.slots);
  // The counts and the sums that they are at, in one: after a power cut nothing is added twice.
  flash.save();
  power.reach("config.stored");
  reportConfiguration(board);
  return true;
}

/** Adds what people put in or took out since the device last heard of it; a slot that is gone is forgotten. */
function followFillings(state: DeviceState, slots: ConfigMessage["slots"]): void {
  const counts = slots.map(({ slot, filled, capacity }) => {
    const count = (state.stock[slot] ?? 0) + filled - (state.filled[slot] ?? 0);
    return [slot, Math.min(capacity, Math.max(0, count))] as const;
  });
  state.stock = Object.fromEntries(counts);
  state.filled = Object.fromEntries(slots.map(({ slot, filled }) => [slot, filled]));
}

/** Says what the device has; what it was refused, too. */
export function reportConfiguration(board: Board, error?: string): void {
  const { state } = board.flash;
  const slots = slotsOf(state).map(({ slot, sku, capacity, price }) => ({ slot, sku, capacity, price }));
  const report = { version: versionOf(state), heartbeat_seconds: heartbeatOf(state), timezone: timezoneOf(state), ...(error === undefined ? {} : { error: error.slice(0, 200) }) };
  const fits = JSON.stringify(slots).length < MAX_PAYLOAD_BYTES - ROOM_BESIDE_SLOTS;
  void board.send("cfg/rep", fits ? { ...report, slots } : report);
}

function readConfiguration(payload: Buffer): { config: ConfigMessage } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(payload.toString("utf8"));
  } catch {
    return { problem: "not JSON" };
  }
  const parsed = configMessage.safeParse(json);
  if (!parsed.success) return { problem: `${parsed.error.issues[0]?.path.join(".") ?? ""}: ${parsed.error.issues[0]?.message ?? ""}` };
  const { data: config } = parsed;
  if (config.heartbeat_seconds < 1) return { problem: "heartbeat_seconds: must be 1 or more" };
  const seen = new Set(config.slots.map((slot) => slot.slot));
  if (seen.size < config.slots.length) return { problem: "slots: one comes twice" };
  try {
    new Intl.DateTimeFormat("en", { timeZone: config.timezone });
  } catch {
    return { problem: `timezone: ${config.timezone} is unknown` };
  }
  return { config };
}
