import { fc } from "#server/testing/properties.ts";
import { describe, expect, it, test } from "vitest";
import { alertCondition, type ConditionOf } from "#shared/machines/alerts.ts";
import { after } from "./changes.ts";
import { observeMissing, observeRate, observeReading, observeStock } from "./observe.ts";
import { type Step, step, type Watched } from "./step.ts";

type Threshold = ConditionOf<"threshold">;

const tooWarm: Threshold = { kind: "threshold", metric: "temp_c", direction: "above", value: 8, clearValue: 6, forSeconds: 60 };
const tooCold: Threshold = { kind: "threshold", metric: "temp_c", direction: "below", value: 2, clearValue: 3, forSeconds: 0 };

/** Runs a series of readings, each looked at `looks` times. @returns what happened, with its time */
function run(condition: Threshold, series: readonly { at: number; value: number | undefined }[], looks = 1): { at: number; do: Step["do"]; fire?: boolean }[] {
  let watched: (Watched & { id: string }) | undefined;
  const happened: { at: number; do: Step["do"]; fire?: boolean }[] = [];
  for (const { at, value } of series) {
    for (let look = 0; look < looks; look += 1) {
      const next = step(watched, observeReading(condition, value, at), condition.forSeconds * 1_000);
      if (!next) continue;
      happened.push({ at, do: next.do, ...(next.do === "open" ? { fire: next.fire } : {}) });
      watched = after({ step: next, id: "alt", rule: { id: "", severity: "" }, machine: { id: "", organizationId: "" }, subject: "" });
    }
  }
  return happened;
}

const seconds = (...values: (number | undefined)[]) => values.map((value, index) => ({ at: index * 30_000, value }));

describe("a threshold", () => {
  test("is met above its value, not at it", () => {
    expect(observeReading(tooWarm, 8, 0).verdict).toBe("between");
    expect(observeReading(tooWarm, 8.01, 0).verdict).toBe("met");
    expect(observeReading(tooWarm, 6.01, 0).verdict).toBe("between");
    expect(observeReading(tooWarm, 6, 0).verdict).toBe("clear");
    expect(observeReading(tooCold, 2, 0).verdict).toBe("between");
    expect(observeReading(tooCold, 1.99, 0).verdict).toBe("met");
    expect(observeReading(tooCold, 2.99, 0).verdict).toBe("between");
    expect(observeReading(tooCold, 3, 0).verdict).toBe("clear");
    expect(observeReading({ ...tooWarm, clearValue: null }, 8, 0).verdict).toBe("clear");
    expect(observeReading(tooWarm, undefined, 0).verdict).toBe("unknown");
  });

  test("fires by the reading that completes its time, and not before", () => {
    expect(run(tooWarm, seconds(9, 9, 9))).toEqual([{ at: 0, do: "open", fire: false }, { at: 60_000, do: "fire" }]);
    expect(run(tooWarm, seconds(9, 9))).toEqual([{ at: 0, do: "open", fire: false }]);
    expect(run({ ...tooWarm, forSeconds: 0 }, seconds(9))).toEqual([{ at: 0, do: "open", fire: true }]);
  });

  test("one reading that does not meet it begins the time anew, also one in between", () => {
    expect(run(tooWarm, seconds(9, 7, 9, 9, 9)).map((one) => [one.at, one.do])).toEqual([[0, "open"], [30_000, "drop"], [60_000, "open"], [120_000, "fire"]]);
  });

  test("while it fires, only the good side of the clear value ends it", () => {
    expect(run(tooWarm, seconds(9, 9, 9, 7, 8.5, 6.5, 6, 9)).map((one) => [one.at, one.do])).toEqual([[0, "open"], [60_000, "fire"], [180_000, "resolve"], [210_000, "open"]]);
  });

  test("a reading without the metric changes nothing", () => {
    expect(run(tooWarm, seconds(9, undefined, 9, undefined, 5)).map((one) => [one.at, one.do])).toEqual([[0, "open"], [60_000, "fire"], [120_000, "resolve"]]);
  });
});

it("agrees with a simple model on any series, however often each reading is looked at", () => {
  const series = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 90 }), value: fc.oneof(fc.double({ min: -5, max: 15, noNaN: true }), fc.constantFrom(6, 8, 7, 9)) }), { maxLength: 60 });
  const rule = fc.record({ above: fc.boolean(), value: fc.constantFrom(4, 8), margin: fc.option(fc.constantFrom(0, 1, 3)), forSeconds: fc.constantFrom(0, 30, 120) });
  fc.assert(
    fc.property(series, rule, fc.integer({ min: 1, max: 3 }), (steps, { above, value, margin, forSeconds }, looks) => {
      const condition: Threshold = { kind: "threshold", metric: "m", direction: above ? "above" : "below", value, clearValue: margin === null ? null : above ? value - margin : value + margin, forSeconds };
      let at = 0;
      const readings = steps.map((one) => ({ at: (at += one.gap * 1_000), value: one.value }));
      // The model: all at once, backwards through the series from each reading.
      const met = (v: number) => (above ? v > value : v < value);
      const clear = (v: number) => (above ? v <= (condition.clearValue ?? value) : v >= (condition.clearValue ?? value));
      const expected: [number, string][] = [];
      let firing = false;
      for (const [index, reading] of readings.entries()) {
        if (firing && clear(reading.value)) {
          firing = false;
          expected.push([reading.at, "resolved"]);
        } else if (!firing && met(reading.value)) {
          let first = index;
          while (first > 0 && met(readings[first - 1]?.value ?? Number.NaN)) first -= 1;
          if (reading.at - (readings[first]?.at ?? 0) >= forSeconds * 1_000) {
            firing = true;
            expected.push([reading.at, "fired"]);
          }
        }
      }
      const told = run(condition, readings, looks).flatMap((one): [number, string][] => (one.do === "resolve" ? [[one.at, "resolved"]] : one.do === "fire" || one.fire ? [[one.at, "fired"]] : []));
      expect(told).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
});

describe("what began by itself", () => {
  const away = (since: number, at: number) => ({ verdict: "met" as const, since, at, value: null });
  const pending: Watched = { state: "pending", startedAt: 1_000, held: false, endedAt: 0 };
  test("counts from its beginning, and fires when it lasts", () => {
    expect(step(undefined, away(1_000, 301_000), 300_000)).toMatchObject({ do: "open", startedAt: 1_000, fire: true });
    expect(step(undefined, away(1_000, 300_999), 300_000)).toMatchObject({ do: "open", fire: false });
    expect(step(pending, away(1_000, 301_000), 300_000)).toMatchObject({ do: "fire" });
  });
  test("begins anew when it was interrupted between two looks", () => {
    expect(step(pending, away(200_000, 301_000), 300_000)).toMatchObject({ do: "restart", startedAt: 200_000 });
    expect(step({ ...pending, state: "firing" }, away(200_000, 301_000), 300_000)).toBeNull();
  });
  test("is not raised again after a person ended it, until it ended or began anew", () => {
    const held: Watched = { state: "resolved", startedAt: 1_000, held: true, endedAt: 400_000 };
    expect(step(held, away(1_000, 500_000), 300_000)).toBeNull();
    expect(step(held, away(450_000, 500_000), 300_000)).toMatchObject({ do: "open", startedAt: 450_000, fire: false });
    expect(step(held, { verdict: "clear", at: 500_000, value: null }, 300_000)).toEqual({ do: "release" });
    expect(step(held, { verdict: "between", at: 500_000, value: null }, 300_000)).toBeNull();
  });
});

describe("other conditions", () => {
  const stock = (measure: "percent" | "count" | "empty", atMost: number) => ({ kind: "stock" as const, measure, atMost, scope: "slot" as const });
  const slot = (count: number, capacity: number) => ({ count, capacity, emptySlots: count === 0 ? 1 : 0 });
  test.each([
    [stock("percent", 20), slot(2, 10), "met"],
    [stock("percent", 20), slot(3, 10), "clear"],
    [stock("count", 3), slot(3, 10), "met"],
    [stock("count", 3), slot(4, 10), "clear"],
    [stock("empty", 0), slot(0, 10), "met"],
    [stock("empty", 0), slot(1, 10), "clear"],
    [stock("count", 3), slot(0, 0), "clear"],
  ])("%j of %j: %s", (condition, held, verdict) => expect(observeStock(condition, held, 0).verdict).toBe(verdict));

  test.each([
    ["rising", { low: 2, high: 9, last: 7 }, 5, "met"],
    ["rising", { low: 2, high: 9, last: 6.9 }, 5, "clear"],
    ["falling", { low: 2, high: 9, last: 4 }, 5, "met"],
    ["falling", { low: 2, high: 9, last: 9 }, 5, "clear"],
    ["either", { low: 2, high: 9, last: 3 }, 5, "met"],
    ["either", { low: 2, high: 6, last: 4 }, 5, "clear"],
  ] as const)("%s over %j by %d: %s", (direction, stretch, change, verdict) => expect(observeRate({ kind: "rate", metric: "temp_c", minutes: 10, change, direction }, stretch, 0).verdict).toBe(verdict));

  test("nothing is missing from a machine that is away, or has just come back", () => {
    const rule = { kind: "missing" as const, metric: "temp_c", seconds: 60 };
    const machine = { id: "", organizationId: "", templateId: null, metrics: null, metricsAt: 0, claimRejectedAt: 0 };
    expect(observeMissing(rule, { ...machine, status: "online", statusChangedAt: 0 }, null, 60_000).verdict).toBe("met");
    expect(observeMissing(rule, { ...machine, status: "online", statusChangedAt: 0 }, 30_000, 60_000).verdict).toBe("clear");
    expect(observeMissing(rule, { ...machine, status: "online", statusChangedAt: 1 }, null, 60_000).verdict).toBe("unknown");
    expect(observeMissing(rule, { ...machine, status: "offline", statusChangedAt: 0 }, null, 60_000).verdict).toBe("unknown");
  });
});

describe("a condition that makes no sense is refused, with the field", () => {
  test.each([
    [{ ...tooWarm, clearValue: 9 }, "clearValue"],
    [{ ...tooCold, clearValue: 1 }, "clearValue"],
    [{ ...tooWarm, metric: "Temp" }, "metric"],
    [{ ...tooWarm, value: Number.NaN }, "value"],
    [{ ...tooWarm, value: Number.POSITIVE_INFINITY }, "value"],
    [{ ...tooWarm, forSeconds: -1 }, "forSeconds"],
    [{ ...tooWarm, forSeconds: 1.5 }, "forSeconds"],
    [{ ...tooWarm, direction: "over" }, "direction"],
    [{ kind: "missing", metric: "temp_c", seconds: 5 }, "seconds"],
    [{ kind: "rate", metric: "temp_c", minutes: 0, change: 1, direction: "rising" }, "minutes"],
    [{ kind: "rate", metric: "temp_c", minutes: 5, change: 0, direction: "rising" }, "change"],
    [{ kind: "offline", forSeconds: 700_000 }, "forSeconds"],
    [{ kind: "stock", measure: "percent", atMost: 101, scope: "slot" }, "atMost"],
    [{ kind: "stock", measure: "percent", atMost: 0, scope: "slot" }, "atMost"],
    [{ kind: "stock", measure: "empty", scope: "shelf" }, "scope"],
    [{ kind: "claim", quietMinutes: 1 }, "quietMinutes"],
    [{ kind: "smell" }, "kind"],
  ])("%j", (condition, field) => {
    expect(alertCondition.safeParse(condition).error?.issues[0]?.path).toEqual([field]);
  });
});
