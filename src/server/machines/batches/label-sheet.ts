import PdfKit from "pdfkit";
import QRCode from "qrcode";
import { type FontName, FONTS, fontBytes, fontRuns } from "#server/billing/documents/fonts.ts";
import { LABEL_WORDS, type LabelLanguage } from "./label-words.ts";

export interface Label {
  name: string;
  serial: string | null;
  /** the address in its QR code */
  url: string;
  /** the token in groups */
  typeable: string;
}

/** All lengths are points (1/72 inch). Labels of 63.5 × 46.6 mm, 3 × 6 on A4: a size that is sold everywhere (Avery L7161), and that scissors do as well. */
const MM = 72 / 25.4;
const PAGE = { width: 210 * MM, height: 297 * MM };
const LABEL = { width: 63.5 * MM, height: 46.6 * MM, columns: 3, rows: 6, left: 7.25 * MM, top: 8.7 * MM, pitch: 66 * MM };
const PER_PAGE = LABEL.columns * LABEL.rows;
const PAD = 3 * MM;
const QR_SIZE = 30 * MM;
/** The quiet zone that scanners need around a code, in modules (ISO/IEC 18004). */
const QUIET = 4;
const INK = "#000000";
const DIM = "#4a4f58";
const CUT = "#d5d8de";

/** Sheets of claim labels. A sheet is drawn at a time, and others have their turn between them: a thousand labels take seconds. */
export async function labelSheets(labels: readonly Label[], options: { expiresAt: Date; at: Date; language: LabelLanguage }): Promise<Uint8Array> {
  const words = LABEL_WORDS[options.language];
  const title = words.title(labels.length);
  const doc = new PdfKit({ size: "A4", margin: 0, autoFirstPage: false, lang: options.language, displayTitle: true, info: { Title: title, Creator: "Switchyard", Producer: "Switchyard", CreationDate: options.at } });
  // The names of FONTS are its keys.
  for (const name of Object.keys(FONTS) as FontName[]) doc.registerFont(name, fontBytes(name));
  const chunks: Uint8Array[] = [];
  const done = new Promise<Uint8Array>((resolve, reject) => {
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    doc.on("end", () => resolve(Buffer.concat(chunks)));
    doc.on("error", reject);
  });
  const until = words.until(options.expiresAt.toISOString().slice(0, 10));
  for (const [index, label] of labels.entries()) {
    const place = index % PER_PAGE;
    if (place === 0) {
      doc.addPage({ size: [PAGE.width, PAGE.height], margin: 0 });
      await new Promise((resolve) => setImmediate(resolve));
    }
    drawLabel(doc, label, [words.scan, words.type, until], words.serial, { x: LABEL.left + (place % LABEL.columns) * LABEL.pitch, y: LABEL.top + Math.floor(place / LABEL.columns) * LABEL.height });
  }
  doc.end();
  return done;
}

type Doc = InstanceType<typeof PdfKit>;

function drawLabel(doc: Doc, label: Label, how: readonly string[], serial: (text: string) => string, { x, y }: { x: number; y: number }): void {
  doc.rect(x, y, LABEL.width, LABEL.height).lineWidth(0.3).strokeColor(CUT).stroke();
  drawQr(doc, label.url, { x: x + 1.5 * MM, y: y + 2.5 * MM });
  const left = x + 1.5 * MM + QR_SIZE + 0.5 * MM;
  const width = x + LABEL.width - PAD - left;
  let top = y + 2 * PAD - 1;
  const lines = (text: string, most: number, style: { size: number; bold?: boolean; color?: string }): void => {
    for (const line of wrap(doc, text, width, most, style)) {
      put(doc, line, { x: left, y: top }, style);
      top += style.size * 1.25;
    }
  };
  lines(label.name, 4, { size: 10, bold: true });
  top += 2;
  if (label.serial !== null) lines(serial(label.serial), 2, { size: 7.5 });
  top = Math.max(top + 2, y + 22.5 * MM);
  for (const line of how) lines(line, 2, { size: 6.5, color: DIM });
  const code = { size: 8.2, bold: true };
  put(doc, label.typeable, { x: x + (LABEL.width - widthOf(doc, label.typeable, code)) / 2, y: y + LABEL.height - PAD - code.size - 4 }, code);
}

/** Modules as they are, a run of dark ones as one rectangle, in whole numbers: it is what sheets are made of for the most part. */
function drawQr(doc: Doc, text: string, { x, y }: { x: number; y: number }): void {
  // Q: a label wears.
  const { modules } = QRCode.create(text, { errorCorrectionLevel: "Q" });
  const side = modules.size;
  doc.save().translate(x, y).scale(QR_SIZE / (side + 2 * QUIET));
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; ) {
      const from = column;
      while (column < side && modules.data[row * side + column]) column += 1;
      if (column > from) doc.rect(QUIET + from, QUIET + row, column - from, 1);
      else column += 1;
    }
  }
  doc.fillColor(INK).fill().restore();
}

interface Style {
  size: number;
  bold?: boolean;
  color?: string;
}

function widthOf(doc: Doc, text: string, { size, bold = false }: Style): number {
  return fontRuns(text, bold).reduce((sum, run) => sum + doc.font(run.font).fontSize(size).widthOfString(run.text), 0);
}

/** One line; `y` is its upper edge. */
function put(doc: Doc, text: string, { x, y }: { x: number; y: number }, style: Style): void {
  let at = x;
  for (const run of fontRuns(text, style.bold ?? false)) {
    doc.font(run.font).fontSize(style.size).fillColor(style.color ?? INK);
    doc.text(run.text, at, y + style.size, { lineBreak: false, baseline: "alphabetic" });
    at += doc.widthOfString(run.text);
  }
}

/** At most `most` lines, broken after blanks and hyphens where it can be, the last one with an ellipsis when there is more. */
function wrap(doc: Doc, text: string, width: number, most: number, style: Style): string[] {
  const fits = (line: string): boolean => widthOf(doc, line.trimEnd(), style) <= width;
  const lines = [""];
  for (const word of text.split(/(?<=[\s-])/)) {
    const line = lines.at(-1) ?? "";
    if (fits(line + word)) lines[lines.length - 1] = line + word;
    else if (fits(word)) lines.push(word);
    else {
      for (const character of word) {
        const part = lines.at(-1) ?? "";
        if (fits(part + character)) lines[lines.length - 1] = part + character;
        else lines.push(character);
      }
    }
  }
  const full = lines.map((line) => line.trimEnd()).filter((line) => line !== "");
  if (full.length <= most) return full;
  let last = full[most - 1] ?? "";
  while (last !== "" && !fits(`${last}…`)) last = [...last].slice(0, -1).join("");
  return [...full.slice(0, most - 1), `${last}…`];
}
