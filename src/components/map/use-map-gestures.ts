"use client";

import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import type { ScreenPoint } from "./map-view.ts";
import type { MapControl } from "./use-map-view.ts";

/** A press that moves less is a click. */
const CLICK_PX = 4;
const KEY_STEP_PX = 60;
const KEY_FACTOR = 1.6;
/** A wheel's notch is about 100 pixels: it enlarges by a quarter. */
const WHEEL_PER_PX = 0.0022;

const ARROWS: Record<string, [left: number, top: number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

interface Gestures {
  handlers: {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    onPointerCancel: (event: PointerEvent<HTMLElement>) => void;
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  };
  /** whether the press that just ended moved the map: then it was no click */
  wasDragged: () => boolean;
  /** counts the turns of the wheel that went to the page because the map was not in use */
  unusedWheel: number;
}

/**
 * Moves a map by pointer, fingers, wheel and keys. The wheel and a finger's way up or down belong to the page until the map has been pressed (or Ctrl is held): nobody who reads
 * on is caught by it.
 */
export function useMapGestures(element: RefObject<HTMLElement | null>, { size, panBy, zoomBy, reset }: MapControl): Gestures {
  const pressed = useRef(new Map<number, ScreenPoint>());
  const way = useRef(0);
  const [unusedWheel, setUnusedWheel] = useState(0);
  const placeOf = (event: { clientX: number; clientY: number }): ScreenPoint => {
    const box = element.current?.getBoundingClientRect();
    return { left: event.clientX - (box?.left ?? 0), top: event.clientY - (box?.top ?? 0) };
  };
  const onWheel = useEffectEvent((event: WheelEvent) => {
    const inUse = event.ctrlKey || event.metaKey || (element.current?.contains(document.activeElement) ?? false);
    if (!inUse) return setUnusedWheel((count) => count + 1);
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
    zoomBy(Math.exp(-pixels * WHEEL_PER_PX), placeOf(event));
  });
  // React's own listener is passive: it could not keep the page from scrolling.
  useEffect(() => {
    const target = element.current;
    const listen = (event: WheelEvent): void => onWheel(event);
    target?.addEventListener("wheel", listen, { passive: false });
    return () => target?.removeEventListener("wheel", listen);
  }, [element]);
  const release = (event: PointerEvent<HTMLElement>): void => void pressed.current.delete(event.pointerId);
  // React hands on what happens in a list that was opened here, though it hangs elsewhere in the page. An event's target is a node, which its type does not say.
  const isOwn = (event: PointerEvent<HTMLElement> | KeyboardEvent<HTMLElement>): boolean => event.currentTarget.contains(event.target as Node);
  return {
    unusedWheel,
    wasDragged: () => way.current > CLICK_PX,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0 || !isOwn(event)) return;
        if (pressed.current.size === 0) way.current = 0;
        pressed.current.set(event.pointerId, placeOf(event));
      },
      onPointerMove: (event) => {
        const before = pressed.current.get(event.pointerId);
        if (!before) return;
        const now = placeOf(event);
        const other = [...pressed.current].find(([id]) => id !== event.pointerId)?.[1];
        way.current += Math.hypot(now.left - before.left, now.top - before.top);
        pressed.current.set(event.pointerId, now);
        if (way.current <= CLICK_PX) return;
        // From here on the press is the map's, not of what lies under it.
        event.currentTarget.setPointerCapture(event.pointerId);
        const share = other ? 0.5 : 1;
        if (other) zoomBy(between(now, other) / Math.max(1, between(before, other)), { left: (now.left + other.left) / 2, top: (now.top + other.top) / 2 });
        panBy((before.left - now.left) * share, (before.top - now.top) * share);
      },
      onPointerUp: release,
      onPointerCancel: release,
      onKeyDown: (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !isOwn(event)) return;
        const arrow = ARROWS[event.key];
        if (arrow) panBy(arrow[0] * Math.min(KEY_STEP_PX, size.width / 4), arrow[1] * Math.min(KEY_STEP_PX, size.height / 4));
        else if (event.key === "+" || event.key === "=") zoomBy(KEY_FACTOR);
        else if (event.key === "-") zoomBy(1 / KEY_FACTOR);
        else if (event.key === "Home" || event.key === "0") reset();
        else return;
        event.preventDefault();
      },
    },
  };
}

function between(a: ScreenPoint, b: ScreenPoint): number {
  return Math.hypot(a.left - b.left, a.top - b.top);
}
