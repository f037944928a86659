"use client";

import { useState } from "react";
import { type MapSize, type MapView, panned, type ScreenPoint, viewOf, zoomed } from "./map-view.ts";
import type { Place } from "./projection.ts";

export interface MapControl {
  view: MapView;
  size: MapSize;
  panBy: (left: number, top: number) => void;
  zoomBy: (factor: number, at?: ScreenPoint) => void;
  show: (view: MapView) => void;
  /** back to what was shown at first */
  reset: () => void;
}

/** What a map shows: all its places, until somebody moves it. */
export function useMapView(size: MapSize, places: readonly Place[]): MapControl {
  const [moved, setMoved] = useState<MapView | null>(null);
  // Each of several moves between two paints goes on from the one before.
  const move = (change: (view: MapView) => MapView): void => setMoved((now) => change(now ?? viewOf(places, size)));
  return {
    view: moved ? panned(moved, size, 0, 0) : viewOf(places, size),
    size,
    panBy: (left, top) => move((view) => panned(view, size, left, top)),
    zoomBy: (factor, at) => move((view) => zoomed(view, size, factor, at)),
    show: setMoved,
    reset: () => setMoved(null),
  };
}
