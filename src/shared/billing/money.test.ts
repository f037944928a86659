import { expect, it } from "vitest";
import { parseMoney, plainMoney } from "./money.ts";

it.each([
  [1_250, "USD", "12.50"],
  [-5, "USD", "-0.05"],
  [0, "USD", "0.00"],
  [1_200, "KRW", "1200"],
  [-7, "KRW", "-7"],
])("writes %i of %s as %s", (minor, currency, text) => {
  expect(plainMoney(minor, currency)).toBe(text);
});

it.each([
  ["12.50", "USD", 1_250],
  ["12.5", "USD", 1_250],
  [" 7 ", "USD", 700],
  ["1,200", "KRW", 1_200],
  ["1,200.5", "USD", 120_050],
  ["12.505", "USD", null],
  ["12.5", "KRW", null],
  ["-1", "USD", null],
  ["1,20", "USD", null],
  ["", "USD", null],
  ["1e3", "USD", null],
])("reads %j of %s as %s", (text, currency, minor) => {
  expect(parseMoney(text, currency)).toBe(minor);
});
