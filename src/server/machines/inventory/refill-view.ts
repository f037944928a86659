import { z } from "zod";
import { type Refill, type RefillLine, refillLine, type RefillStatus } from "#shared/machines/refills.ts";
import type { RefillRow } from "./refill-repository.ts";

/** The lines of a refill as the database keeps them. */
export function refillLines(json: unknown): RefillLine[] {
  return z.array(refillLine).parse(json);
}

export function viewRefill(row: RefillRow, userName: string): Refill {
  const lines = new Map(refillLines(row.lines).map((line) => [line.slot, line]));
  return {
    id: row.id,
    machineId: row.machineId,
    machineName: row.machine.name,
    // The column holds only what our own code writes from this list.
    status: row.status as RefillStatus,
    userId: row.userId,
    userName,
    note: row.note,
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    slots: row.machine.slots.flatMap((slot) =>
      slot.product
        ? [
            {
              slot: slot.code,
              row: slot.row,
              column: slot.column,
              productId: slot.product.id,
              productName: slot.product.name,
              sku: slot.product.sku,
              count: slot.count,
              capacity: slot.capacity,
              target: slot.par ?? slot.capacity,
              uncertain: slot.uncertain,
              line: lines.get(slot.code) ?? null,
            },
          ]
        : [],
    ),
  };
}
