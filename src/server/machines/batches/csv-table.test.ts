import { describe, expect, it } from "vitest";
import { MAX_BATCH_ROWS } from "#shared/machines/batches.ts";
import { readTable } from "./csv-table.ts";

const rowsOf = (text: string) => readTable(text).rows.map(({ row, cells }) => [row, cells]);
const issuesOf = (text: string) => readTable(text).issues.map(({ code, column }) => [code, column]);

describe("a file of machines", () => {
  it.each([
    ["commas", "name,template,address\nLobby,snack-6x8,\"Main St 1, 2nd floor\""],
    ["semicolons, as where commas part numbers", 'name;template;address\r\nLobby;snack-6x8;"Main St 1, 2nd floor"\r\n'],
    ["tabs, as pasted from a spreadsheet", "name\ttemplate\taddress\nLobby\tsnack-6x8\tMain St 1, 2nd floor"],
    ["the mark of UTF-8", "\uFEFFname,template,address\nLobby,snack-6x8,\"Main St 1, 2nd floor\""],
    ["names of columns as people write them", " Name ,TEMPLATE,Location\nLobby,snack-6x8,\"Main St 1, 2nd floor\""],
  ])("is read with %s", (_what, text) => {
    expect(rowsOf(text)).toEqual([[2, { name: "Lobby", template: "snack-6x8", address: "Main St 1, 2nd floor" }]]);
  });

  it("keeps line breaks within quotes, doubled quotes and Korean, and counts rows as a spreadsheet does", () => {
    const text = 'name,template,notes\n"서울역 ""A""",snack-6x8,"문 옆\n열쇠는 경비실"\n\n,,\nLobby,drinks-5x6,\n';
    expect(rowsOf(text)).toEqual([
      [2, { name: '서울역 "A"', template: "snack-6x8", notes: "문 옆\n열쇠는 경비실" }],
      [5, { name: "Lobby", template: "drinks-5x6", notes: "" }],
    ]);
  });

  it("says which cells stand outside of the header", () => {
    const table = readTable("name,template\nLobby,snack-6x8,what is this\nHall,snack-6x8,,");
    expect(table.rows.map(({ extra }) => extra)).toEqual([true, false]);
  });

  it.each([
    ["nothing", " \n", "empty"],
    ["a header alone", "name,template\n", "empty"],
    ["no header", ",,\nLobby,snack-6x8,", "no_header"],
    ["a quotation mark that is not closed", 'name,template\n"Lobby,snack-6x8\n', "quotes"],
    ["a quotation mark in the middle of a cell", 'name,template\nLo"bby,snack-6x8\n', "quotes"],
    ["a workbook", "PK\u0003\u0004\u0014\u0000\u0006\u0000", "workbook"],
    ["UTF-16 that was read as UTF-8", "\uFFFD\uFFFDn\u0000a\u0000m\u0000e\u0000", "encoding"],
    ["EUC-KR that was read as UTF-8", "name,template\n\uFFFD\uFFFD\uFFFD\uFFFD,snack-6x8", "encoding"],
    ["more bytes than are taken", `name,template\n${"x".repeat(512 * 1024)}`, "too_large"],
    ["more rows than are taken", `name,template\n${"Lobby,snack-6x8\n".repeat(MAX_BATCH_ROWS + 1)}`, "too_many_rows"],
  ])("is refused with %s", (_what, text, code) => {
    expect(issuesOf(text)).toEqual([[code, null]]);
    expect(readTable(text).rows).toEqual([]);
  });

  it("says all that is wrong with its columns at once", () => {
    expect(issuesOf("nmae,colour,serial,Serial\nLobby,red,1,1")).toEqual([
      ["unknown_column", "nmae"],
      ["unknown_column", "colour"],
      ["column_twice", "serial"],
      ["missing_column", "name"],
      ["missing_column", "template"],
    ]);
  });

  it("takes as many rows as it may", () => {
    expect(readTable(`name,template\n${"Lobby,snack-6x8\n".repeat(MAX_BATCH_ROWS)}`).rows).toHaveLength(MAX_BATCH_ROWS);
  });
});
