import { BATCH_COLUMNS, type BatchProblem } from "#shared/machines/batches.ts";
import type { Tx } from "#server/infra/events.ts";
import { findInUse, findSources, type Source } from "./batch-repository.ts";
import { readTable } from "./csv-table.ts";
import { problem } from "./problems.ts";
import { findTwice, nameKey, type ReadRow, readRow } from "./row-checks.ts";

/** A machine that a row asks for. */
export interface PlannedMachine extends ReadRow {
  /** null: the row is wrong there */
  source: Source | null;
}

export interface Plan {
  machines: PlannedMachine[];
  problems: BatchProblem[];
  /** rows in which something is wrong */
  wrong: ReadonlySet<number>;
}

const COLUMNS: readonly string[] = BATCH_COLUMNS;

/** What a file would make, and all that is wrong with it. Nothing is written. */
export async function planFile(tx: Tx, organizationId: string, csv: string): Promise<Plan> {
  const { rows, issues } = readTable(csv);
  if (issues.length > 0) return { machines: [], problems: issues.map(({ code, column, params }) => problem(code, { row: null, column }, params)), wrong: new Set() };
  const read = rows.map(readRow);
  const machines = read.map((each) => each.read);
  const sources = await findSources(tx, organizationId, { templates: valuesOf(machines, "template"), machines: valuesOf(machines, "cloneOf") });
  const planned = machines.map((machine) => resolve(machine, sources));
  const problems = [...read.flatMap((each) => each.problems), ...findTwice(machines), ...planned.flatMap((each) => each.problems), ...(await inUse(tx, organizationId, machines))];
  const sorted = problems.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0) || COLUMNS.indexOf(a.column ?? "") - COLUMNS.indexOf(b.column ?? ""));
  return { machines: planned.map((each) => each.machine), problems: sorted, wrong: new Set(sorted.flatMap(({ row }) => row ?? [])) };
}

function valuesOf(rows: readonly ReadRow[], key: "template" | "cloneOf"): string[] {
  return [...new Set(rows.flatMap((row) => row[key] ?? []))];
}

function resolve(machine: ReadRow, sources: readonly Source[]): { machine: PlannedMachine; problems: BatchProblem[] } {
  const place = { row: machine.row, column: machine.template === null ? "clone_of" : "template" };
  const named = machine.template ?? machine.cloneOf;
  // Both or neither is a problem already.
  if (named === null || (machine.template !== null && machine.cloneOf !== null)) return { machine: { ...machine, source: null }, problems: [] };
  const kind = machine.template === null ? "machine" : "template";
  const exact = sources.filter((source) => source.kind === kind && (source.id === named || source.slug === named));
  const found = exact.length > 0 ? exact : sources.filter((source) => source.kind === kind && source.name === named);
  const [source] = found;
  const wrong = (code: "unknown_template" | "unknown_machine" | "ambiguous_machine" | "no_slots") => ({ machine: { ...machine, source: null }, problems: [problem(code, place, { value: named })] });
  if (!source) return wrong(kind === "template" ? "unknown_template" : "unknown_machine");
  if (found.length > 1) return wrong("ambiguous_machine");
  if (source.templateId === null) return wrong("no_slots");
  const networkKind = machine.networkKind ?? source.networkKind;
  const foreign = machine.wifiSsid !== null && machine.networkKind === null && networkKind !== "wifi";
  return {
    machine: { ...machine, source, networkKind },
    problems: foreign ? [problem("ssid_without_wifi", { row: machine.row, column: "wifi_ssid" })] : [],
  };
}

async function inUse(tx: Tx, organizationId: string, rows: readonly ReadRow[]): Promise<BatchProblem[]> {
  const used = await findInUse(tx, organizationId, { names: rows.flatMap(({ name }) => (name === "" ? [] : [nameKey(name)])), serials: rows.flatMap(({ serial }) => serial ?? []) });
  const names = new Map(used.map((machine) => [nameKey(machine.name), machine.name]));
  const serials = new Map(used.flatMap(({ name, serial }) => (serial === null ? [] : [[serial, name] as const])));
  return rows.flatMap(({ row, name, serial }) => {
    const byName = names.get(nameKey(name));
    const bySerial = serial === null ? undefined : serials.get(serial);
    return [
      ...(byName === undefined ? [] : [problem("in_use", { row, column: "name" }, { name: byName })]),
      ...(bySerial === undefined ? [] : [problem("in_use", { row, column: "serial" }, { name: bySerial })]),
    ];
  });
}
