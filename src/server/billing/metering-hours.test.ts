import { describe, expect, it } from "vitest";
import { meterPolicy, type MeterPolicy, USUAL_POLICY } from "#shared/billing/policy.ts";
import { dueAfter, dueHours, firstDue, hourStart } from "./metering-hours.ts";
import { type ChargedSpan, priceHours, selectDue } from "./metering-plan.ts";

const at = (time: string): Date => new Date(`2028-02-28T${time}Z`);
const ANCHOR = at("10:07:30.250");
const policy = (own: Partial<MeterPolicy>): MeterPolicy => meterPolicy.parse(own);
const BY_SECOND = policy({ unit: "second" });

function span(overrides: Partial<ChargedSpan> = {}): ChargedSpan {
  return {
    id: "spn_1",
    projectId: null,
    resourceType: "vm",
    resourceId: "vm_1",
    resourceName: "web",
    component: "compute",
    pricePerHour: 10n,
    priceIds: [],
    policy: USUAL_POLICY,
    anchorAt: ANCHOR,
    startedAt: ANCHOR,
    endedAt: null,
    dueAt: ANCHOR,
    goneAt: null,
    ...overrides,
  };
}
const hoursOf = (of: ChargedSpan, until: Date, limit = 9) => dueHours(of, until, limit).map((hour) => [hour.hourStart, hour.dueAt]);

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

describe("hours charged in advance", () => {
  it("fall due as soon as they begin, or the component comes on in them", () => {
    expect(hoursOf(span(), at("11:07:30.249"))).toEqual([[ANCHOR, ANCHOR]]);
    expect(hoursOf(span(), at("11:07:30.250"))).toHaveLength(2);
    const later = { policy: USUAL_POLICY, anchorAt: ANCHOR, startedAt: at("10:40:00") };
    expect(hoursOf(span({ ...later, dueAt: firstDue(later, false) }), at("11:30:00"))).toEqual([[ANCHOR, at("10:40:00")], [at("11:07:30.250"), at("11:07:30.250")]]);
    expect(hoursOf(span({ ...later, dueAt: firstDue(later, true) }), at("11:30:00"))).toEqual([[at("11:07:30.250"), at("11:07:30.250")]]);
  });

  it("are those up to the one in which a span ended, also at its first instant", () => {
    expect(hoursOf(span({ endedAt: at("11:30:00") }), at("23:00:00"))).toHaveLength(2);
    expect(hoursOf(span({ endedAt: ANCHOR }), at("23:00:00"))).toEqual([[ANCHOR, ANCHOR]]);
    expect(dueAfter(span({ endedAt: at("11:00:00") }), ANCHOR)).toBeNull();
    expect(dueAfter(span({ endedAt: at("11:07:30.250") }), ANCHOR)).toEqual(at("11:07:30.250"));
  });

  it("are none before their time, and no more than asked for", () => {
    expect(hoursOf(span(), at("10:00:00"))).toEqual([]);
    expect(hoursOf(span({ dueAt: null }), at("23:00:00"))).toEqual([]);
    expect(hoursOf(span(), at("23:00:00"), 3)).toHaveLength(3);
  });
});

describe("hours charged in arrears", () => {
  const open = span({ policy: BY_SECOND, dueAt: firstDue({ policy: BY_SECOND, anchorAt: ANCHOR, startedAt: ANCHOR }, false) });

  it("fall due at their end, or when the resource is gone", () => {
    expect(hoursOf(open, at("11:07:30.249"))).toEqual([]);
    expect(hoursOf(open, at("12:07:30.250"))).toEqual([[ANCHOR, at("11:07:30.250")], [at("11:07:30.250"), at("12:07:30.250")]]);
    const off = { ...open, endedAt: at("11:20:00") };
    expect(hoursOf(off, at("23:00:00")).at(-1)).toEqual([at("11:07:30.250"), at("12:07:30.250")]);
    expect(hoursOf({ ...off, goneAt: at("11:40:00") }, at("23:00:00")).at(-1)).toEqual([at("11:07:30.250"), at("11:40:00")]);
    expect(hoursOf({ ...open, endedAt: at("11:07:30.250") }, at("23:00:00"))).toHaveLength(1);
  });

  it.each([
    [{ unit: "second" }, 1_499_001, 1_500],
    [{ unit: "second", rounding: "down" }, 1_499_999, 1_499],
    [{ unit: "minute" }, 60_001, 120],
    [{ unit: "minute", rounding: "nearest" }, 89_999, 60],
    [{ unit: "minute", rounding: "nearest" }, 90_000, 120],
    [{ unit: "hour", rounding: "nearest" }, 1_799_999, 0],
    [{ unit: "hour", rounding: "down", minimumSeconds: 600 }, 1, 600],
    [{ unit: "second", minimumSeconds: 60 }, 1, 60],
    [{ unit: "minute" }, 3_599_999, 3_600],
  ] as const)("are of %j for %d ms on: %d s", (own, onMs, seconds) => {
    const one = { ...open, pricePerHour: 3_600n, policy: policy(own) };
    const candidate = { span: one, hourStart: ANCHOR, dueAt: at("11:07:30.250") };
    const half = Math.floor(onMs / 2);
    const start = ANCHOR.getTime();
    const presence = [
      { resourceId: "vm_1", component: "compute", startedAt: new Date(start - 5_000), endedAt: new Date(start + half) },
      { resourceId: "vm_1", component: "compute", startedAt: new Date(start + half + 60), endedAt: new Date(start + 60 + onMs) },
      { resourceId: "vm_2", component: "compute", startedAt: ANCHOR, endedAt: null },
    ];
    const rows = priceHours([candidate], onMs === 3_599_999 ? [{ resourceId: "vm_1", component: "compute", startedAt: new Date(start + 1), endedAt: null }] : presence, []);
    expect(rows.map((row) => [row.seconds, row.amount])).toEqual(seconds === 0 ? [] : [[seconds, BigInt(seconds)]]);
  });

  it("cost never more than the price says", () => {
    const candidate = { span: { ...open, pricePerHour: 10n }, hourStart: ANCHOR, dueAt: at("11:07:30.250") };
    const on = (ms: number) => priceHours([candidate], [{ resourceId: "vm_1", component: "compute", startedAt: ANCHOR, endedAt: new Date(ANCHOR.getTime() + ms) }], []);
    expect(on(719_000)[0]?.amount).toBe(1n);
    expect(on(359_000)).toEqual([]);
  });
});

describe("a cap", () => {
  it("counts by calendar months in UTC, with what is recorded, and leaves the rest of the month free", () => {
    const anchorAt = new Date("2028-02-29T20:30:00Z");
    const capped = span({ policy: policy({ monthlyCapHours: 2 }), anchorAt, startedAt: anchorAt, dueAt: new Date(anchorAt.getTime() + 3_600_000) });
    const charged = [{ resourceId: "vm_1", component: "compute", hourStart: anchorAt, seconds: 3_600 }];
    const { candidates } = selectDue([capped], new Date("2028-03-01T04:00:00Z"), 99);
    expect(priceHours(candidates, [], charged).map((row) => row.hourStart.toISOString())).toEqual(["2028-02-29T21:30:00.000Z", "2028-03-01T00:30:00.000Z", "2028-03-01T01:30:00.000Z"]);
  });
});

describe("selectDue", () => {
  it("takes the oldest hours first, over all resources, and moves each span on by what was taken", () => {
    const selected = selectDue([span({ id: "a", resourceId: "vm_a" }), span({ id: "b", resourceId: "vm_b" })], at("12:30:00"), 3);
    expect(selected.candidates.map((each) => [each.span.id, each.hourStart])).toEqual([
      ["a", ANCHOR],
      ["b", ANCHOR],
      ["a", at("11:07:30.250")],
    ]);
    expect(selected.advanced).toEqual([
      { id: "a", dueAt: at("12:07:30.250") },
      { id: "b", dueAt: at("11:07:30.250") },
    ]);
    expect(selected.truncated).toBe(true);
  });

  it("takes nothing that falls due after the begin of a span that it was not given in full", () => {
    const later = span({ id: "c", resourceId: "vm_c", dueAt: at("11:00:00") });
    const selected = selectDue([span({ id: "a", resourceId: "vm_a" }), span({ id: "b", resourceId: "vm_b" }), later], at("12:30:00"), 2);
    expect(selected.candidates.map((each) => each.span.id)).toEqual(["a", "b"]);
    expect(selected.truncated).toBe(true);
  });

  it("lets the earlier of two spans in one hour have it, but not one that ended where the other begins with the hour", () => {
    const cheap = span({ id: "cheap", pricePerHour: 1n, endedAt: at("10:20:00") });
    const dear = span({ id: "dear", pricePerHour: 9n, startedAt: at("10:40:00"), dueAt: at("10:40:00") });
    for (const order of [[cheap, dear], [dear, cheap]]) expect(selectDue(order, at("10:50:00"), 9).candidates.map((each) => each.span.id)).toEqual(["cheap"]);
    const until = span({ id: "until", endedAt: at("11:07:30.250") });
    const from = span({ id: "from", startedAt: at("11:07:30.250"), dueAt: at("11:07:30.250") });
    expect(selectDue([until, from], at("11:30:00"), 9).candidates.map((each) => each.span.id)).toEqual(["until", "from"]);
  });

  it("has no rows for what is free, and does not look at it again", () => {
    const selected = selectDue([span({ pricePerHour: 0n })], at("12:30:00"), 1);
    expect(selected).toEqual({ candidates: [], advanced: [{ id: "spn_1", dueAt: at("13:07:30.250") }], truncated: false });
  });
});
