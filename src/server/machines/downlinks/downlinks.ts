import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { MAX_PAYLOAD_BYTES } from "#shared/machines/device.ts";
import type { Sealer } from "#server/infra/crypto.ts";
import type { Tx } from "#server/infra/events.ts";
import { type DownlinkRow, insertDownlink, insertDownlinks } from "./downlinks-repository.ts";

/** What a device is to be sent. */
export interface NewDownlink {
  machineId: string;
  /** the topic's last part */
  part: "cmd" | "cfg" | "ota" | "status";
  /** null: an empty message, which clears what is retained */
  payload: object | null;
  retain?: boolean;
  /** becomes "sent" when the broker has taken the message */
  commandId?: string;
  /** From then on it is not sent any more. */
  expiresAt?: Date;
  at: Date;
}

/**
 * Puts a message into the outbox, in the transaction of the change that it tells of. A bridge publishes it, at least once and after the machine's earlier ones; call
 * `rt.signals.send("downlinks")` after the commit, so that it does so at once. Takes the machine's lock.
 * @throws AppError NOT_FOUND without such a machine; PAYLOAD_TOO_LARGE when devices would not take it
 */
export async function sendDownlink(tx: Tx, downlink: NewDownlink): Promise<void> {
  await insert(tx, newId("downlink"), downlink, serialize(downlink));
}

/** The same for messages to many machines, whose locks must be held. */
export async function sendDownlinks(tx: Tx, downlinks: readonly NewDownlink[]): Promise<void> {
  await insertDownlinks(tx, downlinks.map((downlink) => rowOf(newId("downlink"), downlink, serialize(downlink))));
}

/** The same for a message that holds a secret: the outbox keeps it sealed. */
export async function sendSealedDownlink(tx: Tx, sealer: Sealer, downlink: NewDownlink): Promise<void> {
  const id = newId("downlink");
  await insert(tx, id, downlink, sealer.seal(serialize(downlink), sealContext(id)));
}

/** The message as it is to be published. @throws Error when it was sealed with a key that is gone */
export function openPayload(sealer: Sealer, row: { id: string; payload: string }): string {
  // A JSON object begins with a brace, and nothing is sealed to something that does.
  return row.payload === "" || row.payload.startsWith("{") ? row.payload : sealer.open(row.payload, sealContext(row.id));
}

function sealContext(id: string): string {
  return `downlink:${id}`;
}

function serialize({ payload, part }: NewDownlink): string {
  const text = payload === null ? "" : JSON.stringify(payload);
  if (Buffer.byteLength(text) > MAX_PAYLOAD_BYTES) throw new AppError("PAYLOAD_TOO_LARGE", `A device takes at most ${MAX_PAYLOAD_BYTES} bytes in one message; this one (${part}) would be larger.`, { limit: MAX_PAYLOAD_BYTES });
  return text;
}

async function insert(tx: Tx, id: string, downlink: NewDownlink, payload: string): Promise<void> {
  if (!(await insertDownlink(tx, rowOf(id, downlink, payload)))) throw notFound("machine");
}

function rowOf(id: string, { machineId, part, retain, commandId, expiresAt, at }: NewDownlink, payload: string): DownlinkRow {
  // One that fires at the next connection is worse than one that is lost.
  if (part === "cmd" && retain) throw new Error("a command is never retained");
  return { id, machineId, part, payload, retain: retain ?? false, commandId: commandId ?? null, expiresAt: expiresAt ?? null, createdAt: at };
}
