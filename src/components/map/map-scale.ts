import { type MapView } from "./map-view.ts";
import { unproject } from "./projection.ts";

/** Around the equator (WGS 84), in metres. */
const EQUATOR_M = 40_075_017;

/** The length of a scale's bar: a round number of metres, and how many pixels that is in the middle of the map, at most `most`. */
export function scaleBar(view: MapView, most: number): { metres: number; pixels: number } {
  const metresPerPixel = (EQUATOR_M * Math.cos((unproject(view).latitude * Math.PI) / 180)) / view.scale;
  const room = most * metresPerPixel;
  const power = 10 ** Math.floor(Math.log10(room));
  const metres = ([5, 2, 1].find((step) => step * power <= room) ?? 1) * power;
  return { metres, pixels: metres / metresPerPixel };
}
