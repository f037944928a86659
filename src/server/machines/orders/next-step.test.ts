import { expect, it } from "vitest";
import { DISPENSE_WITHIN_MS, nextStep, type OrderView, UNKNOWN_FOR_MS } from "./next-step.ts";

const PAID = new Date("2028-02-28T10:00:00.000Z");
const after = (ms: number) => new Date(PAID.getTime() + ms);
const order = (states: readonly string[], more: Partial<OrderView> = {}): OrderView => ({
  status: "dispensing",
  expiresAt: after(600_000),
  paidAt: PAID,
  lines: states.map((state, nth) => ({ id: `l${nth}`, state, code: null, endedAt: null })),
  ...more,
});
const THERE = { online: true, busy: false };

it.each([
  ["nobody has paid yet", order(["reserved"], { status: "created", paidAt: null }), THERE, 0, { kind: "wait" }],
  ["nobody paid in time", order(["reserved"], { status: "created", paidAt: null }), THERE, 600_000, { kind: "expire" }],
  ["it is paid", order(["reserved", "reserved"], { status: "paid" }), THERE, 0, { kind: "dispense", lineId: "l0" }],
  ["a piece is coming out", order(["dispensing", "reserved"]), THERE, 0, { kind: "wait" }],
  ["a piece is coming out of a machine that has gone", order(["dispensing", "reserved"]), { online: false, busy: false }, 0, { kind: "wait" }],
  ["one is out", order(["dispensed", "reserved"]), THERE, 0, { kind: "dispense", lineId: "l1" }],
  ["one has jammed", order(["failed", "reserved"]), THERE, 0, { kind: "dispense", lineId: "l1" }],
  ["another order's piece is coming out", order(["reserved"], { status: "paid" }), { online: true, busy: true }, 0, { kind: "wait" }],
  ["it has waited too long", order(["reserved"], { status: "paid" }), { online: true, busy: true }, DISPENSE_WITHIN_MS, { kind: "release", code: "TOO_LATE" }],
  ["the machine is away", order(["dispensed", "reserved"]), { online: false, busy: false }, 0, { kind: "release", code: "OFFLINE" }],
  ["nobody knows of one", order(["unknown", "reserved"]), THERE, 0, { kind: "release", code: "OFFLINE" }],
  ["nobody has known of one for long", order(["unknown"], { lines: [{ id: "l0", state: "unknown", code: null, endedAt: PAID }] }), THERE, UNKNOWN_FOR_MS, { kind: "give_up", lineId: "l0" }],
  ["nobody has known of one for a while", order(["unknown"], { lines: [{ id: "l0", state: "unknown", code: null, endedAt: PAID }] }), THERE, UNKNOWN_FOR_MS - 1, { kind: "wait" }],
  ["a piece's command is lost", order(["dispensing"]), THERE, 30 * 60_000, { kind: "give_up", lineId: "l0" }],
  ["all have an end", order(["dispensed", "failed", "released"]), THERE, 0, { kind: "end" }],
  ["it is over", order(["dispensed"], { status: "dispensed" }), THERE, 30 * 60_000, { kind: "wait" }],
] as const)("%s", (_name, view, machine, ms, step) => {
  expect(nextStep(view, machine, after(ms))).toEqual(step);
});

it("sends nothing more to a machine that did not take the piece before, or never said how it ended", () => {
  for (const code of ["NOT_TAKEN", "UNKNOWN"]) {
    const lines = [{ id: "l0", state: "failed", code, endedAt: PAID }, { id: "l1", state: "reserved", code: null, endedAt: null }];
    expect(nextStep(order([], { lines }), THERE, PAID)).toEqual({ kind: "release", code: "OFFLINE" });
  }
});
