import { z } from "zod";

/** Kinds of machines that every installation knows from the start, and the shape of a template's slots. */
const slots = z.array(z.object({ code: z.string(), row: z.number().int(), column: z.number().int(), capacity: z.number().int() }));
export type TemplateSlot = z.output<typeof slots>[number];

/** The slots of a template as the database keeps them. */
export function templateSlots(json: unknown): TemplateSlot[] {
  return slots.parse(json);
}

export interface BuiltInTemplate {
  slug: string;
  name: string;
  description: string;
  heartbeatSeconds: number;
  slots: TemplateSlot[];
}

export const BUILT_IN_TEMPLATES: readonly BuiltInTemplate[] = [
  {
    slug: "snack-6x8",
    name: "Snack machine, 6 × 8 spirals",
    description: "Six trays of eight motor-driven spirals behind glass, with a drop sensor. Refrigerated.",
    heartbeatSeconds: 60,
    slots: grid(6, 8, (row) => (row < 2 ? 8 : 10)),
  },
  {
    slug: "drinks-5x6",
    name: "Drinks cooler, 5 × 6 shelves",
    description: "Five cooled shelves of six lanes for bottles and cans, pushed to an elevator.",
    heartbeatSeconds: 60,
    slots: grid(5, 6, () => 7),
  },
  {
    slug: "locker-24",
    name: "Locker wall, 24 doors",
    description: "Four columns of six doors, one item behind each: pick-up, rental, returns.",
    heartbeatSeconds: 120,
    slots: grid(6, 4, () => 1),
  },
];

/** Rows are letters from the top, columns are numbers from the left: A1 is at the top left. */
function grid(rows: number, columns: number, capacity: (row: number) => number): TemplateSlot[] {
  return Array.from({ length: rows * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return { code: `${String.fromCharCode(65 + row)}${column + 1}`, row: row + 1, column: column + 1, capacity: capacity(row) };
  });
}
