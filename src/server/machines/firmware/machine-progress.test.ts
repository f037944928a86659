import { describe, expect, it } from "vitest";
import { OTA_STATES } from "#shared/machines/device.ts";
import { isOpen, ROLLOUT_MACHINE_NEXT } from "#shared/machines/rollouts.ts";
import type { RolloutMachineState } from "#shared/machines/states.ts";
import { arrive, beginAnew, leave, losePatience, type MachineProgress, offer, skip, takeReport } from "./machine-progress.ts";

const START = Date.parse("2028-02-28T10:00:00Z");
const at = (minutes: number) => new Date(START + minutes * 60_000);
const waiting: MachineProgress = { state: "waiting", percent: 0, error: null, attempts: 0, round: 0, installs: 0, tolerated: false, offeredAt: null, retryAt: null, endedAt: null, updatedAt: at(0) };
const offered = offer(waiting, at(0));
const said = (row: MachineProgress, state: (typeof OTA_STATES)[number], more: { error?: string; percent?: number; round?: number } = {}, minutes = 1) =>
  takeReport(row, { round: row.round, state, ...more }, at(minutes));
const must = (row: MachineProgress | null): MachineProgress => {
  if (!row) throw new Error("nothing changed");
  return row;
};
const inState = (state: RolloutMachineState, over: Partial<MachineProgress> = {}): MachineProgress => ({ ...offered, state, ...over });

describe("what a device says", () => {
  it("moves it on, and success is not among it: the version it connects with decides", () => {
    const downloading = must(said(offered, "downloading", { percent: 40 }));
    expect(downloading).toMatchObject({ state: "downloading", percent: 40 });
    expect(must(said(downloading, "downloading"))).toMatchObject({ percent: 40 });
    expect(must(said(downloading, "verifying"))).toMatchObject({ state: "verifying", percent: 0 });
    const installing = must(said(downloading, "installing"));
    expect(installing).toMatchObject({ state: "installing", percent: 100, installs: 1, endedAt: null });
    expect(must(said(installing, "succeeded"))).toMatchObject({ state: "installing", endedAt: null });
    expect(must(arrive(installing, at(3)))).toMatchObject({ state: "succeeded", endedAt: at(3) });
  });

  it("counts for its own job alone, and for one that was offered", () => {
    expect(said(offered, "downloading", { round: 1 })).toBeNull();
    expect(said({ ...offered, round: 2 }, "rolled_back", { round: 1 })).toBeNull();
    for (const state of OTA_STATES) expect(said(waiting, state)).toBeNull();
  });

  it.each([
    ["HTTP 404", "failed"],
    ["http_404", "failed"],
    ["HTTP 403", "waiting"],
    ["HTTP 410 Gone", "failed"],
    ["the signature is wrong", "failed"],
    ["WRONG CHIP", "failed"],
    ["HTTP 408", "waiting"],
    ["HTTP 429", "waiting"],
    ["HTTP 503", "waiting"],
    ["TIMEOUT", "waiting"],
    ["SHA256", "waiting"],
    [undefined, "waiting"],
  ])("that it failed with %s makes it %s", (error, state) => {
    expect(must(said(offered, "failed", error === undefined ? {} : { error }))).toMatchObject({ state, error: error ?? "FAILED" });
  });

  it("that it failed is tried again later and later, as another job, five times", () => {
    let row = offered;
    const pauses: number[] = [];
    while (isOpen(row.state)) {
      row = must(takeReport(row, { round: row.round, state: "failed", error: "TIMEOUT" }, at(10)));
      if (row.retryAt) {
        pauses.push((row.retryAt.getTime() - at(10).getTime()) / 60_000);
        row = offer(row, at(10));
      }
    }
    expect([row.state, row.error, pauses]).toEqual(["failed", "TIMEOUT", [1, 2, 4, 8]]);
    // An administrator gives it another five.
    const anew = offer(must(beginAnew(row, at(20))), at(20));
    expect(must(said(anew, "failed"))).toMatchObject({ state: "waiting", round: 6 });
  });

  it("that it went back ends it, even when it had succeeded or was left out", () => {
    for (const state of ["offered", "downloading", "verifying", "installing", "succeeded", "failed", "skipped"] as const) {
      expect(must(said(inState(state), "rolled_back", { error: "no network" }))).toMatchObject({ state: "rolled_back", error: "no network", endedAt: at(1) });
    }
    expect(said(inState("rolled_back"), "rolled_back")).toBeNull();
  });

  it("that it defers makes it wait, and costs it nothing", () => {
    expect(must(said(offered, "deferred", { error: "BUSY" }))).toMatchObject({ state: "waiting", round: 0, attempts: 1, error: "BUSY", retryAt: at(11) });
  });
});

describe("a device that says nothing", () => {
  it.each([
    ["offered", 2],
    ["downloading", 5],
    ["verifying", 5],
    ["installing", 10],
  ] as const)("while %s gets the same job again after %i minutes", (state, minutes) => {
    const row = inState(state);
    expect(losePatience(row, null, true, new Date(at(minutes).getTime() - 1))).toBeNull();
    expect(must(losePatience(row, null, true, at(minutes)))).toMatchObject({ state: "waiting", round: 0, attempts: 1, retryAt: at(minutes + 1) });
    // Counted from when it connected.
    expect(losePatience(row, at(1), true, at(minutes))).toBeNull();
    expect(must(losePatience(row, null, false, at(minutes)))).toMatchObject({ state: "failed", error: "NO_ANSWER" });
  });

  it("is waited for longer each time, at most an hour, and given up after a day of it", () => {
    const pause = (attempts: number) => must(losePatience({ ...offered, attempts }, null, true, at(2)));
    expect([1, 2, 5, 7, 23].map((attempts) => ((pause(attempts).retryAt?.getTime() ?? 0) - at(2).getTime()) / 60_000)).toEqual([1, 2, 16, 60, 60]);
    expect(pause(24)).toMatchObject({ state: "failed", error: "NO_ANSWER" });
  });

  it("and comes back with the old version from its second restart has gone back, said or not", () => {
    expect(must(losePatience(inState("installing", { installs: 1 }), null, true, at(10)))).toMatchObject({ state: "waiting" });
    expect(must(losePatience(inState("installing", { installs: 2 }), null, true, at(10)))).toMatchObject({ state: "rolled_back", error: "CAME_BACK_OLD" });
  });
});

it("what is skipped, left or begun anew", () => {
  expect(must(skip(waiting, "OPERATOR", at(1)))).toMatchObject({ state: "skipped", error: "OPERATOR", endedAt: at(1) });
  expect(skip(inState("installing"), "ABORTED", at(1))).toBeNull();
  expect(must(leave(inState("installing"), at(1)))).toMatchObject({ state: "skipped", error: "DECOMMISSIONED" });
  for (const state of ["succeeded", "waiting", "offered", "installing"] as const) expect(beginAnew(inState(state), at(1))).toBeNull();
  for (const state of ["failed", "rolled_back", "skipped"] as const) {
    expect(must(beginAnew(inState(state, { tolerated: true, installs: 2, attempts: 9, endedAt: at(0) }), at(1)))).toMatchObject({ state: "waiting", tolerated: false, installs: 0, attempts: 0, round: 5, endedAt: null });
  }
  for (const state of ["succeeded", "rolled_back", "skipped"] as const) expect(arrive(inState(state), at(1))).toBeNull();
});

/** Numbers that look random and are the same in each run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

it("whatever happens in whatever order: only allowed steps, one end at a time, and nothing that was taken back is offered by itself", () => {
  const errors = ["HTTP 404", "TIMEOUT", undefined];
  for (let seed = 1; seed <= 400; seed += 1) {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T; // never empty
    let row = waiting;
    let minutes = 0;
    for (let index = 0; index < 120; index += 1) {
      minutes += Math.floor(next() * 12);
      const now = at(minutes);
      const before = row;
      const event = pick(["offer", "report", "report", "report", "late", "arrive", "quiet", "skip", "leave", "anew"] as const);
      if (event === "offer") {
        if (row.state === "waiting" && (!row.retryAt || row.retryAt <= now)) row = offer(row, now);
      } else if (event === "report" || event === "late") {
        const error = pick(errors);
        row = takeReport(row, { round: event === "late" ? row.round - 1 : row.round, state: pick(OTA_STATES), percent: Math.floor(next() * 101), ...(error === undefined ? {} : { error }) }, now) ?? row;
        if (event === "late") expect(row).toBe(before);
      } else if (event === "arrive") {
        // A device does not arrive often, or nothing else would be seen.
        if (next() < 0.15) row = arrive(row, now) ?? row;
      } else if (event === "quiet") row = losePatience(row, null, next() < 0.8, now) ?? row;
      else if (event === "skip") row = next() < 0.1 ? (skip(row, "OPERATOR", now) ?? row) : row;
      else if (event === "leave") row = next() < 0.02 ? (leave(row, now) ?? row) : row;
      else if (next() < 0.2) row = beginAnew(row, now) ?? row;

      if (row.state !== before.state) expect(ROLLOUT_MACHINE_NEXT[before.state], `${before.state} → ${row.state} by ${event}`).toContain(row.state);
      expect(row.endedAt === null).toBe(isOpen(row.state));
      if (row.state === "succeeded" && before.state !== "succeeded") expect(event).toBe("arrive");
      if (before.state === "rolled_back" && row.state !== "rolled_back") expect(event).toBe("anew");
      if (row.retryAt) expect(row.state).toBe("waiting");
      expect(row.percent >= 0 && row.percent <= 100).toBe(true);
      expect(row.round).toBeGreaterThanOrEqual(before.round);
    }
  }
});
