import type { Place } from "./projection.ts";

/** A place while it is typed: either coordinate may be missing yet, or be out of its range. */
export interface PlaceInput {
  latitude: number | null;
  longitude: number | null;
}

export type PlaceProblem = "range" | "missing";

const MOST: PlaceInputRange = { latitude: 90, longitude: 180 };
type PlaceInputRange = Record<keyof PlaceInput, number>;

/** What is wrong with each coordinate. Both may be missing: then no place is meant. */
export function placeProblems(value: PlaceInput): Partial<Record<keyof PlaceInput, PlaceProblem>> {
  const problems: Partial<Record<keyof PlaceInput, PlaceProblem>> = {};
  for (const [axis, other] of [["latitude", "longitude"] as const, ["longitude", "latitude"] as const]) {
    const degrees = value[axis];
    if (degrees === null) {
      if (value[other] !== null) problems[axis] = "missing";
    } else if (!Number.isFinite(degrees) || Math.abs(degrees) > MOST[axis]) problems[axis] = "range";
  }
  return problems;
}

/** The place that is meant; null while there is none, or none that exists. */
export function placeOf(value: PlaceInput): Place | null {
  const { latitude, longitude } = value;
  if (latitude === null || longitude === null || Object.keys(placeProblems(value)).length > 0) return null;
  return { latitude, longitude };
}

/** Six decimals: a tenth of a metre. */
export function rounded(place: Place): Place {
  const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
  return { latitude: round(place.latitude), longitude: round(place.longitude) };
}

/** Both coordinates out of a text as map programs copy it ("37.5665, 126.978"); null when it is no such text. */
export function pastedPlace(text: string): Place | null {
  const found = /^\s*([-+]?\d+(?:\.\d+)?)°?\s*[,;\s]\s*([-+]?\d+(?:\.\d+)?)°?\s*$/.exec(text);
  return found ? placeOf({ latitude: Number(found[1]), longitude: Number(found[2]) }) : null;
}
