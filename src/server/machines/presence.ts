import type { UpMessage } from "#shared/machines/device.ts";
import type { DeviceMessage } from "./device-messages.ts";
import type { MachineState } from "./messages-repository.ts";

/** What a message changes in a machine's state, and what is to be announced of it. */
export interface PresenceChange {
  state: MachineState;
  fields: { firmwareVersion?: string; ip?: string };
  transitions: Transition[];
}

export type Transition = { type: "machine.online"; firstTime: boolean } | { type: "machine.offline"; reason: "will" | "reported" } | { type: "machine.first_reading" };

/**
 * The presence rules of the device contract, one message at a time. Online is what the device says at each connection, with a session of its own.
 * An offline counts only for the session that is open: a will of an older one may come after the device is back. A machine that was
 * counted out for its silence keeps its session, and any message of it brings it back; one that said goodbye, or whose will came, has
 * none, and what arrives late of it changes nothing.
 */
export function applyPresence(state: MachineState, message: DeviceMessage, at: Date): PresenceChange {
  if (message.kind === "status") return applyStatus(state, message.message as UpMessage<"status">, at);
  const change: PresenceChange = { state: { ...state }, fields: {}, transitions: [] };
  if (state.status === "offline" && state.mqttSession !== null) goOnline(change, at);
  if (message.kind === "tele" && state.firstReadingAt === null) {
    change.state.firstReadingAt = at;
    change.transitions.push({ type: "machine.first_reading" });
  }
  return change;
}

function applyStatus(state: MachineState, status: UpMessage<"status">, at: Date): PresenceChange {
  const change: PresenceChange = { state: { ...state }, fields: {}, transitions: [] };
  if (status.state === "online") {
    change.state.mqttSession = status.session;
    if (status.fw !== undefined) change.fields.firmwareVersion = status.fw;
    if (status.ip !== undefined) change.fields.ip = status.ip;
    if (state.status !== "online") goOnline(change, at);
    return change;
  }
  if (status.session !== state.mqttSession) return change;
  change.state.mqttSession = null;
  if (state.status === "online") {
    change.state.status = "offline";
    change.transitions.push({ type: "machine.offline", reason: status.clean ? "reported" : "will" });
  }
  return change;
}

function goOnline(change: PresenceChange, at: Date): void {
  change.transitions.push({ type: "machine.online", firstTime: change.state.connectedAt === null });
  change.state.status = "online";
  change.state.connectedAt ??= at;
}
