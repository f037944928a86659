"use client";

import { useState } from "react";

/** What Recharts tells of the pointer: the moment under it. */
interface PointerState {
  activeLabel?: string | number | undefined;
}

/** Dragging over a chart selects from one moment to another. Without `onSelect` the chart has no handlers. */
export function useSelection(onSelect: ((from: number, to: number) => void) | undefined) {
  const [area, setArea] = useState<{ from: number; to: number } | null>(null);
  const moment = (state: PointerState) => (state.activeLabel === undefined ? null : Number(state.activeLabel));
  const start = (state: PointerState) => {
    const at = moment(state);
    setArea(at === null ? null : { from: at, to: at });
  };
  const move = (state: PointerState) => {
    const at = moment(state);
    if (area && at !== null && at !== area.to) setArea({ from: area.from, to: at });
  };
  const end = () => {
    if (area && area.from !== area.to) onSelect?.(area.from, area.to);
    setArea(null);
  };
  const handlers = onSelect ? { onMouseDown: start, onMouseMove: move, onMouseUp: end, onMouseLeave: () => setArea(null), style: { cursor: "crosshair", userSelect: "none" as const } } : {};
  return { area: area && area.from !== area.to ? area : null, handlers };
}
