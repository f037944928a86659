import type { Rectangle, TextScreen } from "./text-screen.ts";

export const RAW = 0;
export const HEXTILE = 5;
const TILE = 16;

/** Every pixel as it is (RFC 6143, 7.7.1). */
export function encodeRaw({ pixels, width }: TextScreen, rectangle: Rectangle, palette: readonly Buffer[]): Buffer {
  const size = palette[0]?.length ?? 0;
  const out = Buffer.alloc(rectangle.width * rectangle.height * size);
  let at = 0;
  for (let y = rectangle.y; y < rectangle.y + rectangle.height; y += 1) {
    for (let x = rectangle.x; x < rectangle.x + rectangle.width; x += 1) at += palette[pixels[y * width + x] ?? 0]?.copy(out, at) ?? 0;
  }
  return out;
}

/** Flags of a tile (RFC 6143, 7.7.4) */
const TILE_RAW = 1;
const TILE_BACKGROUND = 2;
const TILE_FOREGROUND = 4;
const TILE_SUBRECTS = 8;
const TILE_COLOURED = 16;

/** Tiles of 16 by 16 pixels, each a background with runs of other colours: a screen of text is a few kilobytes. */
export function encodeHextile(screen: TextScreen, rectangle: Rectangle, palette: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let background = -1;
  let foreground = -1;
  const pixel = (color: number): Buffer => palette[color] ?? Buffer.alloc(0);
  for (let y = rectangle.y; y < rectangle.y + rectangle.height; y += TILE) {
    for (let x = rectangle.x; x < rectangle.x + rectangle.width; x += TILE) {
      const tile = { x, y, width: Math.min(TILE, rectangle.x + rectangle.width - x), height: Math.min(TILE, rectangle.y + rectangle.height - y) };
      const most = commonest(screen, tile);
      const runs = runsIn(screen, tile, most);
      if (runs.length > 255) {
        parts.push(Buffer.of(TILE_RAW), encodeRaw(screen, tile, palette));
        background = foreground = -1;
        continue;
      }
      const colors = new Set(runs.map((run) => run.color));
      const [only = -1] = colors;
      const coloured = colors.size > 1;
      let flags = 0;
      const head: Buffer[] = [];
      if (most !== background) {
        flags |= TILE_BACKGROUND;
        head.push(pixel(most));
      }
      if (!coloured && runs.length > 0 && only !== foreground) {
        flags |= TILE_FOREGROUND;
        head.push(pixel(only));
      }
      if (runs.length > 0) {
        flags |= TILE_SUBRECTS | (coloured ? TILE_COLOURED : 0);
        head.push(Buffer.of(runs.length));
      }
      parts.push(Buffer.of(flags), ...head);
      for (const run of runs) {
        if (coloured) parts.push(pixel(run.color));
        parts.push(Buffer.of((run.x << 4) | run.y, (run.length - 1) << 4));
      }
      background = most;
      // After a tile of several colours the foreground has to be said again.
      if (coloured) foreground = -1;
      else if (runs.length > 0) foreground = only;
    }
  }
  return Buffer.concat(parts);
}

function commonest({ pixels, width }: TextScreen, tile: Rectangle): number {
  const counts = new Map<number, number>();
  for (let y = tile.y; y < tile.y + tile.height; y += 1) {
    for (let x = tile.x; x < tile.x + tile.width; x += 1) {
      const color = pixels[y * width + x] ?? 0;
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
  }
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [0, 0])[0];
}

/** Horizontal runs of what is not the background, by their place in the tile. */
function runsIn({ pixels, width }: TextScreen, tile: Rectangle, background: number): { x: number; y: number; length: number; color: number }[] {
  const runs: { x: number; y: number; length: number; color: number }[] = [];
  for (let y = 0; y < tile.height; y += 1) {
    for (let x = 0; x < tile.width; ) {
      const at = (tile.y + y) * width + tile.x + x;
      const color = pixels[at] ?? 0;
      let length = 1;
      while (x + length < tile.width && pixels[at + length] === color) length += 1;
      if (color !== background) runs.push({ x, y, length, color });
      x += length;
    }
  }
  return runs;
}
