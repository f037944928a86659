import { randomBytes } from "node:crypto";
import { AppError, notFound } from "#shared/errors.ts";
import { PROTOCOL_VERSION } from "#shared/machines/device.ts";
import type { Actor, Scope } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Machine } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { supersedeClaims } from "../claims-repository.ts";
import { sendDownlink } from "../downlinks/downlinks.ts";
import { lockMachine, updateMachine } from "../machines-repository.ts";
import { announceTransition } from "../transitions.ts";
import { revokeCredentials } from "./credentials-repository.ts";

/**
 * Takes a device's access away at once: its credentials and unused claim tokens are worthless, its connection is closed, and its status says offline. The machine
 * stays, and can be claimed again with a new token.
 * @throws AppError NOT_FOUND, INVALID_STATE when it has no credentials
 */
export async function revokeAccess(rt: Runtime, scope: Scope, actor: Actor, machineId: string): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const machine = await lockMachine(tx, machineId);
    if (!machine || (scope !== "platform" && machine.organizationId !== scope.organizationId)) throw notFound("machine");
    const revoked = await cutOff(tx, machine, "revoked", at);
    if (revoked === 0) throw new AppError("INVALID_STATE", "The machine has no access that could be revoked.", { state: machine.status });
    await recordAudit(tx, actor, { action: "machine.credential.revoke", subjectType: "machine", subjectId: machineId, organizationId: machine.organizationId, before: { credentials: revoked }, at });
  });
  rt.signals.send("downlinks");
}

/**
 * The same in a transaction that has locked the machine. Brokers do not publish the will of a device that they send away (Mosquitto 2.0), so its retained status is ours to
 * change.
 * @returns how many credentials were revoked
 */
export async function cutOff(tx: Tx, machine: Machine, reason: "revoked" | "decommissioned" | "claimed again", at: Date): Promise<number> {
  const { id, organizationId, mqttSession } = machine;
  const revoked = await revokeCredentials(tx, id, {}, reason, at);
  await supersedeClaims(tx, id, at);
  if (mqttSession !== null || machine.status === "online") {
    await updateMachine(tx, id, { mqttSession: null, ...(machine.status === "online" ? { status: "offline", statusChangedAt: at } : {}) });
    const session = mqttSession ?? "none";
    const payload = { v: PROTOCOL_VERSION, boot: `server${randomBytes(6).toString("hex")}`, seq: 0, ts: at.getTime(), state: "offline", session, clean: true };
    await sendDownlink(tx, { machineId: id, part: "status", payload, retain: true, at });
  }
  if (machine.status === "online") await announceTransition(tx, { type: "machine.offline", subject: id, organizationId, data: { machineId: id, reason: "revoked" }, at });
  if (revoked > 0) await publish(tx, { type: "machine.credential.revoked", subject: id, organizationId, data: { machineId: id, reason }, at });
  return revoked;
}
