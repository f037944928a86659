import PdfKit from "pdfkit";
import { type FontName, FONTS, fontBytes, fontRuns } from "./fonts.ts";

/** Papers on A4: blocks of text and tables from top to bottom, a new page where one is full, a line at the foot of each. All lengths are points (1/72 inch). */
export interface Paper {
  /** large, on the left, with a smaller line below */
  title(text: string, below: string): void;
  /** labels with their values, blocks side by side */
  facts(blocks: readonly { title: string; lines: readonly string[] }[]): void;
  heading(text: string): void;
  table(columns: readonly Column[], rows: readonly Row[]): void;
  note(text: string): void;
  end(): Promise<Uint8Array>;
}

export interface Column {
  title: string;
  /** share of the width; all together are 1 */
  share: number;
  right?: boolean;
}

/** `strong`: a sum, under a line. */
export interface Row {
  cells: readonly string[];
  strong?: boolean;
}

const PAGE = { width: 595.28, height: 841.89, margin: 48, foot: 56 };
const WIDTH = PAGE.width - 2 * PAGE.margin;
const BOTTOM = PAGE.height - PAGE.foot;
const INK = "#16181d";
const DIM = "#5b616e";
const LINE = "#d5d8de";
const GAP = 8;

interface Style {
  size: number;
  bold?: boolean;
  color?: string;
}
const BODY: Style = { size: 8.5 };
const STRONG: Style = { size: 8.5, bold: true };
const LABEL: Style = { size: 7.5, color: DIM };

/** Begins a paper. @param options.foot what stands at the foot of each page */
export function openPaper(options: { title: string; author: string; at: Date; language: string; foot: (page: number, pages: number) => string }): Paper {
  const info = { Title: options.title, Author: options.author, Creator: "Switchyard", Producer: "Switchyard", CreationDate: options.at };
  const doc = new PdfKit({ size: "A4", margin: 0, bufferPages: true, autoFirstPage: true, lang: options.language, displayTitle: true, info });
  // The names of FONTS are its keys.
  for (const name of Object.keys(FONTS) as FontName[]) doc.registerFont(name, fontBytes(name));
  const chunks: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    doc.on("end", () => resolve(Buffer.concat(chunks)));
    doc.on("error", reject);
  });
  let y: number = PAGE.margin;

  const widthOf = (text: string, { size, bold = false }: Style): number => fontRuns(text, bold).reduce((sum, run) => sum + doc.font(run.font).fontSize(size).widthOfString(run.text), 0);

  /** One line; `top` is its upper edge. */
  const put = (text: string, x: number, top: number, style: Style): void => {
    let at = x;
    for (const run of fontRuns(text, style.bold ?? false)) {
      doc.font(run.font).fontSize(style.size).fillColor(style.color ?? INK);
      doc.text(run.text, at, top + style.size, { lineBreak: false, baseline: "alphabetic" });
      at += doc.widthOfString(run.text);
    }
  };

  /** Lines of at most `width`, broken between words, and within one that is longer. */
  const wrap = (text: string, width: number, style: Style): string[] => {
    if (widthOf(text, style) <= width) return [text];
    const lines = [""];
    for (const word of text.split(/(?<=\s)/)) {
      const line = lines.at(-1) ?? "";
      if (widthOf(line + word.trimEnd(), style) <= width) lines[lines.length - 1] = line + word;
      else if (widthOf(word.trimEnd(), style) <= width) lines.push(word);
      else {
        for (const character of word) {
          const part = lines.at(-1) ?? "";
          if (widthOf(part + character, style) <= width) lines[lines.length - 1] = part + character;
          else lines.push(character);
        }
      }
    }
    return lines.map((line) => line.trimEnd()).filter((line) => line !== "");
  };

  const newPage = (): void => {
    doc.addPage();
    y = PAGE.margin;
  };
  const room = (height: number): void => {
    if (y + height > BOTTOM) newPage();
  };
  const rule = (color = LINE): void => void doc.moveTo(PAGE.margin, y).lineTo(PAGE.margin + WIDTH, y).lineWidth(0.6).strokeColor(color).stroke();

  const paragraph = (text: string, style: Style): void => {
    for (const line of wrap(text, WIDTH, style)) {
      room(style.size * 1.5);
      put(line, PAGE.margin, y, style);
      y += style.size * 1.5;
    }
  };

  const drawRow = (columns: readonly Column[], lines: readonly (readonly string[])[], style: Style): void => {
    let x: number = PAGE.margin;
    for (const [nth, column] of columns.entries()) {
      const width = column.share * WIDTH;
      for (const [index, line] of (lines[nth] ?? []).entries()) put(line, column.right ? x + width - widthOf(line, style) : x, y + index * style.size * 1.4, style);
      x += width;
    }
    y += Math.max(1, ...lines.map((each) => each.length)) * style.size * 1.4;
  };

  return {
    title(text, below) {
      paragraph(text, { size: 20, bold: true });
      paragraph(below, { size: 10, color: DIM });
      y += 14;
    },
    facts(blocks) {
      const width = WIDTH / blocks.length;
      let bottom = y;
      for (const [nth, block] of blocks.entries()) {
        let top = y;
        const x = PAGE.margin + nth * width;
        put(block.title, x, top, LABEL);
        top += 13;
        for (const [index, line] of block.lines.entries()) {
          for (const part of wrap(line, width - 12, BODY)) {
            put(part, x, top, index === 0 ? STRONG : BODY);
            top += 12.5;
          }
        }
        bottom = Math.max(bottom, top);
      }
      y = bottom + 16;
    },
    heading(text) {
      room(60);
      y += 6;
      paragraph(text, { size: 11, bold: true });
      y += 4;
    },
    table(columns, rows) {
      const head = (): void => {
        drawRow(columns, columns.map((column) => wrap(column.title, column.share * WIDTH - GAP, LABEL)), LABEL);
        y += 3;
        rule();
        y += 4;
      };
      room(40);
      head();
      for (const row of rows) {
        const style = row.strong ? STRONG : BODY;
        const lines = columns.map((column, nth) => wrap(row.cells[nth] ?? "", column.share * WIDTH - (column.right ? 0 : GAP), style));
        const height = Math.max(...lines.map((each) => each.length)) * style.size * 1.4;
        if (y + height > BOTTOM) {
          newPage();
          head();
        }
        if (row.strong) {
          rule();
          y += 4;
        }
        drawRow(columns, lines, style);
        y += 3;
      }
      y += 8;
    },
    note(text) {
      paragraph(text, LABEL);
    },
    async end() {
      const { start, count } = doc.bufferedPageRange();
      for (let page = 0; page < count; page += 1) {
        doc.switchToPage(start + page);
        y = PAGE.height - PAGE.foot + 14;
        rule();
        put(options.foot(page + 1, count), PAGE.margin, y + 8, LABEL);
      }
      doc.end();
      return done;
    },
  };
}
