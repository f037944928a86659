import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leftAt, runway, type RunwayLot } from "./runway.ts";

const HOUR = 3_600_000;
const lot = (left: bigint, expiresInHours: number | null = null): RunwayLot => ({ left, expiresAt: expiresInHours === null ? null : expiresInHours * HOUR });

describe("runway", () => {
  it("is a straight line to the end where nothing expires", () => {
    expect(runway(0, [lot(60n), lot(40n)], 10n)).toEqual({ points: [{ at: 0, left: 100n }, { at: 10 * HOUR, left: 0n }], endsAt: 10 * HOUR, expiring: [] });
  });
  it("is endless when nothing burns, or as good as that", () => {
    expect(runway(0, [lot(60n)], 0n)).toMatchObject({ endsAt: null });
    expect(runway(0, [lot(2n ** 62n)], 1n)).toMatchObject({ endsAt: null });
    expect(runway(5, [], 1n)).toEqual({ points: [{ at: 5, left: 0n }], endsAt: 5, expiring: [] });
  });
  it("loses what expires before it is spent: the end comes earlier", () => {
    expect(runway(0, [lot(50n, 2), lot(40n)], 10n)).toEqual({
      points: [{ at: 0, left: 90n }, { at: 2 * HOUR, left: 70n }, { at: 2 * HOUR, left: 40n }, { at: 6 * HOUR, left: 0n }],
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
  it("is the same as charging hour by hour", () => {
    const lots = fc.array(fc.record({ left: fc.bigInt({ min: 0n, max: 100n }), expiresAt: fc.option(fc.integer({ min: 1, max: 30 }).map((hours) => hours * HOUR)) }), { maxLength: 6 });
    fc.assert(
      fc.property(lots, fc.bigInt({ min: 1n, max: 20n }), (given, perHour) => {
        const way = runway(0, given, perHour);
        const open = given.map((each) => ({ ...each }));
        for (let hour = 0; hour < 40; hour += 1) {
          const all = open.reduce((total, each) => total + each.left, 0n);
          expect(leftAt(way, hour * HOUR, perHour)).toBe(all);
          if (way.endsAt !== null && way.endsAt > hour * HOUR) expect(all).toBeGreaterThan(0n);
          let rest = perHour;
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
