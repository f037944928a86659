import type { z } from "zod";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { TaskProgress } from "./drivers/driver.ts";

/**
 * What an operation does, step by step. A step has an outside effect (`run`), a part in the database (`commit`), or both; each has its undoing.
 * - `run` and `compensate` may be called again after a crash at any place, so they look before they act.
 * - `commit` and `commitCompensation` are in the transaction that records the step: they happen exactly once.
 * - A step that was begun is undone even when it failed: nobody knows how far it came.
 */
export interface StepDefinition<Input> {
  /** what the customer reads, translated by the web app; one of its operation's own: its records are found by it */
  name: string;
  /** its share of the progress */
  weight: number;
  /** An operation with another input has no such step. */
  onlyIf?(input: Input): boolean;
  /** The request's own transaction does this step: it is recorded as done when the operation begins. */
  withRequest?: boolean;
  run?(ctx: StepContext<Input>): Promise<StepOutput>;
  commit?(tx: Tx, ctx: StepContext<Input>, output: StepOutput): Promise<void>;
  compensate?(ctx: StepContext<Input>): Promise<StepOutput>;
  commitCompensation?(tx: Tx, ctx: StepContext<Input>, output: StepOutput): Promise<void>;
  /** What `commitCompensation` gets in place of what `compensate` would find, when an administrator gives the host up. */
  givenUp?: StepOutput;
  /** Keys of the input that are erased when the step is done, and when the operation turns back. */
  forgets?: readonly (keyof Input & string)[];
}

/** What a step found out, kept with its record. */
export type StepOutput = Prisma.InputJsonObject | undefined | void;

export interface OperationDefinition<Input> {
  kind: string;
  input: z.ZodType<Input>;
  steps: readonly StepDefinition<Input>[];
  /** Whether it can be called off while it runs; before its first step every operation can. */
  cancellable: boolean;
  /**
   * What the request's own transaction does besides taking the VM: checks that cannot wait, and what has to be written before anything is begun.
   * Trying a failed operation again does it again. Its undoing belongs to the step marked `withRequest`.
   * @returns the input to go on with
   * @throws AppError: nothing is begun
   */
  request?(tx: Tx, request: OperationRequest<Input>): Promise<Input>;
  /** It may take hours, so it never has all the places of a worker: others wait for nobody's copying. */
  long?: boolean;
  /** It cannot be tried again: something that it needs is kept nowhere. */
  once?: boolean;
}

/** The steps that an operation with this input has. */
export function stepsFor<Input>(definition: OperationDefinition<Input>, input: Input): StepDefinition<Input>[] {
  return definition.steps.filter((step) => step.onlyIf?.(input) ?? true);
}

/** The steps of an operation by its records: those it began with, also when the program has learnt others since. */
export function stepsOf<Input>(definition: OperationDefinition<Input>, records: readonly { name: string }[]): StepDefinition<Input>[] {
  return records.map(({ name }) => {
    const step = definition.steps.find((each) => each.name === name);
    if (!step) throw new Error(`${definition.kind} has no step ${name}`);
    return step;
  });
}

export interface OperationRequest<Input> {
  operationId: string;
  organizationId: string;
  subjectId: string;
  /** of the VM, before it was taken; null for what is not about one VM */
  statusBefore: string | null;
  input: Input;
  at: Date;
}

export interface OperationInfo<Input> {
  id: string;
  kind: string;
  organizationId: string;
  subjectId: string;
  subjectName: string;
  actorId: string | null;
  input: Input;
}

export interface StepContext<Input> {
  rt: Runtime;
  operation: OperationInfo<Input>;
  /** Names this step's outside effect; the same on each attempt. */
  key: string;
  /** from 1; counted apart for running and for compensating */
  attempt: number;
  /** Aborted when the worker stops, has lost its lease, or the operation is called off. */
  signal: AbortSignal;
  maxCallMs: number;
  /** Takes a hypervisor's word on how far its task is. */
  report(progress: TaskProgress): void;
  /** Why it is being undone; null while it runs forward. */
  failure: { message: string; cancelled: boolean } | null;
}

/** Thrown by a step that has to wait for something else: it is called again after `ms`, and that is no failed attempt. */
export class Later extends Error {
  readonly ms: number;

  constructor(ms: number, reason: string) {
    super(reason);
    this.name = "Later";
    this.ms = ms;
  }
}
