import { createHash } from "node:crypto";
import type { TemplateSlot } from "../templates.ts";
import type { MachinePlan } from "./plan.ts";

/** Slots of a machine as its kind has them, and a name that the same layout always has. */
export interface Layout {
  slug: string;
  slots: TemplateSlot[];
}

/** The layout of a machine's slots; null: it has none, and the wizard asks for its kind. */
export function layoutOf({ slots }: MachinePlan): Layout | null {
  if (slots.length === 0) return null;
  const places = slots.map(({ code, row, column, capacity }) => ({ code, row, column, capacity, mechanism: "motor" as const })).sort((a, b) => a.row - b.row || a.column - b.column);
  return { slug: `imported-${createHash("sha256").update(key(places)).digest("hex").slice(0, 10)}`, slots: places };
}

/** Whether a kind of machine has just these slots. */
export function isLayout(layout: Layout, slots: readonly TemplateSlot[]): boolean {
  return key(layout.slots) === key([...slots].sort((a, b) => a.row - b.row || a.column - b.column));
}

function key(slots: readonly TemplateSlot[]): string {
  return slots.map(({ code, capacity }) => `${code}:${capacity}`).join(" ");
}
