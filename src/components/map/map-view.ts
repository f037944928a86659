import { type MapPoint, type Place, project, projectLatitude } from "./projection.ts";

/** What a map shows: the point in its middle, and how many pixels the whole way around the world takes. */
export interface MapView extends MapPoint {
  scale: number;
}

/** In pixels. */
export interface MapSize {
  width: number;
  height: number;
}

/** A point of the screen in pixels, from the map's upper left corner. */
export interface ScreenPoint {
  left: number;
  top: number;
}

/** Seen when nothing else is asked for: the parts of the world where people live. */
const INHABITED = { top: projectLatitude(80), bottom: projectLatitude(-57) };
/** About 150 m a pixel at the equator: much nearer and there would be nothing to see. */
const MAX_SCALE = 262_144;
/** A single place is shown with its surroundings: about a country's half. */
const SINGLE_SCALE = 32_768;
/** Kept free at the edges when places are to be seen whole. */
const MARGIN_PX = 36;

/** The smallest scale: the inhabited world just fits. */
export function minScale({ width, height }: MapSize): number {
  return Math.max(1, Math.min(width, height / (INHABITED.bottom - INHABITED.top)));
}

/** The nearest view that the map allows: within its scales, and without more beyond the world's edges than needed. */
export function allowed(view: MapView, size: MapSize): MapView {
  const scale = Math.max(minScale(size), Math.min(MAX_SCALE, view.scale));
  const centre = (value: number, pixels: number): number => {
    const half = pixels / scale / 2;
    return half >= 0.5 ? 0.5 : Math.max(half, Math.min(1 - half, value));
  };
  return { x: centre(view.x, size.width), y: centre(view.y, size.height), scale };
}

/** The view that shows all places; one alone with what is around it, none the world. */
export function viewOf(places: readonly Place[], size: MapSize): MapView {
  const points = places.map(project);
  if (points.length === 0) return allowed({ x: 0.5, y: (INHABITED.top + INHABITED.bottom) / 2, scale: 0 }, size);
  const [west, east] = extent(points.map((point) => point.x));
  const [north, south] = extent(points.map((point) => point.y));
  const fit = (pixels: number, span: number): number => (span === 0 ? SINGLE_SCALE : Math.max(1, pixels - 2 * MARGIN_PX) / span);
  const scale = Math.min(SINGLE_SCALE, fit(size.width, east - west), fit(size.height, south - north));
  return allowed({ x: (west + east) / 2, y: (north + south) / 2, scale }, size);
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

/** The view that shows all points as large as can be: what was hidden in a group comes apart. */
export function viewInto(points: readonly MapPoint[], size: MapSize): MapView {
  const [west, east] = extent(points.map((point) => point.x));
  const [north, south] = extent(points.map((point) => point.y));
  const room = Math.max(1, Math.min(size.width, size.height) - 4 * MARGIN_PX);
  return allowed({ x: (west + east) / 2, y: (north + south) / 2, scale: room / Math.max(east - west, south - north, 1e-9) }, size);
}

/** Whether nothing is left to come apart, however near one looks. */
export function areTogether(points: readonly MapPoint[], pixels: number): boolean {
  const [west, east] = extent(points.map((point) => point.x));
  const [north, south] = extent(points.map((point) => point.y));
  return Math.max(east - west, south - north) * MAX_SCALE < pixels;
}

/** Moves what is seen, in pixels of the screen. */
export function panned(view: MapView, size: MapSize, left: number, top: number): MapView {
  return allowed({ ...view, x: view.x + left / view.scale, y: view.y + top / view.scale }, size);
}

/** Enlarges by a factor; what is under `at` (in the middle, if not said) stays there. */
export function zoomed(view: MapView, size: MapSize, factor: number, at?: ScreenPoint): MapView {
  const { scale } = allowed({ ...view, scale: view.scale * factor }, size);
  const fixed = at ? pointAt(view, size, at) : view;
  const away = at ? { x: (size.width / 2 - at.left) / scale, y: (size.height / 2 - at.top) / scale } : { x: 0, y: 0 };
  return allowed({ x: fixed.x + away.x, y: fixed.y + away.y, scale }, size);
}

/** Where a point of the map stands on the screen. */
export function screenOf(view: MapView, size: MapSize, point: MapPoint): ScreenPoint {
  return { left: (point.x - view.x) * view.scale + size.width / 2, top: (point.y - view.y) * view.scale + size.height / 2 };
}

/** The point of the map under a point of the screen. */
export function pointAt(view: MapView, size: MapSize, { left, top }: ScreenPoint): MapPoint {
  return { x: view.x + (left - size.width / 2) / view.scale, y: view.y + (top - size.height / 2) / view.scale };
}
