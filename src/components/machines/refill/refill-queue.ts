import { z } from "zod";

/** What was confirmed at a slot and is not saved yet. */
export interface PendingConfirm {
  slot: string;
  added: number;
  removed: number;
  /** what was counted; null: nothing was */
  count: number | null;
}

const stored = z.array(z.object({ slot: z.string(), added: z.number().int(), removed: z.number().int(), count: z.number().int().nullable() }));

/** What a phone kept of a refill while there was no connection. Anything else that stands there is nothing. */
export function readQueue(text: string | null): PendingConfirm[] {
  if (text === null) return [];
  try {
    return stored.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

/** With one more; a slot that was confirmed again has its last word, and keeps its turn. */
export function enqueue(queue: readonly PendingConfirm[], confirm: PendingConfirm): PendingConfirm[] {
  return queue.some((one) => one.slot === confirm.slot) ? queue.map((one) => (one.slot === confirm.slot ? confirm : one)) : [...queue, confirm];
}

/** Without what was saved; a slot that was confirmed again meanwhile stays. */
export function dequeue(queue: readonly PendingConfirm[], saved: PendingConfirm): PendingConfirm[] {
  return queue.filter((one) => one !== saved);
}
