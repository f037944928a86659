import { z } from "zod";

/** Kinds of machines that every installation knows from the start, and the shape of a template's slots. */
const slots = z.array(z.object({ code: z.string(), row: z.number().int(), column: z.number().int(), capacity: z.number().int(), mechanism: z.enum(["motor", "servo", "lock"]).default("motor") }));
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
  /** firmware for another chip or of another project is not offered to such machines */
  chip: string;
  firmwareProject: string;
  otaSlotBytes: number;
  slots: TemplateSlot[];
}

/** What the reference firmware runs on: 8 MB of flash, two application partitions of 1.875 MiB. */
export const CONTROLLER = { chip: "ESP32-S3", firmwareProject: "switchyard-machine", otaSlotBytes: 1_966_080 } as const;

export const BUILT_IN_TEMPLATES: readonly BuiltInTemplate[] = [
  {
    slug: "snack-6x8",
    name: "Snack machine, 6 × 8 spirals",
    description: "Six trays of eight motor-driven spirals behind glass, with a drop sensor. Refrigerated.",
    heartbeatSeconds: 60,
    ...CONTROLLER,
    slots: grid(6, 8, "motor", (row) => (row < 2 ? 8 : 10)),
  },
  {
    slug: "drinks-5x6",
    name: "Drinks cooler, 5 × 6 shelves",
    description: "Five cooled shelves of six lanes for bottles and cans, pushed to an elevator.",
    heartbeatSeconds: 60,
    ...CONTROLLER,
    slots: grid(5, 6, "servo", () => 7),
  },
  {
    slug: "locker-24",
    name: "Locker wall, 24 doors",
    description: "Four columns of six doors, one item behind each: pick-up, rental, returns.",
    heartbeatSeconds: 120,
    ...CONTROLLER,
    slots: grid(6, 4, "lock", () => 1),
  },
];

/** Rows are letters from the top, columns are numbers from the left: A1 is at the top left. */
function grid(rows: number, columns: number, mechanism: TemplateSlot["mechanism"], capacity: (row: number) => number): TemplateSlot[] {
  return Array.from({ length: rows * columns }, (_, index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return { code: `${String.fromCharCode(65 + row)}${column + 1}`, row: row + 1, column: column + 1, capacity: capacity(row), mechanism };
  });
}
