import { useId } from "react";
import { type ChartKind, dashOf, type Series, seriesColor } from "./chart-data.ts";
import { FillPattern } from "./chart-patterns.tsx";
import classes from "./chart.module.css";

interface ChartSwatchProps {
  series: readonly Series[];
  index: number;
  kind: ChartKind;
  /** areas and bars that lie on each other are told apart by patterns, all else by dashes */
  stacked: boolean;
}

/** A series as it is drawn, in the size of a word: with its pattern or its dashes. */
export function ChartSwatch({ series, index, kind, stacked }: ChartSwatchProps) {
  const id = useId();
  const each = series[index];
  if (!each) return null;
  const drawnAs = each.kind ?? kind;
  const color = seriesColor(each, index);
  const filled = drawnAs === "band" || drawnAs === "bar" || (stacked && drawnAs === "area");
  return (
    <svg className={classes.swatch} width={18} height={12} viewBox="0 0 18 12" aria-hidden>
      {filled ? (
        <>
          <FillPattern id={id} nth={drawnAs === "band" ? 1 : stacked ? index : 0} color={color} />
          <rect x={0.5} y={0.5} width={17} height={11} rx={1} fill={`url(#${id})`} stroke={color} strokeWidth={1} {...(drawnAs === "band" ? { strokeDasharray: "2 2" } : {})} />
        </>
      ) : (
        <path d="M0 6H18" stroke={color} strokeWidth={2.5} strokeDasharray={dashOf(series, index)} />
      )}
    </svg>
  );
}
