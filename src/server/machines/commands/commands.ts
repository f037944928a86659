import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { COMMAND_ARGS, type CommandMessage, type CommandType, PROTOCOL_VERSION } from "#shared/machines/device.ts";
import type { Sealer } from "#server/infra/crypto.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { sendDownlink, sendSealedDownlink } from "../downlinks/downlinks.ts";
import { lockMachines } from "../messages-repository.ts";
import { insertCommand } from "./commands-repository.ts";

export interface NewCommand {
  machineId: string;
  type: CommandType;
  /** kept and shown */
  args: Prisma.JsonObject;
  /** more of them, which are sent and kept nowhere but in the sealed outbox */
  secret?: { sealer: Sealer; args: Record<string, string> };
  /** The device does not begin it later. */
  expiresInSeconds: number;
  /** null: nobody, the server itself */
  actorId?: string | null;
  orderLineId?: string;
  at: Date;
}

/**
 * Tells a machine to do something, in the caller's transaction; call `rt.signals.send("downlinks")` after the commit. Nothing is queued for a machine that is away: whether it is online is asked under its
 * lock, so that it cannot go offline unnoticed in between. The lock comes before locks of orders.
 * @throws AppError NOT_FOUND; INVALID_STATE when the machine is not online; INVALID_REQUEST when the arguments do not fit the type
 */
export async function createCommand(tx: Tx, command: NewCommand): Promise<{ id: string }> {
  const { machineId, type, args, secret, expiresInSeconds, at } = command;
  const [machine] = await lockMachines(tx, [machineId]);
  if (!machine) throw notFound("machine");
  if (machine.status !== "online") throw new AppError("INVALID_STATE", "The machine is not online: it cannot be told to do anything now.", { state: machine.status });
  const sent = COMMAND_ARGS[type].safeParse({ ...args, ...secret?.args });
  if (!sent.success) {
    throw new AppError("INVALID_REQUEST", `These are no arguments of ${type}.`, { details: sent.error.issues.map((issue) => ({ field: issue.path.join("."), message: issue.message })) });
  }
  const id = newId("deviceCommand");
  const expiresAt = new Date(at.getTime() + expiresInSeconds * 1_000);
  await insertCommand(tx, { id, machineId, type, args, state: "created", orderLineId: command.orderLineId ?? null, actorId: command.actorId ?? null, expiresAt, createdAt: at });
  const payload = { v: PROTOCOL_VERSION, id, type, exp: expiresAt.getTime(), ts: at.getTime(), args: sent.data } satisfies CommandMessage;
  const downlink = { machineId, part: "cmd" as const, payload, commandId: id, expiresAt, at };
  await (secret ? sendSealedDownlink(tx, secret.sealer, downlink) : sendDownlink(tx, downlink));
  await publish(tx, { type: "machine.command.changed", subject: machineId, organizationId: machine.organizationId, data: { machineId, commandId: id, type, state: "created", code: null }, at });
  return { id };
}
