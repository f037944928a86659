import type { Prisma } from "#server/infra/prisma/client.ts";
import { refusal } from "./lowdb-file.ts";
import type { RecordReport } from "./report.ts";

/** What is in the organization already, as far as the file may mean it. */
export interface Existing {
  /** by import key */
  products: Map<string, { id: string; sku: string; name: string; price: bigint }>;
  /** by SKU, whatever it came from */
  skus: Map<string, { id: string; name: string; price: bigint; importKey: string | null }>;
  machines: Map<string, { id: string }>;
  orders: Map<string, { id: string }>;
}

export interface PlanContext {
  organizationId: string;
  source: string;
  currency: string;
  creditPriceMinor: number;
  existing: Existing;
  at: Date;
}

/** A product that others of the file may name. */
export interface PlannedProduct {
  id: string;
  sku: string;
  name: string;
  price: bigint;
  /** what its slots cost where the file gives them no price of their own */
  slotPrice: bigint;
}

export interface MachinePlan {
  row: Prisma.MachineCreateManyInput;
  slots: { code: string; row: number; column: number; capacity: number; productId: string | null; price: bigint | null; par: number | null; count: number }[];
}

export interface OrderPlan {
  row: Prisma.MachineOrderCreateManyInput;
  lines: Prisma.OrderLineCreateManyInput[];
}

/** Everything that is to be written. */
export interface ImportPlan {
  products: Prisma.ProductCreateManyInput[];
  machines: MachinePlan[];
  orders: OrderPlan[];
  records: RecordReport[];
}

/** Notes of a record, and what they make of it. */
export class RecordNotes {
  readonly notes: string[] = [];
  readonly #collection: string;
  readonly #index: number | null;
  readonly #id: string;

  constructor(collection: string, index: number | null, id: string) {
    this.#collection = collection;
    this.#index = index;
    this.#id = id;
  }

  taken(as: string): RecordReport {
    return { collection: this.#collection, index: this.#index, id: this.#id, outcome: this.notes.length > 0 ? "mapped" : "taken", as, notes: this.notes };
  }

  unchanged(as: string): RecordReport {
    return { collection: this.#collection, index: this.#index, id: this.#id, outcome: "unchanged", as, notes: ["taken by an earlier run; it is left as it is"] };
  }

  refused(why: string): RecordReport {
    return refusal(this.#collection, this.#index, this.#id, why);
  }
}

/** Metadata of something that was imported: where from, and what has no place of its own. */
export function importMetadata(source: string, id: string, fields: Record<string, unknown>): Prisma.InputJsonObject {
  // It came out of JSON.parse, so it is JSON.
  return { import: { source, id, ...(Object.keys(fields).length > 0 ? { fields: fields as Prisma.InputJsonObject } : {}) } };
}
