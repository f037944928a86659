import { describe, expect, it } from "vitest";
import { nightFrom } from "./night.ts";

describe("the night", () => {
  const cases: [string, string, string, string][] = [
    ["is at two by UTC", "UTC", "2026-03-10T01:59:00Z", "2026-03-10T02:00:00Z"],
    ["is that very moment", "UTC", "2026-03-10T02:00:00Z", "2026-03-10T02:00:00Z"],
    ["is tomorrow's just after", "UTC", "2026-03-10T02:00:01Z", "2026-03-11T02:00:00Z"],
    ["is at two on the zone's clock", "Asia/Seoul", "2026-03-10T16:00:00Z", "2026-03-10T17:00:00Z"],
    ["is at two in summer as well", "Europe/Berlin", "2026-07-01T12:00:00Z", "2026-07-02T00:00:00Z"],
    ["is where the clock leaps over two o'clock", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"],
    ["is the first of two two o'clocks", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"],
    ["comes once on the day with two of them", "Europe/Berlin", "2026-10-25T00:00:01Z", "2026-10-26T01:00:00Z"],
    ["leaps in America too", "America/New_York", "2026-03-07T20:00:00Z", "2026-03-08T07:00:00Z"],
    ["is found late on the eve of a day of 23 hours", "Europe/Berlin", "2026-03-28T22:30:00Z", "2026-03-29T01:00:00Z"],
    ["is at two where zones end in half hours", "Asia/Kolkata", "2026-03-10T00:00:00Z", "2026-03-10T20:30:00Z"],
    ["is at two far in the east", "Pacific/Kiritimati", "2026-03-10T00:00:00Z", "2026-03-10T12:00:00Z"],
    ["is at two far in the west", "Pacific/Pago_Pago", "2026-03-10T00:00:00Z", "2026-03-10T13:00:00Z"],
  ];
  it.each(cases)("%s (%s)", (_name, zone, at, night) => {
    expect(nightFrom(new Date(at), zone).toISOString()).toBe(new Date(night).toISOString());
  });
});
