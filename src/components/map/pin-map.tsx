"use client";

import { useState } from "react";
import { MapCanvas } from "./map-canvas.tsx";
import { MapPin } from "./map-pin.tsx";
import type { Place } from "./projection.ts";

interface PinMapProps {
  label: string;
  height: number;
  /** null: no pin yet */
  place: Place | null;
  onPlace: (place: Place) => void;
  lookAt: number;
}

/** The map behind LocationPicker; takes the outline with it. */
export function PinMap({ label, height, place, onPlace, lookAt }: PinMapProps) {
  const [first] = useState(place ? [place] : []);
  return (
    <MapCanvas label={label} height={height} places={first} onPress={onPlace}>
      {(control) => place && <MapPin control={control} place={place} onMove={onPlace} lookAt={lookAt} />}
    </MapCanvas>
  );
}
