import { expect, it } from "vitest";
import { isWindowOpen } from "./update-window.ts";

const night = { from: 22 * 60, to: 4 * 60 };
const twoToThree = { from: 120, to: 180 };

it.each<[string, { from: number; to: number } | null, string, string, boolean]>([
  ["none is always open", null, "Europe/Berlin", "2028-01-10T12:00:00Z", true],
  ["before it", { from: 60, to: 120 }, "UTC", "2028-01-10T00:59:59.999Z", false],
  ["its first minute", { from: 60, to: 120 }, "UTC", "2028-01-10T01:00:00Z", true],
  ["its last minute", { from: 60, to: 120 }, "UTC", "2028-01-10T01:59:59.999Z", true],
  ["its end", { from: 60, to: 120 }, "UTC", "2028-01-10T02:00:00Z", false],
  ["over midnight, before", night, "UTC", "2028-01-10T21:59:00Z", false],
  ["over midnight, its beginning", night, "UTC", "2028-01-10T22:00:00Z", true],
  ["over midnight, midnight", night, "UTC", "2028-01-11T00:00:00Z", true],
  ["over midnight, its last minute", night, "UTC", "2028-01-11T03:59:00Z", true],
  ["over midnight, its end", night, "UTC", "2028-01-11T04:00:00Z", false],
  ["until midnight", { from: 1_380, to: 0 }, "UTC", "2028-01-10T23:30:00Z", true],
  ["until midnight, at midnight", { from: 1_380, to: 0 }, "UTC", "2028-01-11T00:00:00Z", false],
  ["the machine's time, not ours: winter", twoToThree, "Europe/Berlin", "2028-01-10T01:30:00Z", true],
  ["the machine's time, not ours: summer", twoToThree, "Europe/Berlin", "2028-07-10T00:30:00Z", true],
  ["the machine's time, not ours: summer, by winter's clock", twoToThree, "Europe/Berlin", "2028-07-10T01:30:00Z", false],
  ["a zone with half hours", { from: 60, to: 90 }, "Asia/Kolkata", "2028-01-09T19:45:00Z", true],
  // On 26 March 2028 Berlin goes from 02:00 to 03:00.
  ["in the hour that is skipped: the minute before", twoToThree, "Europe/Berlin", "2028-03-26T00:59:59Z", false],
  ["in the hour that is skipped: the minute after", twoToThree, "Europe/Berlin", "2028-03-26T01:00:00Z", false],
  ["a window around the skipped hour", { from: 90, to: 210 }, "Europe/Berlin", "2028-03-26T01:15:00Z", true],
  // On 29 October 2028 Berlin goes from 03:00 back to 02:00.
  ["the hour that comes twice, first", twoToThree, "Europe/Berlin", "2028-10-29T00:30:00Z", true],
  ["the hour that comes twice, again", twoToThree, "Europe/Berlin", "2028-10-29T01:30:00Z", true],
  ["behind the hour that comes twice", twoToThree, "Europe/Berlin", "2028-10-29T02:00:00Z", false],
])("window: %s", (_what, window, zone, at, open) => {
  expect(isWindowOpen(window, zone, new Date(at))).toBe(open);
});
