import { expect, it } from "vitest";
import { toCsv } from "./csv.ts";

const written = (...row: (string | number | null)[]): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(toCsv([row]));

it("quotes what has to be quoted, and nothing else", () => {
  expect(written("a", 'say "hi"', "a,b", "two\nlines", null, 7, "서울")).toBe('\uFEFFa,"say ""hi""","a,b","two\nlines",,7,서울\r\n');
});

it.each(["=1+1", "+1-1", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1", '=HYPERLINK("http://x")', "-", "+821012345678"])("makes no formula of %j", (text) => {
  expect(written(text)).toMatch(/^\uFEFF"?'/);
});

it.each(["-1", "-12.345600", "0", "12"])("leaves the number %s a number", (text) => {
  expect(written(text)).toBe(`\uFEFF${text}\r\n`);
});
