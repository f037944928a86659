import type { Slot } from "./types.ts";

/** At or below this share a slot is to be refilled soon. */
const LOW = 0.25;

/** How a slot's stock looks: without a product it says nothing. */
export function stockTone({ count, capacity, product }: Pick<Slot, "count" | "capacity" | "product">): "free" | "empty" | "low" | "good" {
  if (product === null) return "free";
  if (count === 0) return "empty";
  return count <= capacity * LOW ? "low" : "good";
}

/** The slots by rows from the top, each from the left. */
export function planogramRows(slots: readonly Slot[]): Slot[][] {
  const rows = Map.groupBy(
    [...slots].sort((a, b) => a.row - b.row || a.column - b.column),
    (slot) => slot.row,
  );
  return [...rows.values()];
}

/** Where an arrow key, Home or End leads from a slot; null: nowhere. Up and down lead to the nearest column of the next row. */
export function slotAfterKey(rows: readonly (readonly Slot[])[], from: string, key: string): string | null {
  const rowIndex = rows.findIndex((row) => row.some((slot) => slot.code === from));
  const row = rows[rowIndex];
  if (!row) return null;
  const index = row.findIndex((slot) => slot.code === from);
  if (key === "ArrowLeft") return row[index - 1]?.code ?? null;
  if (key === "ArrowRight") return row[index + 1]?.code ?? null;
  if (key === "Home") return row[0]?.code ?? null;
  if (key === "End") return row.at(-1)?.code ?? null;
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const target = rows[rowIndex + (key === "ArrowUp" ? -1 : 1)];
  const column = row[index]?.column ?? 0;
  return [...(target ?? [])].sort((a, b) => Math.abs(a.column - column) - Math.abs(b.column - column))[0]?.code ?? null;
}
