import { expect, it } from "vitest";
import { MAX_BATCH_BYTES } from "#shared/machines/batches.ts";
import { decodeCsv } from "./read-csv.ts";

const TEXT = "name,template\n서울역,snack-6x8\n";
const utf16 = (text: string) => Buffer.from(text, "utf16le");

it.each([
  ["UTF-8", Buffer.from(TEXT)],
  ["UTF-8 with its mark", Buffer.from(`\uFEFF${TEXT}`)],
  ["UTF-16, as spreadsheets on Windows write it", utf16(`\uFEFF${TEXT}`)],
  ["UTF-16 in the other order", utf16(`\uFEFF${TEXT}`).swap16()],
])("reads %s", (_what, bytes) => {
  expect(decodeCsv(bytes)).toEqual({ text: TEXT });
});

it.each([
  // 서울 in EUC-KR
  ["EUC-KR", Buffer.from([0xbc, 0xad, 0xbf, 0xef, 0x2c]), "encoding"],
  ["Latin-1", Buffer.from("name\nCafé Süd\n", "latin1"), "encoding"],
  ["UTF-16 without its mark", utf16("name"), "encoding"],
  ["a workbook", Buffer.from("PK\u0003\u0004\u0014\u0000"), "workbook"],
  ["a workbook of before 2007", Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), "workbook"],
  ["more than is taken", Buffer.alloc(MAX_BATCH_BYTES + 1, 0x61), "too_large"],
])("does not guess at %s", (_what, bytes, problem) => {
  expect(decodeCsv(bytes)).toEqual({ problem });
});
