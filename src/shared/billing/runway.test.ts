import { fc } from "#server/testing/properties.ts";
import { describe, expect, it } from "vitest";
import { leftAt, runway, type RunwayLot } from "./runway.ts";

const HOUR = 3_600_000;
const lot = (left: bigint, expiresInHours: number | null = null): RunwayLot => ({ left, expiresAt: expiresInHours === null ? null : expiresInHours * HOUR });

describe("runway", () => {
  it("is a straight line to the end where nothing expires", () => {
    expect(runway(0, [lot(60n), lot(40n)], 10n)).toEqual({ points: [{ at: 0, left: 100n }, { at: 10 * HOUR, left: 0n }], burns: [{ at: 0, perHour: 10n }], endsAt: 10 * HOUR, expiring: [] });
  });
  it("is endless when nothing burns, or as good as that", () => {
    expect(runway(0, [lot(60n)], 0n)).toMatchObject({ endsAt: null });
    expect(runway(0, [lot(2n ** 62n)], 1n)).toMatchObject({ endsAt: null });
    expect(runway(5, [], 1n)).toEqual({ points: [{ at: 5, left: 0n }], burns: [{ at: 5, perHour: 1n }], endsAt: 5, expiring: [] });
  });
  it("loses what expires before it is spent: the end comes earlier", () => {
    expect(runway(0, [lot(50n, 2), lot(40n)], 10n)).toEqual({
      points: [{ at: 0, left: 90n }, { at: 2 * HOUR, left: 70n }, { at: 2 * HOUR, left: 40n }, { at: 6 * HOUR, left: 0n }],
      burns: [{ at: 0, perHour: 10n }],
      endsAt: 6 * HOUR,
      expiring: [{ at: 2 * HOUR, amount: 30n }],
    });
  });
  it("loses nothing of what is spent before it expires", () => {
    expect(runway(0, [lot(20n, 2), lot(40n)], 10n)).toMatchObject({ endsAt: 6 * HOUR, expiring: [] });
  });
  it("spends in the order given: what expires soon and stands behind expires", () => {
    expect(runway(0, [lot(40n), lot(50n, 2)], 10n)).toMatchObject({ endsAt: 4 * HOUR, expiring: [{ at: 2 * HOUR, amount: 50n }] });
  });
  it("ends with the last credits that expire", () => {
    const { points, endsAt } = runway(0, [lot(1_000n, 2), lot(1_000n, 3)], 10n);
    expect(endsAt).toBe(3 * HOUR);
    expect(points.at(-1)).toEqual({ at: 3 * HOUR, left: 0n });
  });
  it("counts nothing that is over already", () => expect(runway(3 * HOUR, [lot(50n, 2), lot(50n, 3)], 10n)).toMatchObject({ endsAt: 3 * HOUR, expiring: [] }));
  it("bends where a price that is scheduled begins", () => {
    const way = runway(0, [lot(100n)], 10n, [{ at: 4 * HOUR, perHour: 20n }, { at: 50 * HOUR, perHour: 1n }]);
    expect(way).toMatchObject({ points: [{ at: 0, left: 100n }, { at: 4 * HOUR, left: 60n }, { at: 7 * HOUR, left: 0n }], burns: [{ at: 0, perHour: 10n }, { at: 4 * HOUR, perHour: 20n }], endsAt: 7 * HOUR });
    expect([2, 4, 5, 7, 9].map((hours) => leftAt(way, hours * HOUR))).toEqual([80n, 60n, 40n, 0n, 0n]);
  });
  it("lasts longer at a price that falls, for ever at one that falls to nothing, and ends though it begins with nothing", () => {
    expect(runway(0, [lot(100n)], 10n, [{ at: 5 * HOUR, perHour: 5n }])).toMatchObject({ endsAt: 15 * HOUR });
    expect(runway(0, [lot(100n)], 10n, [{ at: 5 * HOUR, perHour: 0n }])).toMatchObject({ endsAt: null });
    expect(runway(0, [lot(100n)], 0n, [{ at: 5 * HOUR, perHour: 50n }])).toMatchObject({ endsAt: 7 * HOUR });
  });
  it("loses less of what expires when the price rises before", () => {
    const lots = [lot(50n, 2), lot(40n)];
    expect(runway(0, lots, 10n, [{ at: HOUR, perHour: 30n }])).toMatchObject({ expiring: [{ at: 2 * HOUR, amount: 10n }] });
    expect(runway(0, lots, 10n, [{ at: 2 * HOUR, perHour: 20n }])).toMatchObject({ expiring: [{ at: 2 * HOUR, amount: 30n }], endsAt: 4 * HOUR });
  });
  it("is the same as charging hour by hour, with prices that change", () => {
    const lots = fc.array(fc.record({ left: fc.bigInt({ min: 0n, max: 100n }), expiresAt: fc.option(fc.integer({ min: 1, max: 30 }).map((hours) => hours * HOUR)) }), { maxLength: 6 });
    const steps = fc
      .uniqueArray(fc.record({ at: fc.integer({ min: 1, max: 39 }).map((hours) => hours * HOUR), perHour: fc.bigInt({ min: 1n, max: 20n }) }), { selector: (step) => step.at, maxLength: 4 })
      .map((all) => all.toSorted((one, other) => one.at - other.at));
    fc.assert(
      fc.property(lots, fc.bigInt({ min: 1n, max: 20n }), steps, (given, first, coming) => {
        const way = runway(0, given, first, coming);
        const open = given.map((each) => ({ ...each }));
        for (let hour = 0; hour < 40; hour += 1) {
          const all = open.reduce((total, each) => total + each.left, 0n);
          expect(leftAt(way, hour * HOUR)).toBe(all);
          if (way.endsAt !== null && way.endsAt > hour * HOUR) expect(all).toBeGreaterThan(0n);
          let rest = coming.findLast((step) => step.at <= hour * HOUR)?.perHour ?? first;
          for (const each of open) {
            const taken = each.left < rest ? each.left : rest;
            each.left -= taken;
            rest -= taken;
          }
          for (const each of open) if (each.expiresAt === (hour + 1) * HOUR) each.left = 0n;
        }
      }),
      { numRuns: 300 },
    );
  });
});
