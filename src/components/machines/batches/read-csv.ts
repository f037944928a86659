import { MAX_BATCH_BYTES } from "#shared/machines/batches.ts";

/** A file's text, or why it has none. */
export type CsvText = { text: string } | { problem: "too_large" | "workbook" | "encoding" };

const UTF_16 = 2;

/**
 * Bytes as text. UTF-8, with its mark or without, and UTF-16 with its mark, as spreadsheets write "Unicode text". Others are not guessed: one's letters are another's, and wrong names
 * would stand on labels.
 */
export function decodeCsv(bytes: Uint8Array): CsvText {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (bytes.length > MAX_BATCH_BYTES * (utf16 ? UTF_16 : 1)) return { problem: "too_large" };
  // A ZIP archive, or before 2007 a compound file.
  if ((first === 0x50 && second === 0x4b && bytes[2] === 0x03) || (first === 0xd0 && second === 0xcf)) return { problem: "workbook" };
  try {
    const text = new TextDecoder(utf16 ? (first === 0xff ? "utf-16le" : "utf-16be") : "utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { problem: "encoding" } : { text };
  } catch {
    return { problem: "encoding" };
  }
}
