export interface Series {
  /** key in each point */
  key: string;
  /** in the reader's language */
  label: string;
  /** place in the chart palette, 1 to 8; by default its place in the list. "rest": what is left over, quiet */
  color?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | "rest";
  /** by default the chart's kind */
  kind?: ChartKind;
  /** a forecast or a limit */
  dashed?: boolean;
  /** a band reaches from the value at `key` up to the one at this key */
  upTo?: string;
}

export type ChartKind = "area" | "line" | "bar" | "band";

/** A moment: ISO time, and a number (null: no reading, the line breaks) for each series. */
export interface Point {
  at: string;
  [series: string]: string | number | null;
}

/** How moments are written where they are not the reader's own time, such as days of UTC. */
export interface ChartAxis {
  timeZone: string;
  /** beside the axis */
  tick: (ms: number) => string;
  /** in the table and at the cursor */
  moment: (ms: number) => string;
  /** moments that are written at the axis, where even steps would miss them, such as the first of months */
  ticks?: readonly number[];
}

export interface PlotProps {
  series: readonly Series[];
  data: readonly Point[];
  kind: ChartKind;
  height: number;
  /** a number as people read it, with its unit */
  format: (value: number) => string;
  /** a number beside the axis, by default as `format` */
  formatTick?: (value: number) => string;
  stacked: boolean;
  /** of a stack: the name of the sum, where the sum says something */
  totalLabel?: string;
  domain?: readonly [number | "auto", number | "auto"];
  axis?: ChartAxis;
  /** charts with the same id show the same moment under the pointer */
  syncId?: string;
  /** a moment to mark, such as now */
  mark?: { at: string; label: string };
  title: string;
  /** somebody dragged from one moment to another, in ms since 1970 */
  onSelect?: (from: number, to: number) => void;
  /** the cursor was moved by the keyboard: what stands there, to be read out */
  onRead: (text: string) => void;
}

/** CSS colour of a series. */
export function seriesColor(series: Series, index: number): string {
  return series.color === "rest" ? "var(--sy-text-faint)" : `var(--sy-chart-${series.color ?? (index % 8) + 1})`;
}

/** The value of a series at a point; null when there was none. */
export function valueAt(point: Point, key: string): number | null {
  const value = point[key];
  return typeof value === "number" ? value : null;
}

/** What a series says at a point, in words; null: nothing. */
export function readingOf(point: Point, series: Series, format: (value: number) => string): string | null {
  const value = valueAt(point, series.key);
  const end = series.upTo === undefined ? null : valueAt(point, series.upTo);
  if (value === null) return null;
  return end === null ? format(value) : `${format(value)} – ${format(end)}`;
}

/** The sum of a stack at a point: of what is in it, and not of lines and bands that are drawn over it. */
export function totalAt(point: Point, series: readonly Series[]): number {
  return series.reduce((sum, each) => sum + (each.kind === "line" || each.kind === "band" ? 0 : (valueAt(point, each.key) ?? 0)), 0);
}

/** Dashes by which lines are told apart without colour; the first is solid, a forecast or limit has its own. */
const DASHES = [undefined, "2 3", "9 3 2 3", "12 4"] as const;

/** How a series' line is dashed: `index` is its place among all. */
export function dashOf(series: readonly Series[], index: number): string | undefined {
  if (series[index]?.dashed) return "5 4";
  const before = series.slice(0, index).filter((each) => !each.dashed && each.kind !== "band").length;
  return DASHES[before % DASHES.length];
}
