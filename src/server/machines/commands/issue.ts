import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { commandIssueInput, commandListInput, commandListOutput, Command } from "#shared/machines/commands.ts";
import type { CommandType } from "#shared/machines/device.ts";
import type { CommandState } from "#shared/machines/states.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import { namesOfUsers } from "#server/identity/directory.ts";
import type { DeviceCommand, Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findMachine, isVisible } from "../machines-repository.ts";
import { createCommand } from "./commands.ts";
import { findCommand, findCommands, hasOpenCommand } from "./commands-repository.ts";

/** Long enough for a slow radio, too short for a machine that comes back later. */
const EXPIRES_IN_SECONDS = 30;
const IDENTIFY_SECONDS = 30;

/**
 * A person tells a machine to do something.
 * @throws AppError NOT_FOUND; INVALID_STATE when it is not online; CONFLICT when it is doing the same already; INVALID_REQUEST when an argument is missing
 */
export async function issueCommand(rt: Runtime, scope: Scope, actor: UserActor, input: z.output<typeof commandIssueInput>): Promise<Command> {
  const at = rt.clock.now();
  const args = argumentsOf(input);
  const id = await transact(rt, async (tx) => {
    const machine = await findMachine(tx, scope, input.id);
    if (!machine) throw notFound("machine");
    if (input.commandId !== undefined && !(await findCommand(tx, machine.id, input.commandId))) throw notFound("command");
    // The machine's lock is held from here on: of two who press at once the second is told.
    const created = await createCommand(tx, { machineId: machine.id, type: input.type, args, expiresInSeconds: EXPIRES_IN_SECONDS, actorId: actor.userId, at });
    if (input.type !== "query" && (await hasOpenCommand(tx, machine.id, input.type, created.id))) throw new AppError("CONFLICT", "The machine has been told so already, and has not ended it.");
    await recordAudit(tx, actor, { action: "machine.command", subjectType: "machine", subjectId: machine.id, organizationId: machine.organizationId, after: { commandId: created.id, type: input.type, args }, at });
    return created.id;
  });
  rt.signals.send("downlinks");
  return getCommand(rt, scope, { id: input.id, commandId: id });
}

/** What a machine was told, newest first. @throws AppError NOT_FOUND */
export async function listCommands(rt: Runtime, scope: Scope, input: z.output<typeof commandListInput>): Promise<z.output<typeof commandListOutput>> {
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const rows = await findCommands(rt, input.id, { before: input.cursor ?? null, limit: input.limit + 1 });
  const page = rows.slice(0, input.limit);
  const names = await namesOf(rt, page);
  return { data: page.map((row) => output(row, names)), nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null };
}

/** @throws AppError NOT_FOUND */
export async function getCommand(rt: Runtime, scope: Scope, input: { id: string; commandId: string }): Promise<Command> {
  const row = (await isVisible(rt, scope, input.id)) ? await findCommand(rt.db.prisma, input.id, input.commandId) : null;
  if (!row) throw notFound("command");
  return output(row, await namesOf(rt, [row]));
}

function argumentsOf({ type, seconds, commandId }: z.output<typeof commandIssueInput>): Prisma.JsonObject {
  if (type === "identify") return { seconds: seconds ?? IDENTIFY_SECONDS };
  if (type !== "query") return {};
  if (commandId === undefined) throw new AppError("INVALID_REQUEST", "A query asks about a command.", { details: [{ field: "commandId", message: "is required for a query" }] });
  return { id: commandId };
}

async function namesOf(rt: Runtime, rows: readonly DeviceCommand[]): Promise<Map<string, string>> {
  return namesOfUsers(rt, [...new Set(rows.flatMap((row) => row.actorId ?? []))]);
}

function output(row: DeviceCommand, names: ReadonlyMap<string, string>): Command {
  return {
    id: row.id,
    machineId: row.machineId,
    // The columns hold only what our own code writes from these lists.
    type: row.type as CommandType,
    state: row.state as CommandState,
    args: row.args as Prisma.JsonObject,
    code: row.code,
    data: row.data as Prisma.JsonObject | null,
    late: row.late as Command["late"],
    orderLineId: row.orderLineId,
    actorName: row.actorId === null ? null : (names.get(row.actorId) ?? row.actorId),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
    acceptedAt: row.acceptedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
