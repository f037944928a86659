import { describe, expect, it } from "vitest";
import { dueAfter, dueHours, hourStart } from "./metering-hours.ts";
import { type ChargedSpan, planCharges } from "./metering-plan.ts";

const at = (time: string): Date => new Date(`2028-02-28T${time}Z`);
const ANCHOR = at("10:07:30.250");

function span(overrides: Partial<ChargedSpan> = {}): ChargedSpan {
  return {
    id: "spn_1",
    projectId: null,
    resourceType: "vm",
    resourceId: "vm_1",
    resourceName: "web",
    component: "compute",
    pricePerHour: 10n,
    anchorAt: ANCHOR,
    startedAt: ANCHOR,
    endedAt: null,
    dueAt: ANCHOR,
    ...overrides,
  };
}

describe("hourStart", () => {
  it.each([
    ["10:07:30.250", "10:07:30.250"],
    ["11:07:30.249", "10:07:30.250"],
    ["11:07:30.250", "11:07:30.250"],
    ["13:00:00.000", "12:07:30.250"],
    // The clock was set back: nothing is before the first hour.
    ["09:00:00.000", "10:07:30.250"],
  ])("%s is in the hour from %s", (time, start) => {
    expect(hourStart(ANCHOR, at(time))).toEqual(at(start));
  });

  it("goes over the leap day and the year", () => {
    expect(hourStart(at("23:30:00"), new Date("2028-02-29T00:29:59.999Z"))).toEqual(at("23:30:00"));
    expect(hourStart(new Date("2027-12-31T23:30:00Z"), new Date("2028-01-01T00:30:00Z"))).toEqual(new Date("2028-01-01T00:30:00Z"));
  });
});

describe("dueHours", () => {
  it("counts an hour as soon as it begins, in advance", () => {
    expect(dueHours(span(), at("11:07:30.249"), 9)).toEqual([ANCHOR]);
    expect(dueHours(span(), at("11:07:30.250"), 9)).toHaveLength(2);
  });

  it("counts the hour in which a span ended and none after it", () => {
    expect(dueHours(span({ endedAt: at("11:30:00") }), at("23:00:00"), 9)).toHaveLength(2);
    expect(dueHours(span({ endedAt: ANCHOR }), at("23:00:00"), 9)).toEqual([ANCHOR]);
  });

  it("counts nothing before its time, and no more than asked for", () => {
    expect(dueHours(span(), at("10:00:00"), 9)).toEqual([]);
    expect(dueHours(span({ dueAt: null }), at("23:00:00"), 9)).toEqual([]);
    expect(dueHours(span(), at("23:00:00"), 3)).toHaveLength(3);
  });

  it("knows when nothing is left", () => {
    expect(dueAfter({ endedAt: at("11:00:00") }, at("11:07:30.250"))).toBeNull();
    // It ended at the first instant of an hour: that hour has begun.
    expect(dueAfter({ endedAt: at("11:07:30.250") }, at("11:07:30.250"))).toEqual(at("11:07:30.250"));
    expect(dueAfter({ endedAt: at("11:30:00") }, at("11:07:30.250"))).toEqual(at("11:07:30.250"));
    expect(dueAfter({ endedAt: null }, at("11:07:30.250"))).toEqual(at("11:07:30.250"));
  });
});

describe("planCharges", () => {
  it("takes the oldest hours first, over all resources, and moves each span on by what was taken", () => {
    const plan = planCharges([span({ id: "a", resourceId: "vm_a" }), span({ id: "b", resourceId: "vm_b" })], at("12:30:00"), 3);
    expect(plan.rows.map((row) => [row.span.id, row.hourStart])).toEqual([
      ["a", ANCHOR],
      ["b", ANCHOR],
      ["a", at("11:07:30.250")],
    ]);
    expect(plan.advanced).toEqual([
      { id: "a", dueAt: at("12:07:30.250") },
      { id: "b", dueAt: at("11:07:30.250") },
    ]);
    expect(plan.truncated).toBe(true);
  });

  it("lets the earlier of two spans in one hour set its price", () => {
    const cheap = span({ id: "cheap", pricePerHour: 1n, endedAt: at("10:20:00") });
    const dear = span({ id: "dear", pricePerHour: 9n, startedAt: at("10:40:00") });
    for (const order of [[cheap, dear], [dear, cheap]]) expect(planCharges(order, at("10:50:00"), 9).rows[0]?.span.id).toBe("cheap");
  });

  it("has no rows for what is free, and does not look at it again", () => {
    const plan = planCharges([span({ pricePerHour: 0n })], at("12:30:00"), 1);
    expect(plan).toEqual({ rows: [], advanced: [{ id: "spn_1", dueAt: at("13:07:30.250") }], truncated: false });
  });
});
