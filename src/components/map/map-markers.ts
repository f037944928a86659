import type { Tone } from "#components/ui/state-chip.tsx";
import { type MapPoint, type Place, project } from "./projection.ts";

/** Something that stands on a map. */
export interface MapMarker extends Place {
  id: string;
  /** its name and state, in words: what the shape and colour say is said here too */
  label: string;
  tone: Tone;
  /** makes it a link */
  href?: string;
}

/** Markers that stand too near to each other to be told apart: shown as one. */
export interface MarkerGroup extends MapPoint {
  markers: readonly MapMarker[];
  tone: Tone;
}

/** Nearer than this they are one group: a mark can be hit with a finger. */
export const GROUP_PX = 30;

/** Which state a group shows: the one that most needs somebody. */
const URGENCY: readonly Tone[] = ["bad", "warn", "busy", "off", "ok"];

/**
 * Groups the markers for a scale (pixels around the world), each with the nearest that came before. The grouping is the same wherever one looks, so that panning moves groups and
 * does not make them anew; and takes time in proportion to the number of markers.
 */
export function groupMarkers(markers: readonly MapMarker[], scale: number): MarkerGroup[] {
  const reach = GROUP_PX / scale;
  const cells = new Map<string, { first: MapPoint; markers: MapMarker[] }[]>();
  const groups: { first: MapPoint; markers: MapMarker[] }[] = [];
  for (const marker of markers) {
    const point = project(marker);
    const [column, row] = [Math.floor(point.x / reach), Math.floor(point.y / reach)];
    const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get(`${column + dx} ${row + dy}`) ?? []));
    const near = around.find(({ first }) => Math.hypot(first.x - point.x, first.y - point.y) < reach);
    if (near) {
      near.markers.push(marker);
      continue;
    }
    const group = { first: point, markers: [marker] };
    groups.push(group);
    const key = `${column} ${row}`;
    cells.set(key, [...(cells.get(key) ?? []), group]);
  }
  return groups.map(({ first, markers: together }) => ({ ...first, markers: together, tone: mostUrgent(together) }));
}

function mostUrgent(markers: readonly MapMarker[]): Tone {
  return URGENCY.find((tone) => markers.some((marker) => marker.tone === tone)) ?? "ok";
}
