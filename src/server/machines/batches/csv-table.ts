import { CsvError, parse } from "csv-parse/sync";
import { BATCH_COLUMNS, type BatchColumn, type FileProblem, MAX_BATCH_BYTES, MAX_BATCH_ROWS } from "#shared/machines/batches.ts";

/** A row by its columns. `extra`: it has more cells than the header. */
export interface TableRow {
  /** as a spreadsheet counts: the header is 1 */
  row: number;
  cells: Partial<Record<BatchColumn, string>>;
  extra: boolean;
}

export interface FileIssue {
  code: FileProblem;
  column: string | null;
  params: Record<string, string | number>;
}

export type Table = { rows: TableRow[]; issues: [] } | { rows: []; issues: FileIssue[] };

const DELIMITERS = [",", ";", "\t"] as const;
const WORKBOOKS = ["PK\u0003\u0004", "\u00D0\u00CF\u0011\u00E0"];
const REQUIRED: readonly BatchColumn[] = ["name"];
/** What other programs call them. */
const ALIASES: Partial<Record<string, BatchColumn>> = { location: "address", lat: "latitude", lon: "longitude", lng: "longitude", timezone: "time_zone", ssid: "wifi_ssid" };

/**
 * Reads a file as people's spreadsheets write it: with or without the mark of UTF-8, with commas, semicolons or tabs, with line breaks within quotes, with empty rows. Rows are
 * counted as a spreadsheet shows them.
 */
export function readTable(text: string): Table {
  const unreadable = problemOfText(text);
  if (unreadable) return refuse(unreadable);
  const body = text.replace(/^\uFEFF/, "");
  const records = split(body);
  if (!records) return refuse({ code: "quotes" });
  const [header, ...rest] = records;
  const columns = (header ?? []).map((cell) => cell.trim());
  if (columns.every((name) => name === "")) return refuse({ code: "no_header" });
  const issues = problemsOfHeader(columns);
  if (issues.length > 0) return { rows: [], issues };
  const rows = rest.flatMap((record, index): TableRow[] => (record.every((cell) => cell.trim() === "") ? [] : [rowOf(columns, record, index + 2)]));
  if (rows.length === 0) return refuse({ code: "empty" });
  if (rows.length > MAX_BATCH_ROWS) return refuse({ code: "too_many_rows", params: { count: rows.length, limit: MAX_BATCH_ROWS } });
  return { rows, issues: [] };
}

function refuse({ code, params = {} }: { code: FileProblem; params?: FileIssue["params"] }): Table {
  return { rows: [], issues: [{ code, column: null, params }] };
}

function problemOfText(text: string): { code: FileProblem; params?: FileIssue["params"] } | null {
  if (Buffer.byteLength(text) > MAX_BATCH_BYTES) return { code: "too_large", params: { limitKb: MAX_BATCH_BYTES / 1024 } };
  // A workbook is a ZIP archive (or, before 2007, a compound file), whatever its name says.
  if (WORKBOOKS.some((beginning) => text.startsWith(beginning))) return { code: "workbook" };
  // U+FFFD stands where somebody read bytes that are not UTF-8; a zero where it was UTF-16.
  if (text.includes("\0") || text.includes("\uFFFD")) return { code: "encoding" };
  if (text.trim() === "") return { code: "empty" };
  return null;
}

function split(body: string): string[][] | null {
  try {
    return parse(body, { delimiter: delimiterOf(body), relax_column_count: true, skip_empty_lines: false });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

/** What stands most often in the header, whose names hold none of them. */
function delimiterOf(body: string): string {
  const [line = ""] = body.split(/\r?\n|\r/, 1);
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).delimiter;
}

function problemsOfHeader(columns: readonly string[]): FileIssue[] {
  const names = columns.map(columnOf);
  const unknown = columns.flatMap((column, index): FileIssue[] => (names[index] === null && column !== "" ? [{ code: "unknown_column", column, params: { column, known: BATCH_COLUMNS.join(", ") } }] : []));
  const twice = [...new Set(names.filter((name, index) => name !== null && names.indexOf(name) < index))].map((column): FileIssue => ({ code: "column_twice", column, params: { column: column ?? "" } }));
  const missing = REQUIRED.filter((column) => !names.includes(column)).map((column): FileIssue => ({ code: "missing_column", column, params: { column } }));
  const source: FileIssue[] = names.includes("template") || names.includes("clone_of") ? [] : [{ code: "missing_column", column: "template", params: { column: "template, clone_of" } }];
  return [...unknown, ...twice, ...missing, ...source];
}

/** "Clone of", "clone-of" and "CLONE_OF" are one column. */
function columnOf(name: string): BatchColumn | null {
  const plain = name.toLowerCase().replace(/[\s-]+/g, "_");
  return BATCH_COLUMNS.find((column) => column === (ALIASES[plain] ?? plain)) ?? null;
}

function rowOf(columns: readonly string[], record: readonly string[], row: number): TableRow {
  const cells: TableRow["cells"] = {};
  for (const [index, name] of columns.entries()) {
    const column = columnOf(name);
    if (column) cells[column] = (record[index] ?? "").trim();
  }
  const named = columns.map(columnOf);
  return { row, cells, extra: record.some((cell, index) => cell.trim() !== "" && (named[index] ?? null) === null) };
}
