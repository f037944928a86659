import { newId } from "#shared/ids.ts";
import { MAX_PAYLOAD_BYTES, type UpMessage } from "#shared/machines/device.ts";
import type { Tx } from "#server/infra/events.ts";
import type { RejectedMessage } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { type BadMessage, type DeviceMessage, readDeviceMessage, storableText } from "./device-messages.ts";
import { takeAcks } from "./commands/acks.ts";
import { askAbout } from "./commands/command-sweep.ts";
import { sendMissingConfigurations } from "./configuration/configuration.ts";
import { takeConfigReports } from "./configuration/config-reports.ts";
import { takeOtaStates } from "./firmware/ota-states.ts";
import { takeDiagnostics } from "./diagnostics/device-diagnostics.ts";
import { takeStockReports } from "./inventory/device-stock.ts";
import { insertMessages, insertRejected, lockMachines, type MachineState, upsertLatest } from "./messages-repository.ts";
import { takePresence } from "./take-presence.ts";
import { insertLate } from "./telemetry/late-repository.ts";
import { lateReadings } from "./telemetry/late.ts";
import { takeSequences } from "./telemetry/sequence-repository.ts";

export interface Received {
  topic: string;
  payload: Buffer;
  at: Date;
  /** what it says, when that was read as it came: while the batch before it was being stored */
  read?: DeviceMessage | BadMessage;
}

/** What browsers are to see of a stored batch. */
export interface BatchEffects {
  stored: number;
  duplicates: number;
  telemetry: { machineId: string; organizationId: string; at: Date; metrics: Record<string, number> }[];
  stock: { machineId: string; organizationId: string; at: Date; slots: { slot: string; count: number }[] }[];
  rejected: { machineId: string | null; at: Date; reason: string }[];
  /** machines with new lines in their log, or news of themselves */
  logs: string[];
}

type Read = Received & DeviceMessage;

/**
 * Stores what came in, in one transaction: messages (each once, by machine, boot and sequence), latest readings, stock, presence with its
 * events, and the quarantine. When it has returned, all of it may be acknowledged.
 */
export async function storeBatch(rt: Runtime, batch: readonly Received[]): Promise<BatchEffects> {
  const read = batch.map((received) => ({ ...received, ...(received.read ?? readDeviceMessage(received.topic, received.payload)) }));
  let downlinks = false;
  const effects = await transact(rt, async (tx) => {
    const ids = [...new Set(read.flatMap((one) => one.machineId ?? []))];
    const machines = new Map((ids.length > 0 ? await lockMachines(tx, ids) : []).map((machine) => [machine.id, machine]));
    const rejected: RejectedMessage[] = [];
    const known: Read[] = [];
    for (const one of read) {
      const exists = one.machineId !== null && machines.has(one.machineId);
      if (isBad(one)) rejected.push(rejection(one, exists ? one.machineId : null, one.reason));
      else if (machines.get(one.machineId)?.status === "decommissioned") {
        if (!isServersWord(one)) rejected.push(rejection(one, one.machineId, "the machine is decommissioned"));
      } else if (exists) known.push(one);
      else rejected.push(rejection(one, null, "unknown machine"));
    }
    const fresh = await insertNew(tx, known);
    const telemetry = await takeReadings(tx, fresh, machines);
    const stock = await takeStockReports(tx, fresh);
    for (const { message, reason } of stock.problems) rejected.push(rejection(message, message.machineId, reason));
    await takeConfigReports(tx, fresh);
    await takeDiagnostics(tx, fresh);
    await takeOtaStates(tx, fresh);
    const back = await takePresence(tx, fresh, machines);
    for (const { message, reason } of await takeAcks(tx, fresh)) rejected.push(rejection(message, message.machineId, reason));
    const asked = await askAbout(tx, back, rt.clock.now(), { again: true });
    downlinks = (await sendMissingConfigurations(tx, back, rt.clock.now())) || asked > 0;
    await insertRejected(tx, rejected);
    return { stored: fresh.length, duplicates: known.length - fresh.length, telemetry, stock: stock.changed.map((one) => ({ ...one, organizationId: machines.get(one.machineId)?.organizationId ?? "" })), rejected: rejected.map((row) => ({ machineId: row.machineId, at: row.receivedAt, reason: row.reason })), logs: machinesThatWrote(fresh) };
  });
  // What a command came to may let the next one of its order go out.
  const answered = read.some((one) => !isBad(one) && one.kind === "ack");
  if (answered) rt.signals.send("orders");
  if (downlinks || answered) rt.signals.send("downlinks");
  return effects;
}

/** Puts one message into quarantine that the database itself refused. */
export async function quarantine(rt: Runtime, received: Received, reason: string): Promise<void> {
  await transact(rt, (tx) => insertRejected(tx, [rejection(received, null, reason)]));
}

function isBad<T extends Received>(one: T & (DeviceMessage | BadMessage)): one is T & BadMessage {
  return "reason" in one;
}

function rejection(received: Received, machineId: string | null, reason: string): RejectedMessage {
  return {
    id: newId("rejectedMessage"),
    machineId,
    topic: storableText(Buffer.from(received.topic.slice(0, 200))),
    reason,
    payload: storableText(received.payload.subarray(0, MAX_PAYLOAD_BYTES)),
    sizeBytes: received.payload.length,
    receivedAt: received.at,
  };
}

function machinesThatWrote(messages: readonly Read[]): string[] {
  return [...new Set(messages.flatMap(({ kind, machineId }) => (kind === "log" || kind === "event" || kind === "diag" ? [machineId] : [])))];
}

/** @returns the messages that were not stored before, in the order they came */
async function insertNew(tx: Tx, messages: readonly Read[]): Promise<Read[]> {
  // A message that stands twice in the batch is taken once: the first.
  const byKey = new Map<string, Read>();
  for (const one of messages) {
    const key = keyOf(one);
    if (!byKey.has(key)) byKey.set(key, one);
  }
  const latest = messages.at(-1);
  if (!latest) return [];
  const known = await takeSequences(tx, [...byKey.values()].map(({ machineId, message }) => ({ machine_id: machineId, boot: message.boot, seq: String(message.seq) })), latest.at);
  for (const key of known) byKey.delete(key);
  const fresh = [...byKey.values()];
  if (fresh.length === 0) return [];
  const late = await insertMessages(
    tx,
    fresh.map(({ machineId, kind, message, at }) => {
      const { boot, seq, ts } = message;
      // What has columns of its own is left out: JSON has no undefined. (A rest of all else would be several times as dear, for each message.)
      const payload = { ...message, v: undefined, boot: undefined, seq: undefined, ts: undefined };
      return { machine_id: machineId, boot, seq: String(seq), kind, payload, device_time: ts === undefined ? null : new Date(ts).toISOString(), received_at: at.toISOString() };
    }),
  );
  await insertLate(tx, fresh.flatMap((one) => lateReadings(one, late.has(keyOf(one)))));
  return fresh;
}

function keyOf({ machineId, message }: Read): string {
  return `${machineId} ${message.boot} ${message.seq}`;
}

async function takeReadings(tx: Tx, messages: readonly Read[], machines: ReadonlyMap<string, MachineState>): Promise<BatchEffects["telemetry"]> {
  const latest = new Map<string, { machine_id: string; metrics: Record<string, number>; boot: string; seq: number; at: Date }>();
  for (const { machineId, kind, message, at } of messages) {
    if (kind !== "tele") continue;
    const { metrics, boot, seq } = message as UpMessage<"tele">;
    const before = latest.get(machineId);
    if (before?.boot !== boot) latest.set(machineId, { machine_id: machineId, metrics: { ...metrics }, boot, seq, at });
    else if (before.seq <= seq) {
      Object.assign(before.metrics, metrics);
      before.seq = seq;
      before.at = at;
    }
  }
  if (latest.size > 0) await upsertLatest(tx, [...latest.values()].map(({ at, ...row }) => ({ ...row, received_at: at.toISOString() })));
  return [...latest.values()].map((row) => ({ machineId: row.machine_id, organizationId: machines.get(row.machine_id)?.organizationId ?? "", at: row.at, metrics: row.metrics }));
}

/** What the server itself says of a machine that it cut off comes back from the broker. */
function isServersWord({ kind, message }: DeviceMessage): boolean {
  return kind === "status" && message.boot.startsWith("server");
}
