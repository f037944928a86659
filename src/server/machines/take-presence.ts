import type { UpMessage } from "#shared/machines/device.ts";
import type { Tx } from "#server/infra/events.ts";
import type { DeviceMessage } from "./device-messages.ts";
import { type MachineState, type PresenceRow, touchMachines, writePresence } from "./messages-repository.ts";
import { applyPresence, type PresenceChange } from "./presence.ts";
import { announceTransitions } from "./transitions.ts";

type Message = DeviceMessage & { at: Date };

/**
 * What the messages of a whole batch say of who is there; the machines' locks must be held. However many machines come or go at once, when the power is back in a street or a broker
 * has been started again, it is one statement for the machines, one for their history and one for the events.
 * @param machines as they were; afterwards as they are
 * @returns the machines that came online
 */
export async function takePresence(tx: Tx, messages: readonly Message[], machines: Map<string, MachineState>): Promise<string[]> {
  const heard = new Map<string, Date>();
  const changes = new Map<string, { at: Date; before: MachineState; fields: PresenceChange["fields"]; transitions: PresenceChange["transitions"] }>();
  for (const one of messages) {
    const state = machines.get(one.machineId);
    if (!state) continue;
    if (!isWill(one)) heard.set(one.machineId, one.at);
    const change = applyPresence(state, one, one.at);
    machines.set(one.machineId, change.state);
    const entry = changes.get(one.machineId) ?? { at: one.at, before: state, fields: {}, transitions: [] };
    changes.set(one.machineId, { ...entry, at: one.at, fields: { ...entry.fields, ...change.fields }, transitions: [...entry.transitions, ...change.transitions] });
  }
  const latest = [...heard.values()].at(-1);
  if (latest) await touchMachines(tx, [...heard.keys()], latest);
  const rows: PresenceRow[] = [];
  const announced: Parameters<typeof announceTransitions>[1][number][] = [];
  for (const [id, { at, before, fields, transitions }] of changes) {
    const after = machines.get(id) ?? before;
    if (transitions.length > 0 || after.mqttSession !== before.mqttSession || Object.keys(fields).length > 0) rows.push(presenceRow(after, before, fields, at));
    for (const transition of transitions) {
      const { type, ...data } = transition;
      // Its type and its data belong together in `transition`; TypeScript loses that in taking them apart.
      announced.push({ type, subject: id, organizationId: after.organizationId, at, data: { machineId: id, ...data } } as (typeof announced)[number]);
    }
  }
  await writePresence(tx, rows);
  await announceTransitions(tx, announced);
  return announced.flatMap((one) => (one.type === "machine.online" ? [one.subject] : []));
}

function presenceRow(after: MachineState, before: MachineState, fields: PresenceChange["fields"], at: Date): PresenceRow {
  return {
    id: after.id,
    status: after.status,
    mqtt_session: after.mqttSession,
    connected_at: after.connectedAt?.toISOString() ?? null,
    first_reading_at: after.firstReadingAt?.toISOString() ?? null,
    status_changed_at: after.status === before.status ? null : at.toISOString(),
    firmware_version: fields.firmwareVersion ?? null,
    ip: fields.ip ?? null,
  };
}

/** Said by the broker for a device that is gone: it does not show that the device lives. */
function isWill({ kind, message }: DeviceMessage): boolean {
  const { state, clean } = message as UpMessage<"status">;
  return kind === "status" && state === "offline" && clean !== true;
}
