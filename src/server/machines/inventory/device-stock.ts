import { newId } from "#shared/ids.ts";
import type { UpMessage } from "#shared/machines/device.ts";
import type { Tx } from "#server/infra/events.ts";
import { type CountRow, writeCounts } from "./stock-repository.ts";

/** A stored message of a device; only those of the kind "stock" matter here. */
interface Message {
  machineId: string;
  kind: string;
  message: unknown;
  at: Date;
}

export interface StockReports<M extends Message> {
  /** what changed, by machine */
  changed: { machineId: string; at: Date; slots: { slot: string; count: number }[] }[];
  /** what a report said that cannot be */
  problems: { message: M; reason: string }[];
}

const MAX_REASON = 300;

/**
 * What devices say that they hold (of one that counts for itself: with what was filled since it last heard of that), of a whole batch, in one statement; the machines' locks must be held. Only what differs from what was known is a movement.
 * A slot that the machine does not have is passed over, a count above the capacity cut to it and marked as doubtful; both are told as problems of the message.
 */
export async function takeStockReports<M extends Message>(tx: Tx, messages: readonly M[]): Promise<StockReports<M>> {
  // The last word on each slot: the statement takes one row for each.
  const rows = new Map<string, { row: CountRow; message: M; at: Date }>();
  for (const message of messages) {
    if (message.kind !== "stock") continue;
    const { boot, seq, slots, source } = message.message as UpMessage<"stock">;
    for (const { slot, count, filled = null } of slots) {
      const key = `${message.machineId} ${slot}`;
      const before = rows.get(key)?.row;
      if (before?.boot === boot && (before.seq ?? 0) > seq) continue;
      rows.set(key, { row: { ...EMPTY, id: newId("stockMovement"), machine_id: message.machineId, slot, count, filled, boot, seq, at: message.at.toISOString(), reason: source }, message, at: message.at });
    }
  }
  if (rows.size === 0) return { changed: [], problems: [] };
  const results = new Map((await writeCounts(tx, [...rows.values()].map(({ row }) => row))).map((result) => [`${result.machineId} ${result.slot}`, result]));
  const changed = new Map<string, StockReports<M>["changed"][number]>();
  const wrong = new Map<M, string[]>();
  for (const [key, said] of rows) {
    const result = results.get(key);
    if (!result || result.stale) continue;
    const { machineId, slot, exists, before, said: total, after, capacity } = result;
    const problem = exists ? (total > capacity ? `${slot} holds at most ${capacity}, not ${total}` : null) : `${slot} is not a slot of this machine`;
    if (problem) wrong.set(said.message, [...(wrong.get(said.message) ?? []), problem]);
    if (!exists || before === after) continue;
    const entry = changed.get(machineId) ?? { machineId, at: said.at, slots: [] };
    entry.slots.push({ slot, count: after });
    changed.set(machineId, entry);
  }
  return { changed: [...changed.values()], problems: [...wrong].map(([message, problems]) => ({ message, reason: `stock: ${problems.join("; ")}`.slice(0, MAX_REASON) })) };
}

const EMPTY = { kind: "device", actor_id: null, refill_id: null, order_line_id: null, counted: false, uncertain: false } as const;
