import { fc } from "#server/testing/properties.ts";
import { describe, expect, it } from "vitest";
import { OPERATION_STATUSES, operationIsOver, STEP_STATUSES, VM_ACTIONS, VM_STATUSES, VM_TRANSITIONS, vmAllows, vmInTransition, vmIsGone } from "#shared/compute/states.ts";
import { backoffMs, nextMove, progressOf, type RecordedOperation } from "./operation-moves.ts";

/** Plays an operation of `count` steps by the table, with failures, crashes and a cancellation where `dice` says; returns what was run and undone. */
function play(count: number, dice: readonly number[]): { operation: RecordedOperation; begun: number[]; undone: number[]; moves: number } {
  const steps = Array.from({ length: count }, (_, position) => ({ position, status: "pending" }));
  const operation = { status: "queued", compensating: false, cancelRequested: false, steps };
  const begun: number[] = [];
  const undone: number[] = [];
  for (let moves = 0; ; moves += 1) {
    const roll = dice[moves] ?? 99;
    if (roll === 0 && !operation.compensating) operation.cancelRequested = true;
    const move = nextMove(operation);
    if (move.do === "nothing") return { operation, begun, undone, moves };
    if (move.do === "turnBack") operation.compensating = true;
    else if (move.do === "end") operation.status = operation.compensating ? "failed" : "succeeded";
    else {
      const step = steps[move.position];
      if (!step) throw new Error("a move names a step that is not there");
      operation.status = "running";
      // 1, 2: the process dies after the record that the step begins; 3, 4: the step fails for good
      if (move.do === "run") {
        if (step.status === "pending") begun.push(move.position);
        step.status = roll === 1 || roll === 2 ? "running" : roll === 3 || roll === 4 ? "failed" : "succeeded";
        if (step.status === "failed") operation.compensating = true;
      } else {
        const died = roll === 1 || roll === 2;
        step.status = died ? "compensating" : "compensated";
        if (!died) undone.push(move.position);
      }
    }
  }
}

describe("the saga's table", () => {
  const runs = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }));

  it("always ends, and either everything was done or everything begun was undone, the last first", () => {
    fc.assert(
      fc.property(runs, ([count, dice]) => {
        const { operation, begun, undone } = play(count, dice);
        expect(operationIsOver(operation.status)).toBe(true);
        expect(begun).toEqual([...begun].sort((a, b) => a - b));
        if (operation.status === "succeeded") {
          expect([begun.length, undone]).toEqual([count, []]);
          expect(operation.steps.every((step) => step.status === "succeeded")).toBe(true);
        } else {
          expect(undone).toEqual([...begun].reverse());
        }
      }),
    );
  });

  it("never moves an operation that is over, whatever its records say", () => {
    const steps = fc.array(fc.constantFrom(...STEP_STATUSES), { maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...OPERATION_STATUSES), fc.boolean(), fc.boolean(), steps, (status, compensating, cancelRequested, statuses) => {
        const move = nextMove({ status, compensating, cancelRequested, steps: statuses.map((each, position) => ({ position, status: each })) });
        expect(move.do === "nothing").toBe(operationIsOver(status));
        if (compensating) expect(move.do).not.toBe("run");
      }),
    );
  });

  it("keeps 100 percent for the end", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.boolean()), { minLength: 1, maxLength: 9 }), (steps) => {
        const progress = progressOf(steps.map(([, done]) => ({ status: done ? "succeeded" : "pending" })), steps.map(([weight]) => ({ weight })));
        expect(progress === 100).toBe(steps.every(([, done]) => done));
      }),
    );
  });

  it("waits longer after each failure, up to a bound", () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => backoffMs(attempt, 1_000))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });
});

describe("the VM's table", () => {
  it("lets nothing but a new name and a later end through while an operation has the VM, and nothing once it is terminated", () => {
    for (const status of VM_STATUSES) {
      const allowed = VM_ACTIONS.filter((action) => vmAllows(status, action));
      if (vmInTransition(status)) expect(allowed.filter((action) => action !== "rename" && action !== "extend")).toEqual([]);
      if (status === "terminated") expect(allowed).toEqual([]);
    }
  });

  it("leads every action from a state of rest through a transition to a state of rest", () => {
    for (const { during, after } of Object.values(VM_TRANSITIONS)) expect([vmInTransition(during), after !== null && vmInTransition(after)]).toEqual([true, false]);
  });

  it("has a way out of every state of rest that is not the end", () => {
    for (const status of VM_STATUSES.filter((each) => !vmInTransition(each) && each !== "terminated")) {
      const ends = VM_ACTIONS.some((action) => vmAllows(status, action) && action in VM_TRANSITIONS);
      expect([status, ends || vmIsGone(status)]).toEqual([status, true]);
    }
  });

  it("answers no for states and actions it does not know", () => {
    fc.assert(fc.property(fc.string(), (text) => (VM_STATUSES as readonly string[]).includes(text) || !vmAllows(text, "start")));
  });
});
