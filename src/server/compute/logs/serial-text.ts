/** Lines out of what a guest wrote to its serial port: any bytes at all. */
const MAX_LINES = 1_000;
/** What goes on for longer without an end is a line by itself. */
const MAX_OPEN_BYTES = 4_096;
const TAB = 8;
const NEWLINE = 0x0a;
/** ECMA-48: control sequences; strings with their text, such as window titles; and escapes of two or three characters. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g; // oxlint-disable-line no-control-regex -- it is what is looked for
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

export interface SerialLines {
  /** without those in which nothing can be seen */
  lines: string[];
  /** bytes that they were made of; the rest comes again with the next reading */
  consumed: number;
  /** The last line has no end yet. */
  open: boolean;
}

/**
 * Whole lines, so no character of several bytes is ever torn. @param flush the last line too, though it has no end
 */
export function serialLines(bytes: Buffer, flush: boolean): SerialLines {
  const lines: string[] = [];
  let consumed = 0;
  for (let taken = 0; taken < MAX_LINES; taken += 1) {
    const end = bytes.indexOf(NEWLINE, consumed);
    if (end === -1) {
      const rest = bytes.length - consumed;
      const length = flush || rest > MAX_OPEN_BYTES ? rest - tornBytes(bytes) : 0;
      if (length > 0) lines.push(seen(bytes.subarray(consumed, consumed + length)));
      consumed += length;
      return { lines: lines.filter((line) => line !== ""), consumed, open: consumed < bytes.length };
    }
    lines.push(seen(bytes.subarray(consumed, end)));
    consumed = end + 1;
  }
  return { lines: lines.filter((line) => line !== ""), consumed, open: false };
}

/** Without the rest of a character whose begin is lost. */
export function fromFirstCharacter(bytes: Buffer): Buffer {
  let begin = 0;
  while (begin < Math.min(3, bytes.length) && isContinuation(bytes[begin])) begin += 1;
  return bytes.subarray(begin);
}

/** How many bytes at the end are the begin of a character (RFC 3629). */
function tornBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? back : 0;
  }
  return 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** The line as a terminal shows it, without its colours. */
function seen(bytes: Buffer): string {
  const text = bytes.toString("utf8").replaceAll(ESCAPES, "");
  // What comes after a carriage return is written over what was before it.
  const shown = text.split("\r").findLast((part) => part.trim() !== "") ?? "";
  return untabbed(shown).replaceAll(CONTROLS, "").trimEnd();
}

function untabbed(text: string): string {
  return text.split("\t").reduce((line, part, index) => (index === 0 ? part : line.padEnd((Math.floor(line.length / TAB) + 1) * TAB) + part), "");
}
