import { readFileSync, writeFileSync } from "node:fs";
import { MAP_UNITS, projectLatitude, unproject } from "#components/map/projection.ts";

/**
 * Writes src/components/map/world-outline.ts, the coasts and borders that maps are drawn from, out of Natural Earth's 1:50m countries as the package world-atlas has them:
 * `npm pack world-atlas@2.0.2 && tar xf world-atlas-2.0.2.tgz && npm run map:outline -- package/countries-50m.json`.
 */

type Point = [x: number, y: number];

interface Shape {
  type: string;
  /** arcs' numbers, nested by rings and polygons; ~n is the arc n backwards */
  arcs?: unknown;
  geometries?: Shape[];
}

/** The parts of the format TopoJSON that are used here: https://github.com/topojson/topojson-specification */
interface Topology {
  transform: { scale: Point; translate: Point };
  arcs: Point[][];
  objects: { countries: Shape; land: Shape };
}

/** How far a simplified line may be from its original, in units of the map at the equator: about three kilometres everywhere, though Mercator enlarges the north. */
const TOLERANCE = 1.5;
/** Islands whose box is smaller than this many units are left out: they would be less than a pixel at the scales that the map has. */
const SMALLEST = 2;
const TARGET = new URL("../src/components/map/world-outline.ts", import.meta.url);

const file = process.argv[2];
if (file === undefined) {
  process.stderr.write("which file? npm run map:outline -- <countries-50m.json of world-atlas>\n");
  process.exit(1);
}
// The file of a pinned package; what is missing in it shows at once.
const topology = JSON.parse(readFileSync(file, "utf8")) as Topology;
const arcs = topology.arcs.map((arc) => simplify(project(arc)));
const land = rings(topology.objects.land).map(joined).flatMap(onOneMap).filter(isSeen);
const borders = sharedArcs().map((number) => arcs[number] ?? []);
writeFileSync(
  TARGET,
  `/** Coasts and borders of Natural Earth 1:50m (public domain, naturalearthdata.com), as world-atlas 2.0.2 has them. Written by scripts/world-outline.ts. */\n` +
    `export const LAND_PATH =\n  "${land.map((ring) => `${path(ring)}z`).join("")}";\n\n` +
    `export const BORDERS_PATH =\n  "${borders.map(path).join("")}";\n`,
);

/** Deltas of the file to points on the map. */
function project(arc: readonly Point[]): Point[] {
  const { scale, translate } = topology.transform;
  let x = 0;
  let y = 0;
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    const longitude = x * scale[0] + translate[0];
    const latitude = y * scale[1] + translate[1];
    return [((longitude + 180) / 360) * MAP_UNITS, projectLatitude(latitude) * MAP_UNITS];
  });
}

/** Douglas and Peucker's: the fewest points no further than the tolerance from the line. Both countries beside a border share its arc, so no gap opens. */
function simplify(points: readonly Point[]): Point[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 3) return [...points];
  let furthest = 0;
  let at = 0;
  points.forEach((point, index) => {
    const distance = distanceFrom(point, first, last);
    if (distance > furthest) [furthest, at] = [distance, index];
  });
  if (furthest <= TOLERANCE * enlargement(first)) return [first, last];
  return [...simplify(points.slice(0, at + 1)).slice(0, -1), ...simplify(points.slice(at))];
}

/** How many times larger the map draws things here than at the equator. */
function enlargement([, y]: Point): number {
  return 1 / Math.cos((unproject({ x: 0, y: y / MAP_UNITS }).latitude * Math.PI) / 180);
}

function distanceFrom([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
}

/** The rings of all polygons of a shape, as numbers of arcs. */
function rings(shape: Shape): number[][] {
  if (shape.geometries) return shape.geometries.flatMap(rings);
  return ringsIn(shape.arcs);
}

function ringsIn(nested: unknown): number[][] {
  if (!Array.isArray(nested)) return [];
  return nested.every((each) => typeof each === "number") ? [nested] : nested.flatMap(ringsIn);
}

function joined(ring: readonly number[]): Point[] {
  return ring.flatMap((number) => (number < 0 ? [...(arcs[~number] ?? [])].reverse() : (arcs[number] ?? [])));
}

/** The source's rings jump at the 180th meridian. Here each goes on past the map's edge, and what is beyond comes back at the other one. */
function onOneMap(ring: readonly Point[]): Point[][] {
  let shift = 0;
  const whole = ring.map(([x, y], index): Point => {
    const before = ring[index - 1]?.[0] ?? x;
    if (Math.abs(x - before) > MAP_UNITS / 2) shift += x < before ? MAP_UNITS : -MAP_UNITS;
    return [x + shift, y];
  });
  // Around a pole it comes back a whole turn away: the pole's edge of the map closes it.
  const [first] = whole;
  if (shift !== 0 && first) whole.push([first[0] + shift, MAP_UNITS], [first[0], MAP_UNITS]);
  return [-MAP_UNITS, 0, MAP_UNITS].map((by) => cut(cut(whole.map(([x, y]): Point => [x + by, y]), 0, 1), MAP_UNITS, -1)).filter((part) => part.length > 2);
}

/** A ring's part on one side of a meridian: that with larger x for side 1, smaller for -1 (Sutherland and Hodgman's). */
function cut(ring: readonly Point[], at: number, side: 1 | -1): Point[] {
  const inside = (x: number): boolean => (x - at) * side >= 0;
  return ring.flatMap((point, index) => {
    const [x, y] = point;
    const [px, py] = ring[index - 1] ?? ring.at(-1) ?? point;
    const crossing: Point = [at, py + ((y - py) * (at - px)) / (x - px)];
    if (inside(x)) return inside(px) ? [point] : [crossing, point];
    return inside(px) ? [crossing] : [];
  });
}

function isSeen(ring: readonly Point[]): boolean {
  const [first] = ring;
  if (!first) return false;
  const side = (axis: 0 | 1): number => Math.max(...ring.map((point) => point[axis])) - Math.min(...ring.map((point) => point[axis]));
  return Math.max(side(0), side(1)) >= SMALLEST * enlargement(first);
}

/** Arcs that two countries have in common: borders, without the coasts. */
function sharedArcs(): number[] {
  const uses = new Map<number, number>();
  for (const country of topology.objects.countries.geometries ?? []) {
    for (const number of new Set(rings(country).flat().map((each) => (each < 0 ? ~each : each)))) uses.set(number, (uses.get(number) ?? 0) + 1);
  }
  return [...uses].filter(([, count]) => count > 1).map(([number]) => number);
}

/** As an SVG path in whole units, relative to the point before. */
function path(points: readonly Point[]): string {
  let [px, py] = [0, 0];
  let text = "";
  points.forEach(([x, y], index) => {
    const [rx, ry] = [Math.round(x), Math.round(y)];
    const [dx, dy] = [rx - px, ry - py];
    if (index > 0 && dx === 0 && dy === 0) return;
    text += index === 0 ? `M${rx} ${ry}l` : `${text.endsWith("l") || dx < 0 ? "" : " "}${dx}${dy < 0 ? "" : " "}${dy}`;
    [px, py] = [rx, ry];
  });
  return text.endsWith("l") ? `${text}0 0` : text;
}
