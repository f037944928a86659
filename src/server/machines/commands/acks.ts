import type { UpMessage } from "#shared/machines/device.ts";
import type { Tx } from "#server/infra/events.ts";
import { advanceCommands, type CommandStep } from "./advance.ts";

/** A stored message of a device; only those of the kind "ack" matter here. */
interface Message {
  machineId: string;
  kind: string;
  message: unknown;
  at: Date;
}

/**
 * What devices of a batch say of their commands, in the order it came; the machines' locks must be held. It is dated by when it came: a device's clock may be wrong.
 * @returns those that speak of a command which the machine was never given
 */
export async function takeAcks<M extends Message>(tx: Tx, messages: readonly M[]): Promise<{ message: M; reason: string }[]> {
  const said = new Map<CommandStep, M>();
  for (const message of messages) {
    if (message.kind !== "ack") continue;
    const { id, phase, code, data } = message.message as UpMessage<"ack">;
    said.set({ id, to: phase, code: code ?? null, data: data ?? null, at: message.at, saidBy: message.machineId }, message);
  }
  const foreign = new Set(await advanceCommands(tx, [...said.keys()]));
  return [...said].flatMap(([step, message]) => (foreign.has(step) ? [{ message, reason: "id: not a command of this machine" }] : []));
}
