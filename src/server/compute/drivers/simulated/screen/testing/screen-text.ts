import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphRow } from "../font.ts";

/** What stands on a picture of the simulated screen (4 bytes a pixel), line by line: each cell is compared with the font. The cursor is a "_". */
export function screenText({ picture, width, height }: { picture: Buffer; width: number; height: number }): string {
  const background = picture.readUInt32LE((height * width - 1) * 4);
  const lines: string[] = [];
  for (let y = 0; y < height; y += GLYPH_HEIGHT) {
    let line = "";
    for (let x = 0; x < width; x += GLYPH_WIDTH + 1) {
      const rows = Array.from({ length: GLYPH_HEIGHT }, (_, row) => {
        let dots = 0;
        for (let dot = 0; dot < GLYPH_WIDTH; dot += 1) if (picture.readUInt32LE(((y + row) * width + x + dot) * 4) !== background) dots |= 0x80 >> dot;
        return dots;
      });
      line += characterOf(rows);
    }
    lines.push(line.trimEnd());
  }
  return lines.join("\n").trimEnd();
}

function characterOf(rows: readonly number[]): string {
  if (rows.every((row) => row === 0xff)) return "_";
  for (let code = 0x20; code < 0x7f; code += 1) if (rows.every((row, n) => row === glyphRow(code, n))) return String.fromCodePoint(code);
  return "?";
}
