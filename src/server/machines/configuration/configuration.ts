import { AppError, notFound } from "#shared/errors.ts";
import { type ConfigPayload, MAX_PAYLOAD_BYTES, PROTOCOL_VERSION } from "#shared/machines/device.ts";
import type { Tx } from "#server/infra/events.ts";
import { sendDownlink, sendDownlinks } from "../downlinks/downlinks.ts";
import { lockForStock } from "../inventory/stock-repository.ts";
import { type ConfiguredMachine, findBehind, findConfigured, findManyConfigured, raiseVersion, raiseVersions } from "./configuration-repository.ts";

/** Names are cut to these lengths, one after the other, until the message is one that a device takes. */
const NAME_LENGTHS = [64, 32, 16, 8, 0] as const;

/**
 * The machine's configuration has changed: counts its version up and puts the new one into the outbox, to be retained by the broker. Whoever changes slots, prices, counts by people,
 * what is for sale, the heartbeat or the time zone calls it in the same transaction, and sends the signal "downlinks" after the commit. A machine that no
 * device has claimed gets its configuration with the claim.
 * @throws AppError NOT_FOUND, INVALID_REQUEST when it is more than a device takes in one message
 */
export async function publishConfiguration(tx: Tx, machineId: string, at: Date): Promise<void> {
  if (!(await lockForStock(tx, machineId))) throw notFound("machine");
  await raiseVersion(tx, machineId);
  await sendConfiguration(tx, machineId, at);
}

/** How many machines' slots and messages are held in memory at a time. */
const CHUNK = 250;

/** `publishConfiguration` of many machines, in few statements. The machines' locks must be held. @throws AppError INVALID_REQUEST as there */
export async function publishConfigurations(tx: Tx, machineIds: readonly string[], at: Date): Promise<void> {
  for (let start = 0; start < machineIds.length; start += CHUNK) {
    const ids = machineIds.slice(start, start + CHUNK);
    await raiseVersions(tx, ids);
    const reachable = (await findManyConfigured(tx, ids)).filter((machine) => machine.claimedAt !== null && machine.status !== "decommissioned");
    await sendDownlinks(tx, reachable.map((machine) => ({ machineId: machine.id, part: "cfg", payload: configurationMessage(machine), retain: true, at })));
  }
}

/** The newest configuration once more: to a device that has just claimed the machine, or that came back without having it. */
export async function sendConfiguration(tx: Tx, machineId: string, at: Date): Promise<void> {
  const machine = await findConfigured(tx, "platform", machineId);
  if (!machine) throw notFound("machine");
  if (machine.claimedAt === null || machine.status === "decommissioned") return;
  await sendDownlink(tx, { machineId, part: "cfg", payload: configurationMessage(machine), retain: true, at });
}

/** Whether a device could be told all of it; for machines that have none yet. @throws AppError NOT_FOUND, INVALID_REQUEST when it is more than a device takes in one message */
export async function requireSendable(tx: Tx, machineId: string): Promise<void> {
  const machine = await findConfigured(tx, "platform", machineId);
  if (!machine) throw notFound("machine");
  configurationMessage(machine);
}

/** The broker may have lost what it retained; the device says at each connection what it has. @returns whether something is to be sent */
export async function sendMissingConfigurations(tx: Tx, machineIds: readonly string[], at: Date): Promise<boolean> {
  if (machineIds.length === 0) return false;
  const behind = await findBehind(tx, machineIds);
  for (const id of behind) await sendConfiguration(tx, id, at);
  return behind.length > 0;
}

/** What stands on `cfg`. @throws AppError INVALID_REQUEST when it is too large without any names */
export function configurationMessage(machine: ConfiguredMachine): ConfigPayload {
  for (const length of NAME_LENGTHS) {
    const message = messageWith(machine, length);
    if (Buffer.byteLength(JSON.stringify(message)) <= MAX_PAYLOAD_BYTES) return message;
  }
  throw new AppError("INVALID_REQUEST", `The configuration of ${machine.slots.length} slots is larger than the ${MAX_PAYLOAD_BYTES} bytes that a device takes.`, { limit: MAX_PAYLOAD_BYTES });
}

function messageWith(machine: ConfiguredMachine, nameLength: number): ConfigPayload {
  return {
    v: PROTOCOL_VERSION,
    version: machine.configVersion,
    heartbeat_seconds: machine.heartbeatSeconds,
    timezone: machine.timezone,
    slots: machine.slots.map((slot) => ({
      slot: slot.code,
      sku: slot.product?.sku ?? null,
      name: nameLength > 0 && slot.product ? [...slot.product.name].slice(0, nameLength).join("") : null,
      price: (slot.price ?? slot.product?.price)?.toString() ?? null,
      capacity: slot.capacity,
      // The column holds only what our own code writes from this list.
      mechanism: slot.mechanism as ConfigPayload["slots"][number]["mechanism"],
      enabled: slot.disabledReason === null && slot.product !== null && slot.product.archivedAt === null,
      ...(slot.filled === 0 ? {} : { filled: slot.filled }),
    })),
  };
}
