import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { newId } from "#shared/ids.ts";
import { currentCorrelation, correlated } from "#server/infra/correlation.ts";
import { transact } from "#server/infra/runtime.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { Later, type OperationDefinition, type StepDefinition } from "./operation-definition.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { claimOperation, LeaseLost, lockLeased } from "./operation-repository.ts";
import { startOperationWorker } from "./operation-worker.ts";
import { anyCall } from "./testing/places.ts";
import { type ComputeBench, createComputeBench } from "./testing/bench.ts";

let bench: ComputeBench;
beforeAll(async () => {
  bench = await createComputeBench();
});
afterAll(() => bench.close());

function define(steps: readonly StepDefinition<{ secret?: string | undefined }>[], kind = "test"): { definition: OperationDefinition<unknown>; enqueue(): Promise<string> } {
  const definition = { kind, input: z.object({ secret: z.string().optional() }), steps, cancellable: true };
  return {
    // The engine parses the input by this definition's schema.
    definition: definition as OperationDefinition<unknown>,
    async enqueue() {
      const id = newId("operation");
      const { organizationId } = bench.customer;
      await transact(bench.rt, (tx) =>
        enqueueOperation(tx, definition, { id, organizationId, subjectType: "vm", subjectId: newId("vm"), subjectName: "test", actorId: null, input: { secret: "s3cret" }, at: bench.rt.clock.now() }),
      );
      bench.rt.signals.send("operations");
      return id;
    },
  };
}
const gate = () => {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};
const start = (definition: OperationDefinition<unknown>, options: { leaseMs?: number; concurrency?: number; stopGraceMs?: number } = {}) =>
  startOperationWorker(bench.rt, { concurrency: 4, retryBaseMs: 10, definitionOf: () => definition, ...options });

describe("workers", () => {
  it("run each step of each operation once, however many there are", async () => {
    const now = new Map<string, number>();
    const runs: string[] = [];
    let most = 0;
    const step = (name: string): StepDefinition<unknown> => ({
      name,
      weight: 1,
      async run(ctx) {
        const count = (now.get(ctx.operation.id) ?? 0) + 1;
        most = Math.max(most, count);
        now.set(ctx.operation.id, count);
        runs.push(ctx.key);
        await new Promise((done) => setTimeout(done, 15));
        now.set(ctx.operation.id, count - 1);
      },
    });
    const { definition, enqueue } = define([step("one"), step("two"), step("three")]);
    const ids = await Promise.all(Array.from({ length: 12 }, enqueue));
    const workers = [start(definition, { leaseMs: 5_000 }), start(definition, { concurrency: 2 }), start(definition)];
    for (const id of ids) expect(await bench.ended(id)).toMatchObject({ status: "succeeded" });
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(most).toBe(1);
    expect(new Set(runs).size).toBe(36);
  });

  it("take over the operation of one that went silent, whose late writes are refused", async () => {
    const { opened, open } = gate();
    const attempts: number[] = [];
    const { definition, enqueue } = define([
      {
        name: "slow",
        weight: 1,
        async run(ctx) {
          attempts.push(ctx.attempt);
          if (ctx.attempt === 1) await opened;
        },
      },
    ]);
    const id = await enqueue();
    // A worker that took the operation, began its step, and then said nothing more.
    const owner = "silent";
    expect(await claimOperation(bench.rt, owner, 50)).toEqual({ id, kind: "test" });
    await bench.rt.db.prisma.operationStep.updateMany({ where: { operationId: id }, data: { status: "running", attempt: 1 } });
    await new Promise((done) => setTimeout(done, 60));
    const worker = start(definition);
    expect(await bench.ended(id)).toMatchObject({ status: "succeeded", steps: [{ attempt: 2 }] });
    await worker.stop();
    open();
    expect(attempts).toEqual([2]);
    await expect(transact(bench.rt, (tx) => lockLeased(tx, { operationId: id, owner }))).rejects.toBeInstanceOf(LeaseLost);
  });

  it("abort the step of an operation that another has taken over, and write nothing of it", async () => {
    const lost = gate();
    const { definition, enqueue } = define([
      {
        name: "robbed",
        weight: 1,
        async run(ctx) {
          if (ctx.attempt > 1) return;
          ctx.signal.addEventListener("abort", () => lost.open(), { once: true });
          await bench.rt.db.query({ text: "update operation set lease_owner = 'thief', lease_until = $2 where id = $1", values: [ctx.operation.id, new Date(Date.now() + 200)] });
          await lost.opened;
          throw ctx.signal.reason;
        },
        async commit() {},
      },
    ]);
    const worker = start(definition, { leaseMs: 60 });
    const id = await enqueue();
    await lost.opened;
    expect(await bench.ended(id)).toMatchObject({ status: "succeeded", steps: [{ attempt: 2 }] });
    await worker.stop();
  });

  it("finish the step in flight when they stop, and give the operation back", async () => {
    const { opened, open } = gate();
    const began = gate();
    const { definition, enqueue } = define([
      { name: "one", weight: 1, run: async () => (began.open(), opened) },
      { name: "two", weight: 1 },
    ]);
    const worker = start(definition);
    const id = await enqueue();
    await began.opened;
    const stopped = worker.stop();
    open();
    await stopped;
    const left = await bench.rt.db.prisma.operation.findUniqueOrThrow({ where: { id }, include: { steps: { orderBy: { position: "asc" } } } });
    expect([left.status, left.leaseOwner, left.steps.map((step) => step.status)]).toEqual(["running", null, ["succeeded", "pending"]]);
    const next = start(definition);
    expect(await bench.ended(id)).toMatchObject({ status: "succeeded" });
    await next.stop();
  });

  it("abandon a step that outlasts the grace; it is no failed attempt", async () => {
    const began = gate();
    const { definition, enqueue } = define([
      {
        name: "endless",
        weight: 1,
        run: (ctx) =>
          new Promise((resolve, reject) => {
            if (ctx.rt.log.bindings()["patient"]) resolve(undefined);
            ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason as Error), { once: true });
            began.open();
          }),
      },
    ]);
    const worker = start(definition, { stopGraceMs: 20 });
    const id = await enqueue();
    await began.opened;
    await worker.stop();
    expect(await bench.rt.db.prisma.operation.findUniqueOrThrow({ where: { id }, include: { steps: true } })).toMatchObject({ leaseOwner: null, steps: [{ status: "running", attempt: 0, error: null }] });
    const patient = startOperationWorker({ ...bench.rt, log: bench.rt.log.child({ patient: true }) }, { concurrency: 1, definitionOf: () => definition });
    expect(await bench.ended(id)).toMatchObject({ status: "succeeded", steps: [{ attempt: 1 }] });
    await patient.stop();
  });

  it("carry the correlation of the request, and forget a secret when its step is done", async () => {
    const seen: unknown[] = [];
    const { definition, enqueue } = define([
      { name: "uses", weight: 1, forgets: ["secret"], run: async (ctx) => void seen.push(currentCorrelation()?.id, ctx.operation.input) },
      { name: "after", weight: 1, run: async (ctx) => void seen.push(ctx.operation.input) },
    ]);
    const worker = start(definition);
    const id = await correlated({ id: "req_of_the_caller" }, enqueue);
    await bench.ended(id);
    await worker.stop();
    expect(seen).toEqual(["req_of_the_caller", { secret: "s3cret" }, {}]);
    const events = await bench.rt.db.prisma.event.findMany({ where: { subject: id }, orderBy: { seq: "asc" } });
    expect(events.map((event) => event.correlationId)).toEqual(events.map(() => "req_of_the_caller"));
    expect(events.map((event) => (event.data as { progress: number }).progress)).toEqual([0, 0, 50, 50, 100]);
  });

  it("come back to a step that waits, without counting it as failed", async () => {
    let looks = 0;
    const { definition, enqueue } = define([
      {
        name: "waits",
        weight: 1,
        async run() {
          looks += 1;
          if (looks < 7) throw new Later(1, "not yet");
        },
      },
    ]);
    const worker = start(definition);
    const id = await enqueue();
    expect(await bench.ended(id)).toMatchObject({ status: "succeeded", steps: [{ attempt: 1 }] });
    await worker.stop();
    expect(looks).toBe(7);
  });

  it("go on with the steps that an operation began with, whatever the program has learnt since, and leave out those that its input does not ask for", async () => {
    const ran: string[] = [];
    const step = (name: string): StepDefinition<unknown> => ({ name, weight: 1, run: async () => void ran.push(name) });
    const optional = (name: string, asked: boolean): StepDefinition<unknown> => ({ ...step(name), onlyIf: () => asked });
    const before = define([step("first"), optional("left out", false), optional("asked for", true), step("last")]);
    const id = await before.enqueue();
    const after = define([step("first"), step("new"), step("asked for"), step("last")]);
    const worker = start(after.definition);
    const ended = await bench.ended(id);
    await worker.stop();
    expect(ran).toEqual(["first", "asked for", "last"]);
    expect(ended).toMatchObject({ status: "succeeded", progress: 100, steps: [{ name: "first" }, { name: "asked for" }, { name: "last" }] });
  });

  it("keep places for others when much of what waits takes long", async () => {
    const { opened, open } = gate();
    let [began, most] = [0, 0];
    const long = define([
      {
        name: "copies",
        weight: 1,
        async run() {
          began += 1;
          most = Math.max(most, began);
          await opened;
          began -= 1;
        },
      },
    ], "long");
    const quick = define([{ name: "starts", weight: 1, run: async () => {} }]);
    const longs = await Promise.all(Array.from({ length: 5 }, long.enqueue));
    const worker = startOperationWorker(bench.rt, { concurrency: 4, retryBaseMs: 10, longKinds: ["long"], definitionOf: (kind) => (kind === "long" ? long.definition : quick.definition) });
    for (const id of await Promise.all(Array.from({ length: 3 }, quick.enqueue))) expect(await bench.ended(id)).toMatchObject({ status: "succeeded" });
    expect([began, most]).toEqual([2, 2]);
    open();
    for (const id of longs) expect(await bench.ended(id)).toMatchObject({ status: "succeeded" });
    await worker.stop();
    expect(most).toBe(2);
  });

  it("undo a step whose part in the database fails, and hide what a bug says", async () => {
    const undone: string[] = [];
    const { definition, enqueue } = define([
      { name: "fine", weight: 1, run: async () => {}, compensate: async () => void undone.push("fine") },
      {
        name: "broken",
        weight: 1,
        run: async () => {},
        commit: async () => {
          throw new TypeError("internal detail");
        },
        compensate: async () => void undone.push("broken"),
      },
    ]);
    const worker = start(definition);
    const id = await enqueue();
    const ended = await bench.ended(id);
    await worker.stop();
    expect(ended).toMatchObject({ status: "failed", errorCode: "INTERNAL_ERROR" });
    expect(JSON.stringify(ended)).not.toContain("internal detail");
    expect(undone).toEqual(["broken", "fine"]);
  });
});

describe("two workers on one VM", () => {
  it("make it once, even when the first was only slow", async () => {
    const made = await bench.create("contended");
    const workers = [bench.worker({ leaseMs: 20 }), bench.worker({ leaseMs: 20 })];
    expect(await bench.ended(made.operationId)).toMatchObject({ status: "succeeded" });
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(await bench.driver.inspect(hypervisorRef(made.vmId), anyCall)).toMatchObject({ power: "running" });
    expect(await bench.rt.db.prisma.transfer.count({ where: { subjectId: made.vmId } })).toBe(2);
  });
});
