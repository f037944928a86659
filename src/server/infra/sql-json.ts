/**
 * JSON written by PostgreSQL itself, as an SQL expression of type text. For the few lists that are asked for most: `concat` finds out once how each of its
 * arguments is written, row_to_json and json_build_object do it for every row again, which took a third of such a statement's time.
 */
export type SqlJson = { readonly sql: readonly string[] };

/** Any text, escaped; NULL is null. @param column an SQL expression of type text */
export function jsonText(column: string): SqlJson {
  return { sql: [`coalesce(to_json(${column})::text, 'null')`] };
}

/** Text that holds nothing to be escaped, because our own code makes it: ids, states, addresses, numbers as strings. NULL is null. */
export function jsonPlain(column: string): SqlJson {
  return { sql: [`coalesce('"' || ${column} || '"', 'null')`] };
}

/** A time as Date.toISOString writes it; NULL is null. @param column an SQL expression of type timestamptz */
export function jsonTime(column: string): SqlJson {
  return jsonPlain(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
}

/** A number, or JSON: what is not NULL and reads the same in JSON as in SQL. */
export function jsonValue(column: string): SqlJson {
  return { sql: [column] };
}

/** An object with these keys, which are constants of ours. */
export function jsonObject(fields: Readonly<Record<string, SqlJson>>): SqlJson {
  const parts = Object.entries(fields).flatMap(([key, value], index) => [`'${index === 0 ? "{" : ","}"${key}":'`, ...value.sql]);
  return { sql: [...parts, "'}'"] };
}

/** The expression. One object has at most 100 parts: keys, values and braces (FUNC_MAX_ARGS). */
export function jsonExpression(json: SqlJson): string {
  return `concat(${json.sql.join(", ")})`;
}
