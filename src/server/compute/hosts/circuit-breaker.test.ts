import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "#server/infra/clock.ts";
import { DriverError } from "../drivers/errors.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";

const away = (): Promise<never> => Promise.reject(new DriverError("unavailable", "connect ECONNREFUSED"));
const refused = (): Promise<never> => Promise.reject(new DriverError("refused", "no such storage"));
const fine = (): Promise<string> => Promise.resolve("fine");

let clock: ManualClock;
let hostIsThere: boolean;
let checks: number;
let changes: string[];
let breaker: CircuitBreaker;
beforeEach(() => {
  clock = new ManualClock("2028-02-28T10:00:00.000Z");
  hostIsThere = false;
  checks = 0;
  changes = [];
  breaker = new CircuitBreaker({
    hostName: "pve-1",
    now: () => clock.now(),
    check: async () => {
      checks += 1;
      if (!hostIsThere) await away();
    },
    onChange: (state) => changes.push(state),
  });
});

async function fail(times: number, work: () => Promise<unknown> = away): Promise<void> {
  for (let n = 0; n < times; n += 1) await expect(breaker.run(work)).rejects.toThrow();
}

describe("circuit breaker", () => {
  it("opens after five failures in a row, when the host itself does not answer either", async () => {
    await fail(4);
    expect([breaker.state, checks]).toEqual(["closed", 0]);
    await fail(1);
    expect([breaker.state, checks, changes]).toEqual(["open", 1, ["open"]]);
    let called = false;
    await expect(breaker.run(() => ((called = true), fine()))).rejects.toMatchObject({ failure: "unavailable", message: expect.stringContaining("pve-1 does not answer: connect ECONNREFUSED") as string });
    expect([called, checks]).toEqual([false, 1]);
  });

  it("stays closed when the host answers: it is one VM that is locked", async () => {
    hostIsThere = true;
    await fail(20);
    expect([breaker.state, checks, changes]).toEqual(["closed", 4, []]);
  });

  it("counts time-outs, and not what the host has answered", async () => {
    await fail(20, refused);
    await fail(20, () => Promise.reject(new DriverError("not_found", "no such VM")));
    expect([breaker.state, checks]).toEqual(["closed", 0]);
    await fail(5, () => Promise.reject(new DOMException("late", "TimeoutError")));
    expect(breaker.state).toBe("open");
  });

  it("a success between failures begins the count anew", async () => {
    await fail(4);
    expect(await breaker.run(fine)).toBe("fine");
    await fail(4);
    expect([breaker.state, checks]).toEqual(["closed", 0]);
  });

  it("asks the host again after a pause that doubles up to two minutes, and closes when it answers", async () => {
    await fail(5);
    for (const pause of [5, 10, 20, 40, 80, 120, 120]) {
      clock.advance(pause * 1_000 - 1);
      const before = checks;
      await fail(1, fine);
      expect(checks).toBe(before);
      clock.advance(1);
      await fail(1, fine);
      expect([checks, breaker.state]).toEqual([before + 1, "open"]);
    }
    hostIsThere = true;
    clock.advance(120_000);
    expect(await breaker.run(fine)).toBe("fine");
    expect([breaker.state, changes]).toEqual(["closed", ["open", "closed"]]);
    hostIsThere = false;
    await fail(5);
    clock.advance(5_000);
    hostIsThere = true;
    expect(await breaker.run(fine)).toBe("fine");
  });

  it("one call tries again, the others are refused meanwhile", async () => {
    await fail(5);
    clock.advance(5_000);
    let answer = (): void => {};
    const trial = new CircuitBreaker({ hostName: "pve-1", now: () => clock.now(), check: () => (trialChecks++ === 0 ? away() : new Promise<void>((resolve) => (answer = resolve))) });
    let trialChecks = 0;
    for (let n = 0; n < 5; n += 1) await expect(trial.run(away)).rejects.toThrow();
    clock.advance(5_000);
    const first = trial.run(fine);
    await expect(trial.run(fine)).rejects.toMatchObject({ failure: "unavailable" });
    answer();
    expect(await first).toBe("fine");
    expect(await trial.run(fine)).toBe("fine");
  });

  it("a call that asks whether the host is there is let through, and closes it", async () => {
    await fail(5);
    await expect(breaker.watch(away)).rejects.toThrow("ECONNREFUSED");
    expect(await breaker.watch(fine)).toBe("fine");
    expect(breaker.state).toBe("closed");
  });
});
