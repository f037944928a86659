import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphRow } from "./font.ts";

export const COLUMNS = 80;
const ROWS = 25;
/** As on a VGA card in text mode: a column of nothing between the characters. */
const CELL_WIDTH = GLYPH_WIDTH + 1;

/** What is in the pixels: an index of this table. Red, green, blue. */
export const PALETTE = [
  [0x10, 0x13, 0x18],
  [0xc9, 0xd1, 0xd9],
  [0x7e, 0xe7, 0x87],
  [0xf2, 0xcc, 0x60],
  [0xff, 0x7b, 0x72],
  [0x79, 0xc0, 0xff],
  [0x8b, 0x94, 0x9e],
] as const;
const BACKGROUND = 0;
export const COLORS = { plain: 1, good: 2, warning: 3, bad: 4, accent: 5, dim: 6 } as const;
export type Color = keyof typeof COLORS;

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A text screen of 80 by 25 characters that keeps its picture: a byte a pixel, row by row. */
export interface TextScreen {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** Writes at the cursor, wraps, and scrolls. \n: next line */
  write(text: string, color?: Color): void;
  /** Takes the last character of the line back. */
  backspace(): void;
  clear(): void;
  /** @returns ends it */
  onChange(listener: (rectangle: Rectangle) => void): () => void;
}

export function createTextScreen(): TextScreen {
  const width = COLUMNS * CELL_WIDTH;
  const height = ROWS * GLYPH_HEIGHT;
  const pixels = new Uint8Array(width * height);
  const listeners = new Set<(rectangle: Rectangle) => void>();
  let column = 0;
  let row = 0;

  const changed = (rectangle: Rectangle): void => {
    for (const listener of listeners) listener(rectangle);
  };
  const draw = (code: number, color: number, inverted = false): void => {
    const [x, y] = [column * CELL_WIDTH, row * GLYPH_HEIGHT];
    for (let line = 0; line < GLYPH_HEIGHT; line += 1) {
      const dots = glyphRow(code, line);
      for (let dot = 0; dot < CELL_WIDTH; dot += 1) {
        const on = dot < GLYPH_WIDTH && (dots & (0x80 >> dot)) !== 0;
        pixels[(y + line) * width + x + dot] = on !== inverted ? color : BACKGROUND;
      }
    }
    changed({ x, y, width: CELL_WIDTH, height: GLYPH_HEIGHT });
  };
  const blank = 0x20;
  const cursor = (shown: boolean): void => draw(blank, COLORS.plain, shown);
  const nextLine = (): void => {
    column = 0;
    row += 1;
    if (row < ROWS) return;
    row = ROWS - 1;
    pixels.copyWithin(0, GLYPH_HEIGHT * width);
    pixels.fill(BACKGROUND, (height - GLYPH_HEIGHT) * width);
    changed({ x: 0, y: 0, width, height });
  };

  cursor(true);
  return {
    width,
    height,
    pixels,
    write(text, color = "plain") {
      cursor(false);
      for (const character of text) {
        if (character === "\n") {
          nextLine();
          continue;
        }
        draw(character.codePointAt(0) ?? blank, COLORS[color]);
        column += 1;
        if (column === COLUMNS) nextLine();
      }
      cursor(true);
    },
    backspace() {
      cursor(false);
      if (column > 0) column -= 1;
      else if (row > 0) [row, column] = [row - 1, COLUMNS - 1];
      cursor(true);
    },
    clear() {
      pixels.fill(BACKGROUND);
      [row, column] = [0, 0];
      changed({ x: 0, y: 0, width, height });
      cursor(true);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
