/**
 * Rows as CSV (RFC 4180: CRLF, quotes where they are needed), in UTF-8 with the mark by which spreadsheets know it. A cell that a spreadsheet would take for a
 * formula is made text by an apostrophe; numbers, negative ones too, stay numbers.
 */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): Uint8Array {
  return new TextEncoder().encode(`\uFEFF${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`);
}

const NUMBER = /^-?\d+(\.\d+)?$/;

function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  // Spreadsheets skip blanks and control characters before they look for a formula.
  const safe = /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n\t']|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
