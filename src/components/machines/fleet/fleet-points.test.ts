import { describe, expect, test } from "vitest";
import type { FleetTelemetry } from "../types.ts";
import { domainOf, fleetPoints, onlineOf, spreadOf, topOf } from "./fleet-points.ts";

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();
const bucket = (minutes: number, rest: Partial<FleetTelemetry["series"][number]> = {}) => ({ at: at(minutes), online: null, machines: null, stockPercent: null, messagesPerMinute: 1, metrics: {}, ...rest });
const fleet = (...series: FleetTelemetry["series"]): FleetTelemetry => ({ bucketSeconds: 300, from: at(0), to: at(60), series });
const temperature = (min: number, avg: number, max: number) => ({ metrics: { temp_c: { min, avg, max } } });

describe("fleetPoints", () => {
  test("breaks the line where buckets are missing, and leaves out those without the metric", () => {
    const points = fleetPoints(fleet(bucket(0, temperature(1, 2, 3)), bucket(5), bucket(10, temperature(2, 3, 4)), bucket(30, temperature(3, 4, 5))), spreadOf("temp_c"));
    expect(points).toEqual([
      { at: at(0), low: 1, value: 2, high: 3 },
      { at: at(10), low: 2, value: 3, high: 4 },
      { at: at(15), low: null, value: null, high: null },
      { at: at(30), low: 3, value: 4, high: 5 },
    ]);
  });
  test("machines are not made up for the time in which nobody counted", () => {
    expect(fleetPoints(fleet(bucket(0), bucket(5, { online: { min: 1, avg: 1.5, max: 2 }, machines: 3 })), onlineOf)).toEqual([{ at: at(5), low: 1, value: 1.5, high: 2, total: 3 }]);
  });
});

test("domainOf leaves room about the extremes, in four equal whole steps, and says nothing without numbers", () => {
  expect(domainOf([{ at: at(0), low: 2.5, high: 9 }, { at: at(5), low: null, high: null }])).toEqual([1, 13]);
  expect(domainOf([])).toBeUndefined();
});

test("topOf ends an axis of machines at whole steps, also without any", () => {
  expect([topOf([]), topOf([{ at: at(0), high: 3, total: 4 }]), topOf([{ at: at(0), high: null, total: null }, { at: at(5), high: 3, total: 5 }])]).toEqual([4, 4, 8]);
});
