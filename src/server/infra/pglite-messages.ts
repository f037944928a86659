import type { messages, ParserOptions, Results, RowMode } from "@electric-sql/pglite";

/** How the rows of a statement are read. */
export interface RowReader {
  fields: readonly { name: string; dataTypeID: number }[];
  /** of each column; undefined: it stays text */
  parsers: readonly (ParserOptions[number] | undefined)[];
}

/** @param columns null: it returns no rows */
export function rowReader(columns: messages.RowDescriptionMessage | null, parserOf: (type: number) => ParserOptions[number] | undefined): RowReader {
  const fields = (columns?.fields ?? []).map(({ name, dataTypeID }) => ({ name, dataTypeID }));
  return { fields, parsers: fields.map(({ dataTypeID }) => parserOf(dataTypeID)) };
}

/** What a statement answered, as PGlite's own `parseResults` tells it. That one merges its parsers and names the columns anew for each answer. */
export function readResult(answers: readonly { name: string }[], reader: RowReader, mode: RowMode = "object"): Results<unknown> {
  const rows: unknown[] = [];
  let affectedRows = 0;
  for (const answer of answers) {
    if (answer.name === "dataRow") rows.push(readRow((answer as messages.DataRowMessage).fields, reader, mode));
    else if (answer.name === "commandComplete") affectedRows += changedRows((answer as messages.CommandCompleteMessage).text);
  }
  return { rows: rows as Results<unknown>["rows"], fields: [...reader.fields], affectedRows };
}

function readRow(texts: readonly (string | null)[], { fields, parsers }: RowReader, mode: RowMode): unknown {
  const values: unknown[] = texts.map((text, nth) => (text === null ? null : (parsers[nth]?.(text) ?? text)));
  if (mode === "array") return values;
  const row: Record<string, unknown> = {};
  for (const [nth, { name }] of fields.entries()) row[name] = values[nth];
  return row;
}

/** "INSERT 0 3", "UPDATE 3". */
function changedRows(tag: string): number {
  const [command = "", ...counts] = tag.split(" ");
  return ["INSERT", "UPDATE", "DELETE", "COPY", "MERGE"].includes(command) ? Number(counts.at(-1)) : 0;
}

const CODE_BIND = 0x42;
/** Execute of the unnamed portal, all its rows (PostgreSQL 55.7). */
const EXECUTE = [0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0];
const SYNC = [0x53, 0, 0, 0, 4];
const END = Buffer.from([...EXECUTE, ...SYNC]);

/**
 * Bind, Execute and Sync in one buffer. All parameters and answers are text, which is said by naming no format (PostgreSQL 55.7).
 */
export function bindAndExecute(statement: string, values: readonly (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? -1 : Buffer.byteLength(value)));
  const bindLength = 4 + 1 + statement.length + 1 + 2 + 2 + lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), 0) + 2;
  const buffer = Buffer.allocUnsafe(1 + bindLength + END.length);
  let at = buffer.writeUInt8(CODE_BIND, 0);
  at = buffer.writeInt32BE(bindLength, at);
  at = buffer.writeUInt8(0, at);
  at += buffer.write(statement, at, "latin1");
  at = buffer.writeUInt8(0, at);
  at = buffer.writeInt16BE(0, at);
  at = buffer.writeUInt16BE(values.length, at);
  for (const [nth, value] of values.entries()) {
    at = buffer.writeInt32BE(lengths[nth] ?? -1, at);
    if (value !== null) at += buffer.write(value, at);
  }
  at = buffer.writeInt16BE(0, at);
  END.copy(buffer, at);
  return buffer;
}
