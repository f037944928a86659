export interface Series {
  /** key in each point */
  key: string;
  /** in the reader's language */
  label: string;
  /** place in the chart palette, 1 to 8; by default its place in the list */
  color?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  /** by default the chart's kind */
  kind?: ChartKind;
  /** a forecast or a limit */
  dashed?: boolean;
}

export type ChartKind = "area" | "line" | "bar";

/** A moment: ISO time, and a number (null: no reading, the line breaks) for each series. */
export interface Point {
  at: string;
  [series: string]: string | number | null;
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
  domain?: readonly [number | "auto", number | "auto"];
  /** charts with the same id show the same moment under the pointer */
  syncId?: string;
  /** a moment to mark, such as now */
  mark?: { at: string; label: string };
  title: string;
  /** somebody dragged from one moment to another, in ms since 1970 */
  onSelect?: (from: number, to: number) => void;
}

/** CSS colour of a series. */
export function seriesColor(series: Series, index: number): string {
  return `var(--sy-chart-${series.color ?? (index % 8) + 1})`;
}

/** The value of a series at a point; null when there was none. */
export function valueAt(point: Point, key: string): number | null {
  const value = point[key];
  return typeof value === "number" ? value : null;
}
