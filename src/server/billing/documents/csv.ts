/**
 * Rows as CSV (RFC 4180: CRLF, quotes where they are needed), in UTF-8 with the mark by which spreadsheets know it. A cell that a spreadsheet would take for a
 * formula is made text by an apostrophe; numbers, negative ones too, stay numbers.
 */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): Uint8Array {
  return new TextEncoder().encode(`\uFEFF${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`);
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Whether a spreadsheet would take a cell for a formula. It skips blanks and control characters before it looks. */
export function readsAsFormula(text: string): boolean {
  return /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(text) && !NUMBER.test(text);
}

function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = readsAsFormula(text) ? `'${text}` : text;
  return /[",\r\n\t']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
