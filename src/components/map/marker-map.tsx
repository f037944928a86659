"use client";

import { MapCanvas } from "./map-canvas.tsx";
import type { MapMarker } from "./map-markers.ts";
import { MarkerLayer } from "./marker-layer.tsx";

export interface MarkerMapProps {
  /** what it shows, for screen readers */
  label: string;
  markers: readonly MapMarker[];
  height?: number | string;
  groupLabel?: (markers: readonly MapMarker[]) => string;
  /** makes the markers buttons: one of them was pressed */
  onSelect?: (id: string) => void;
  /** the one that was chosen: marked, and brought into view when it is not to be seen */
  selected?: string | null;
}

/** The map behind WorldMap; takes the outline with it. */
export function MarkerMap({ label, markers, height = 420, groupLabel, onSelect, selected = null }: MarkerMapProps) {
  return (
    <MapCanvas label={label} height={height} places={markers}>
      {(control) => <MarkerLayer control={control} markers={markers} groupLabel={groupLabel} onSelect={onSelect} selected={selected} />}
    </MapCanvas>
  );
}
