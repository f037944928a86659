export const COLLECTIONS = ["products", "machines", "stock", "orders"] as const;
export type Collection = (typeof COLLECTIONS)[number];

/** taken: as it is; mapped: something was changed, the notes say what; unchanged: an earlier run took it; refused: the notes say why. */
export const OUTCOMES = ["taken", "mapped", "unchanged", "refused"] as const;
export type RecordOutcome = (typeof OUTCOMES)[number];

/** What became of one record of the file. */
export interface RecordReport {
  collection: string;
  /** place in its list, from 0; null: the whole list */
  index: number | null;
  /** its id in the file; null: it has none that can be read */
  id: string | null;
  outcome: RecordOutcome;
  /** what it is here now */
  as: string | null;
  notes: string[];
}

export interface ImportReport {
  source: string;
  organizationId: string;
  dryRun: boolean;
  /** whether anything was written */
  committed: boolean;
  /** why not, when nothing was */
  reason: string | null;
  totals: Record<Collection, Record<RecordOutcome, number>>;
  /** counted in the database before the commit, and the same as in the file */
  checked: { products: number; machines: number; slots: number; items: number; orders: number; orderLines: number; orderTotal: string };
  records: RecordReport[];
}

export function countOutcomes(records: readonly RecordReport[]): ImportReport["totals"] {
  const count = (collection: Collection, outcome: RecordOutcome): number => records.filter((one) => one.collection === collection && one.outcome === outcome).length;
  const row = (collection: Collection): Record<RecordOutcome, number> => ({
    taken: count(collection, "taken"),
    mapped: count(collection, "mapped"),
    unchanged: count(collection, "unchanged"),
    refused: count(collection, "refused"),
  });
  return { products: row("products"), machines: row("machines"), stock: row("stock"), orders: row("orders") };
}

/** The report as people read it: every record, then the sums. */
export function reportText(report: ImportReport): string {
  const records = report.records.map(({ collection, index, id, outcome, as, notes }) => {
    const place = `${collection}${index === null ? "" : `[${index}]`}${id === null ? "" : ` ${id}`}`;
    return `${outcome.padEnd(9)} ${place}${as === null ? "" : ` → ${as}`}${notes.length > 0 ? `: ${notes.join("; ")}` : ""}`;
  });
  const table = COLLECTIONS.map((collection) => `${collection.padEnd(9)}${OUTCOMES.map((outcome) => String(report.totals[collection][outcome]).padStart(10)).join("")}`);
  const { products, machines, slots, items, orders, orderLines, orderTotal } = report.checked;
  const end = report.committed ? "Imported." : `Nothing was written: ${report.reason ?? ""}`;
  return [
    ...records,
    "",
    `${"".padEnd(9)}${OUTCOMES.map((outcome) => outcome.padStart(10)).join("")}`,
    ...table,
    "",
    `Counted in the database: ${products} products, ${machines} machines, ${slots} slots with ${items} items, ${orders} orders of ${orderLines} items, ${orderTotal} micro-credits.`,
    end,
    "",
  ].join("\n");
}
