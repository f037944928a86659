import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Actor, Scope } from "#server/identity/actor.ts";
import { randomToken, sha256 } from "#server/infra/crypto.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { createCommand } from "../commands/commands.ts";
import type { CommandOutcome } from "../commands/reactions.ts";
import { lockMachine } from "../machines-repository.ts";
import { lockMachines } from "../messages-repository.ts";
import { mosquittoHash } from "../mosquitto-password.ts";
import { credentialsOf, insertCredential, machinesWithSeveral, markCredentialsUsed, markCredentialUsed, revokeCredentials, type ValidCredential } from "./credentials-repository.ts";

/** A device that accepted has to connect again, with the new password or the old one, before it can say how it went. */
const EXPIRES_SECONDS = 60;

/**
 * Gives a machine that is online a new MQTT password. Both work until the device has used the new one; then the old one is revoked. The password is sealed in the
 * outbox and stored nowhere else. A rotation that was begun before and not used is given up.
 * @throws AppError NOT_FOUND, INVALID_STATE when the machine is not online
 */
export async function rotateCredential(rt: Runtime, scope: Scope, actor: Actor, machineId: string): Promise<{ commandId: string }> {
  const at = rt.clock.now();
  const password = randomToken(32);
  const credentialId = newId("deviceCredential");
  const commandId = await transact(rt, async (tx) => {
    const machine = await lockMachine(tx, machineId);
    if (!machine || (scope !== "platform" && machine.organizationId !== scope.organizationId)) throw notFound("machine");
    const { id } = await createCommand(tx, {
      machineId,
      type: "rotate",
      args: { credentialId },
      secret: { sealer: rt.sealer, args: { password } },
      expiresInSeconds: EXPIRES_SECONDS,
      actorId: actor.kind === "user" ? actor.userId : null,
      at,
    });
    const [, ...older] = (await credentialsOf(tx, machineId)).toReversed();
    for (const unused of older.filter((credential) => credential.usedAt === null)) await revokeCredentials(tx, machineId, { only: unused.id }, "rotated", at);
    await insertCredential(tx, { id: credentialId, machineId, passwordHash: sha256(password), mosquittoHash: mosquittoHash(password), createdAt: at });
    await recordAudit(tx, actor, { action: "machine.credential.rotate", subjectType: "machine", subjectId: machineId, organizationId: machine.organizationId, after: { credentialId, commandId: id }, at });
    return id;
  });
  rt.signals.send("downlinks");
  return { commandId };
}

/** What a device makes of a rotation: done, it is connected with the new password; failed or never begun, the new one is worthless. Unknown: both go on. */
export async function takeRotateOutcome(tx: Tx, { command, state, at }: CommandOutcome): Promise<void> {
  const { credentialId } = command.args as { credentialId?: string };
  if (!credentialId) return;
  const machine = await lockMachine(tx, command.machineId);
  if (!machine) return;
  const { id: machineId, organizationId } = machine;
  if (state === "done") {
    await markCredentialUsed(tx, credentialId, at);
    await giveUpOthers(tx, { machineId, organizationId, credentialId, at });
  }
  // One that was used works, whatever the device says of it.
  if (state === "failed" || state === "expired") {
    const unused = (await credentialsOf(tx, machineId)).some((credential) => credential.id === credentialId && credential.usedAt === null);
    if (unused) await revokeCredentials(tx, machineId, { only: credentialId }, "rotated", at);
  }
}

/** Notes that devices have logged in with these credentials, all in one transaction; those before each end with its first login. */
export async function credentialsUsed(rt: Runtime, credentials: readonly Pick<ValidCredential, "id" | "machineId">[]): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const machines = new Map((await lockMachines(tx, credentials.map(({ machineId }) => machineId))).map((machine) => [machine.id, machine]));
    const used = await markCredentialsUsed(tx, credentials.filter(({ machineId }) => machines.has(machineId)).map(({ id }) => id), at);
    const several = await machinesWithSeveral(tx, used.map(({ machineId }) => machineId));
    for (const { id, machineId } of used.filter((one) => several.has(one.machineId))) {
      await giveUpOthers(tx, { machineId, organizationId: machines.get(machineId)?.organizationId ?? "", credentialId: id, at });
    }
  });
}

async function giveUpOthers(tx: Tx, { machineId, organizationId, credentialId, at }: { machineId: string; organizationId: string; credentialId: string; at: Date }): Promise<void> {
  const revoked = await revokeCredentials(tx, machineId, { except: credentialId }, "rotated", at);
  if (revoked > 0) await publish(tx, { type: "machine.credential.revoked", subject: machineId, organizationId, data: { machineId, reason: "rotated" }, at });
}
