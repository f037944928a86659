/** A place on the earth, in degrees (WGS 84). */
export interface Place {
  latitude: number;
  longitude: number;
}

/** A point on the map: both coordinates from 0 (west, north) to 1 (east, south). */
export interface MapPoint {
  x: number;
  y: number;
}

/** How many units of the outline's drawing go around the world: one is about two kilometres at the equator. */
export const MAP_UNITS = 20_000;

/** Mercator's map has no end towards the poles; cut here it is a square. */
const LAST_LATITUDE = 85.051129;

/** Web Mercator (EPSG:3857): shapes stay true, so that a city looks as on other maps. */
export function project({ latitude, longitude }: Place): MapPoint {
  return { x: (longitude + 180) / 360, y: projectLatitude(latitude) };
}

/** The way down the map, 0 to 1; what is nearer to a pole than the map reaches stands at its edge. */
export function projectLatitude(latitude: number): number {
  const radians = (Math.max(-LAST_LATITUDE, Math.min(LAST_LATITUDE, latitude)) * Math.PI) / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + radians / 2)) / (2 * Math.PI);
}

/** The place of a point; past the map's edges that of the edge. */
export function unproject({ x, y }: MapPoint): Place {
  const within = (value: number): number => Math.max(0, Math.min(1, value));
  return {
    longitude: within(x) * 360 - 180,
    latitude: (Math.atan(Math.sinh((0.5 - within(y)) * 2 * Math.PI)) * 180) / Math.PI,
  };
}
