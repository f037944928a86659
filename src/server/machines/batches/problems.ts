import type { BatchProblem } from "#shared/machines/batches.ts";

type Code = BatchProblem["code"];
type Params = BatchProblem["params"];

/** What a problem says to programs and in the API's errors; pages have words of their own. */
const MESSAGES: Record<Code, (params: Params) => string> = {
  empty: () => "has no rows below its header",
  too_large: ({ limitKb }) => `is larger than ${limitKb} KB`,
  too_many_rows: ({ count, limit }) => `has ${count} rows; at most ${limit} are taken at once`,
  workbook: () => "is a workbook, not CSV: save it as “CSV UTF-8”",
  encoding: () => "is not UTF-8: save it as “CSV UTF-8”",
  quotes: () => "is not CSV: a quotation mark is not closed, or stands where none may",
  no_header: () => "has no names of columns in its first row",
  unknown_column: ({ column, known }) => `has a column ${column} that nothing is known of; there are ${known}`,
  column_twice: ({ column }) => `has the column ${column} twice`,
  missing_column: ({ column }) => `lacks a column: ${column}`,
  missing: () => "must not be empty",
  too_long: ({ limit }) => `must have at most ${limit} characters`,
  characters: () => "has characters that are not allowed there",
  number: ({ value }) => `must be a number with a point, like 37.5665, not ${value}`,
  whole: ({ value }) => `must be a whole number, not ${value}`,
  range: ({ from, to }) => `must be between ${from} and ${to}`,
  coordinate_alone: () => "is missing: give latitude and longitude, or neither",
  time_zone: ({ value }) => `${value} is no time zone; write it like Asia/Seoul`,
  template_or_clone: () => "give a template or a machine to clone, one of the two",
  unknown_template: ({ value }) => `there is no template ${value}`,
  unknown_machine: ({ value }) => `the organization has no machine ${value}`,
  ambiguous_machine: ({ value }) => `several machines are named ${value}; write the address name or the id of one`,
  no_slots: ({ value }) => `${value} has no slots that could be copied`,
  unknown_network: ({ value }) => `must be wifi, ethernet or cellular, not ${value}`,
  ssid_without_wifi: () => "is given for a machine that has no Wi-Fi",
  twice: ({ row }) => `stands in row ${row} already`,
  in_use: ({ name }) => `is a machine's already: ${name}`,
  too_many_cells: () => "the row has more cells than the header",
};

export function problem(code: Code, place: { row: number | null; column: string | null }, params: Params = {}): BatchProblem {
  return { ...place, code, params, message: MESSAGES[code](params) };
}

/** The same as an error's details: the first hundred. */
export function detailsOf(problems: readonly BatchProblem[]): { field: string; message: string }[] {
  return problems.slice(0, 100).map(({ row, column, message }) => ({ field: [row === null ? "csv" : `csv.${row}`, ...(column === null ? [] : [column])].join("."), message }));
}
