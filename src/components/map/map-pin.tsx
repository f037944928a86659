"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, type PointerEvent, useEffect, useEffectEvent, useRef } from "react";
import { pointAt, screenOf, type ScreenPoint, viewOf } from "./map-view.ts";
import { type Place, project, unproject } from "./projection.ts";
import type { MapControl } from "./use-map-view.ts";
import classes from "./map.module.css";

interface MapPinProps {
  control: MapControl;
  place: Place;
  onMove: (place: Place) => void;
  /** a higher number brings the pin into view */
  lookAt: number;
}

const ARROWS: Record<string, [left: number, top: number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** With Shift: ten pixels a press. */
const FAR = 10;

/** The pin of a place: dragged, or moved by the arrow keys when it has the focus. */
export function MapPin({ control, place, onMove, lookAt }: MapPinProps) {
  const t = useTranslations("map");
  const { view, size } = control;
  // Where in the pin it was taken: it stays under the pointer there.
  const held = useRef<ScreenPoint | null>(null);
  const at = screenOf(view, size, project(place));
  const look = useEffectEvent(() => control.show({ ...project(place), scale: Math.max(view.scale, viewOf([place], size).scale) }));
  useEffect(() => {
    if (lookAt > 0) look();
  }, [lookAt]);
  const moveTo = (to: ScreenPoint): void => onMove(unproject(pointAt(view, size, to)));
  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    event.stopPropagation();
    const pixels = event.shiftKey ? FAR : 1;
    moveTo({ left: at.left + arrow[0] * pixels, top: at.top + arrow[1] * pixels });
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!held.current) return;
    event.stopPropagation();
    const to = { left: event.clientX - held.current.left, top: event.clientY - held.current.top };
    moveTo({ left: Math.max(0, Math.min(size.width, to.left)), top: Math.max(0, Math.min(size.height, to.top)) });
  };
  return (
    <button
      type="button"
      className={classes.pin}
      style={at}
      aria-label={t("pin", { latitude: place.latitude, longitude: place.longitude })}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = { left: event.clientX - at.left, top: event.clientY - at.top };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => (held.current = null)}
      onPointerCancel={() => (held.current = null)}
      // The map below would take it for a press on itself.
      onClick={(event) => event.stopPropagation()}
    >
      <svg width="28" height="36" viewBox="0 0 28 36" aria-hidden>
        <path d="M14 35C10 27 3 21.5 3 13.5a11 11 0 0 1 22 0C25 21.5 18 27 14 35Z" />
        <circle cx="14" cy="13.5" r="4" />
      </svg>
    </button>
  );
}
