import { describe, expect, it } from "vitest";
import { coverOf, localDay, weekdayWeights } from "./forecast.ts";

const FLAT = [1, 1, 1, 1, 1, 1, 1];
const NOW = new Date("2028-02-28T00:00:00Z");
const ago = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);
const MONDAY = { weekday: 1, dayShareLeft: 1 };
const slot = (change: Partial<Parameters<typeof coverOf>[0]> = {}) => ({ hasProduct: true, count: 10, sold: 56, since: ago(28), ...change });

describe("days of cover", () => {
  it("are what is left by what sells on a day", () => {
    expect(coverOf(slot(), NOW, MONDAY, FLAT)).toEqual({ basis: "sales", days: 5, perDay: 2, sold: 56, observedDays: 28 });
    expect(coverOf(slot({ sold: 7, since: ago(14), count: 3 }), NOW, MONDAY, FLAT)).toMatchObject({ days: 6, perDay: 0.5 });
    expect(coverOf(slot({ count: 0 }), NOW, MONDAY, FLAT)).toMatchObject({ days: 0 });
  });

  it("begin with what is left of today", () => {
    // Half a day sells one, then two a day: 1 + 2 + 2 = 5 after half a day and two days.
    expect(coverOf(slot({ count: 5 }), NOW, { weekday: 1, dayShareLeft: 0.5 }, FLAT).days).toBe(2.5);
  });

  it("know the weekend", () => {
    // Nothing to speak of on Saturday and Sunday: Friday's last two, and then Monday.
    const weights = [0, 1.4, 1.4, 1.4, 1.4, 1.4, 0];
    const friday = { weekday: 5, dayShareLeft: 1 };
    expect(coverOf(slot({ count: 4, sold: 56 }), NOW, friday, weights).days).toBeCloseTo(3 + 1.2 / 2.8, 1);
    expect(coverOf(slot({ count: 4, sold: 56 }), NOW, MONDAY, weights).days).toBeCloseTo(1 + 1.2 / 2.8, 1);
  });

  it("are not foretold of too little, and say why", () => {
    expect(coverOf(slot({ since: null, sold: 0 }), NOW, MONDAY, FLAT)).toEqual({ basis: "too_little", days: null, perDay: null, sold: 0, observedDays: 0 });
    expect(coverOf(slot({ since: ago(6.9), sold: 20 }), NOW, MONDAY, FLAT).basis).toBe("too_little");
    expect(coverOf(slot({ since: ago(7), sold: 20 }), NOW, MONDAY, FLAT).basis).toBe("sales");
    expect(coverOf(slot({ sold: 2 }), NOW, MONDAY, FLAT).basis).toBe("too_little");
    expect(coverOf(slot({ sold: 0 }), NOW, MONDAY, FLAT)).toMatchObject({ basis: "unsold", days: null, perDay: 0 });
    expect(coverOf(slot({ hasProduct: false }), NOW, MONDAY, FLAT).basis).toBe("none");
  });

  it("end with a year", () => {
    expect(coverOf(slot({ count: 999, sold: 3 }), NOW, MONDAY, FLAT).days).toBe(365);
  });
});

describe("the week's pattern", () => {
  /** Four weeks up to Sunday, 27 February 2028: each weekday sells what the list says, from Sunday on. */
  const weeks = (perWeekday: readonly number[], days = 28) =>
    Array.from({ length: days }, (_, index) => {
      const day = ago(index + 1).toISOString().slice(0, 10);
      return { day, sold: perWeekday[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 0 };
    });

  it("is each weekday's share of an average day", () => {
    expect(weekdayWeights(weeks([2, 2, 2, 2, 2, 2, 2]), "2028-02-28", 28)).toEqual(FLAT);
    const busyFriday = weekdayWeights(weeks([1, 1, 1, 1, 1, 8, 1]), "2028-02-28", 28);
    expect(busyFriday[5]).toBeCloseTo(4);
    expect(busyFriday[1]).toBeCloseTo(0.5);
    expect(busyFriday.reduce((sum, one) => sum + one, 0)).toBeCloseTo(7);
  });

  it("is flat while too little is known, and never says that a day sells nothing", () => {
    expect(weekdayWeights(weeks([0, 0, 0, 0, 0, 9, 0], 13), "2028-02-28", 13)).toEqual(FLAT);
    expect(weekdayWeights(weeks([0, 0, 0, 0, 0, 1, 0]), "2028-02-28", 28)).toEqual(FLAT);
    expect(weekdayWeights(weeks([0, 9, 9, 9, 9, 9, 0]), "2028-02-28", 28)[0]).toBeGreaterThan(0);
    expect(weekdayWeights([{ day: "2028-02-28", sold: 50 }], "2028-02-28", 20)).toEqual(FLAT);
  });
});

it("the day is the machine's own", () => {
  expect(localDay(new Date("2028-02-28T20:00:00Z"), "Asia/Seoul")).toEqual({ day: "2028-02-29", weekday: 2, dayShareLeft: expect.closeTo(19 / 24) });
  expect(localDay(new Date("2028-02-28T00:00:00Z"), "UTC")).toEqual({ day: "2028-02-28", weekday: 1, dayShareLeft: 1 });
});
