import type { Tx } from "#server/infra/events.ts";
import { moveStock } from "../inventory/stock.ts";
import { deleteSlots, findContents, type SlotSettings, upsertSettings } from "./slots-repository.ts";

/** A slot as it is to be; `count` null: what is in it stays. */
export type SlotPlan = SlotSettings & { count: number | null };

/**
 * Makes slots what they are to be, with a movement for all that comes and goes thereby: what a slot held of another product goes out under that product, what it
 * holds of the new one comes in under the new. The machine's lock must be held.
 * @param options.whole the slots are all of the machine's: others go
 */
export async function writeSlots(tx: Tx, machineId: string, plans: readonly SlotPlan[], options: { whole: boolean; actorId: string | null; at: Date }): Promise<void> {
  const { whole, actorId, at } = options;
  const before = await findContents(tx, machineId);
  const planned = new Map(plans.map((plan) => [plan.code, plan]));
  const gone = whole ? [...before.keys()].filter((code) => !planned.has(code)) : [];
  const cleared = [...before].filter(([code, slot]) => {
    const plan = planned.get(code);
    return slot.count > 0 && (plan ? plan.productId !== slot.productId : whole);
  });
  await move(cleared.map(([slot]) => ({ slot, count: 0 })));
  if (gone.length > 0) await deleteSlots(tx, machineId, gone);
  await upsertSettings(tx, machineId, plans.map(({ count: _count, ...settings }) => settings));
  const left = new Map([...before].map(([code, slot]) => [code, cleared.some(([one]) => one === code) ? 0 : slot.count]));
  await move(plans.flatMap(({ code, count }) => (count === null || count === (left.get(code) ?? 0) ? [] : [{ slot: code, count }])));

  async function move(changes: { slot: string; count: number }[]): Promise<void> {
    if (changes.length > 0) await moveStock(tx, { machineId, kind: "planogram", changes, actorId, at });
  }
}
