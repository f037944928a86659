import { COMMAND_NEXT, type CommandState } from "#shared/machines/states.ts";
import type { CommandType } from "#shared/machines/device.ts";
import { publishAll, type Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type LockedCommand, lockCommands, updateCommands } from "./commands-repository.ts";
import { type CommandOutcome, REACTIONS } from "./reactions.ts";

/** One thing that is known of a command now. */
export interface CommandStep {
  id: string;
  to: Exclude<CommandState, "created">;
  code?: string | null;
  data?: Prisma.JsonObject | null;
  at: Date;
  /** The machine that says so; absent: we do. */
  saidBy?: string;
}

/**
 * Takes steps of commands in their order, those that COMMAND_NEXT allows from the present state: writes them, announces them and tells who has to react, all in the caller's transaction.
 * What a device says after the end is kept as late. Who holds locks of machines took them before.
 * @returns steps of commands that do not exist, or that another machine was given
 */
export async function advanceCommands(tx: Tx, steps: readonly CommandStep[]): Promise<CommandStep[]> {
  if (steps.length === 0) return [];
  const commands = new Map((await lockCommands(tx, [...new Set(steps.map((step) => step.id))])).map((command) => [command.id, command]));
  const foreign: CommandStep[] = [];
  const touched = new Map<string, LockedCommand>();
  const moves: { command: LockedCommand; state: CommandState; at: Date }[] = [];
  const outcomes: CommandOutcome[] = [];
  for (const step of steps) {
    const command = commands.get(step.id);
    if (!command || (step.saidBy !== undefined && step.saidBy !== command.machineId)) {
      foreign.push(step);
      continue;
    }
    const before = command.state as CommandState;
    for (const state of pathTo(before, step)) {
      apply(command, state, step);
      touched.set(command.id, command);
      moves.push({ command: { ...command }, state, at: step.at });
      if (state !== "sent" && state !== "created") outcomes.push({ command: { ...command }, state, code: command.code, data: command.data, late: before === "unknown", at: step.at });
    }
    if (command.state === before && keepLate(command, step)) {
      touched.set(command.id, command);
      if (step.to === "done" || step.to === "failed") outcomes.push({ command: { ...command }, state: step.to, code: step.code ?? null, data: step.data ?? null, late: true, at: step.at });
    }
  }
  if (touched.size > 0) await updateCommands(tx, [...touched.values()]);
  await publishAll(
    tx,
    moves.map(({ command, state, at }) => ({
      type: "machine.command.changed",
      subject: command.machineId,
      organizationId: command.organizationId,
      data: { machineId: command.machineId, commandId: command.id, type: command.type, state, code: command.code },
      at,
    })),
  );
  for (const outcome of outcomes) await REACTIONS[outcome.command.type as CommandType]?.(tx, outcome);
  return foreign;
}

/** The states that the step leads through; none when it may not be taken. A device may answer before the bridge has noted that the command was sent. */
function pathTo(state: CommandState, step: CommandStep): CommandState[] {
  if (COMMAND_NEXT[state].includes(step.to)) return state === "created" && step.saidBy !== undefined ? ["sent", step.to] : [step.to];
  return state === "created" && COMMAND_NEXT.sent.includes(step.to) ? ["sent", step.to] : [];
}

function apply(command: LockedCommand, state: CommandState, step: CommandStep): void {
  if (command.state === "unknown") command.late = lateWord(step);
  command.state = state;
  if (state === "sent") {
    command.sentAt = step.at;
    return;
  }
  if (state === "accepted") {
    command.acceptedAt = step.at;
    return;
  }
  command.code = state === "failed" ? (step.code ?? "FAILED") : null;
  command.data = step.data ?? null;
  command.endedAt = step.at;
}

/** @returns whether the step is news about a command that has ended */
function keepLate(command: LockedCommand, step: CommandStep): boolean {
  const ended = command.state === "expired" || command.state === "done" || command.state === "failed";
  if (!ended || step.saidBy === undefined || step.to === command.state) return false;
  // That it was accepted is news only of one that is thought not to have begun.
  if (step.to === "accepted" && (command.state !== "expired" || command.late !== null)) return false;
  if ((command.late as { phase?: string } | null)?.phase === step.to) return false;
  command.late = lateWord(step);
  return true;
}

function lateWord(step: CommandStep): Prisma.JsonObject {
  return { phase: step.to, code: step.code ?? null, data: step.data ?? null, at: step.at.toISOString() };
}
