import type { BatchColumn, BatchProblem, RowProblem } from "#shared/machines/batches.ts";
import { isTimeZone } from "#shared/schema.ts";
import type { TableRow } from "./csv-table.ts";
import { problem } from "./problems.ts";

/** What a row says, as far as it can be told without the database. What is wrong in it is null here and among the problems. */
export interface ReadRow {
  row: number;
  name: string;
  serial: string | null;
  address: string;
  latitude: number | null;
  longitude: number | null;
  timeZone: string | null;
  template: string | null;
  cloneOf: string | null;
  networkKind: NetworkKind | null;
  wifiSsid: string | null;
  heartbeatSeconds: number | null;
  notes: string;
}

type NetworkKind = "wifi" | "ethernet" | "cellular";
const NETWORKS: readonly NetworkKind[] = ["wifi", "ethernet", "cellular"];

/** As in the wizard for one machine (shared/machines/schema.ts). */
const LIMITS = { name: 64, serial: 64, address: 200, notes: 500, template: 64, clone_of: 64 } as const;
/** of IEEE 802.11, in bytes */
const SSID_BYTES = 32;
const HEARTBEAT = { from: 5, to: 3_600 };
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** Reads one row. All that is wrong in it is found at once. */
export function readRow({ row, cells, extra }: TableRow): { read: ReadRow; problems: BatchProblem[] } {
  const problems: BatchProblem[] = [];
  const wrong = (column: BatchColumn | null, code: RowProblem, params: BatchProblem["params"] = {}): null => {
    problems.push(problem(code, { row, column }, params));
    return null;
  };
  const text = (column: keyof typeof LIMITS, breaks = false): string | null => {
    const value = cells[column] ?? "";
    if (value === "") return null;
    if ([...value].length > LIMITS[column]) return wrong(column, "too_long", { limit: LIMITS[column] });
    if (/\p{Cc}/u.test(breaks ? value.replace(/[\r\n\t]/g, "") : value)) return wrong(column, "characters");
    return value;
  };
  const number = (column: "latitude" | "longitude" | "heartbeat_seconds", { from, to, whole = false }: { from: number; to: number; whole?: boolean }): number | null => {
    const value = cells[column] ?? "";
    if (value === "") return null;
    if (!NUMBER.test(value)) return wrong(column, "number", { value: short(value) });
    if (whole && !Number.isInteger(Number(value))) return wrong(column, "whole", { value: short(value) });
    return Number(value) >= from && Number(value) <= to ? Number(value) : wrong(column, "range", { from, to });
  };

  if (extra) wrong(null, "too_many_cells");
  const name = cells.name ? text("name") : wrong("name", "missing");
  const serial = text("serial");
  if (serial !== null && !/^[\x21-\x7e]+$/.test(serial)) wrong("serial", "characters");
  // An address of several lines is one line here, as the wizard has it.
  const address = text("address", true)?.replace(/\s*[\r\n\t]+\s*/g, ", ") ?? "";
  const latitude = number("latitude", { from: -90, to: 90 });
  const longitude = number("longitude", { from: -180, to: 180 });
  if (!cells.latitude !== !cells.longitude) wrong(cells.latitude ? "longitude" : "latitude", "coordinate_alone");
  const timeZone = cells.time_zone || null;
  if (timeZone !== null && !isTimeZone(timeZone)) wrong("time_zone", "time_zone", { value: short(timeZone) });
  const template = text("template");
  const cloneOf = text("clone_of");
  if (!cells.template === !cells.clone_of) wrong(cells.template ? "clone_of" : "template", "template_or_clone");
  const networkKind = NETWORKS.find((kind) => kind === cells.network?.toLowerCase().replace("-", "")) ?? null;
  if (cells.network && networkKind === null) wrong("network", "unknown_network", { value: short(cells.network) });
  const wifiSsid = ssid(cells.wifi_ssid ?? "", wrong);
  if (wifiSsid !== null && networkKind !== null && networkKind !== "wifi") wrong("wifi_ssid", "ssid_without_wifi");
  const heartbeatSeconds = number("heartbeat_seconds", { ...HEARTBEAT, whole: true });
  const read = { row, name: name ?? "", serial, address, latitude, longitude, timeZone, template, cloneOf, networkKind, wifiSsid, heartbeatSeconds, notes: text("notes", true) ?? "" };
  return { read, problems };
}

function ssid(value: string, wrong: (column: BatchColumn, code: RowProblem, params?: BatchProblem["params"]) => null): string | null {
  if (value === "") return null;
  if (Buffer.byteLength(value) > SSID_BYTES) return wrong("wifi_ssid", "too_long", { limit: SSID_BYTES });
  return /\p{Cc}/u.test(value) ? wrong("wifi_ssid", "characters") : value;
}

/** Names and numbers that come twice: the second is wrong. Names are the same whatever their case. */
export function findTwice(rows: readonly ReadRow[]): BatchProblem[] {
  return (["name", "serial"] as const).flatMap((column) => {
    const seen = new Map<string, number>();
    return rows.flatMap((row): BatchProblem[] => {
      const value = row[column];
      if (!value) return [];
      const key = column === "name" ? nameKey(value) : value;
      const first = seen.get(key);
      if (first !== undefined) return [problem("twice", { row: row.row, column }, { row: first })];
      seen.set(key, row.row);
      return [];
    });
  });
}

/** What makes two names the same to people. */
export function nameKey(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

function short(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
