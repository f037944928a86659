import type { Tx } from "#server/infra/events.ts";
import type { ClaimToken, DeviceCredential, Machine } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export async function insertClaim(tx: Tx, claim: Pick<ClaimToken, "id" | "machineId" | "tokenHash" | "medium" | "createdAt" | "expiresAt">): Promise<void> {
  await tx.claimToken.create({ data: claim, select: { id: true } });
}

/** Makes the machine's unused tokens worthless. */
export async function supersedeClaims(tx: Tx, machineId: string, at: Date): Promise<number> {
  return (await tx.claimToken.updateMany({ where: { machineId, usedAt: null, supersededAt: null }, data: { supersededAt: at } })).count;
}

export async function findClaim(tx: Tx, tokenHash: string): Promise<(ClaimToken & { machine: Machine }) | null> {
  return tx.claimToken.findUnique({ where: { tokenHash }, include: { machine: true } });
}

export async function markClaimUsed(tx: Tx, id: string, hardwareId: string, at: Date): Promise<void> {
  await tx.claimToken.update({ where: { id }, data: { usedAt: at, usedBy: hardwareId }, select: { id: true } });
}

export async function insertCredential(tx: Tx, credential: Pick<DeviceCredential, "id" | "machineId" | "passwordHash" | "mosquittoHash" | "createdAt">): Promise<void> {
  await tx.deviceCredential.create({ data: credential, select: { id: true } });
}

/** From now on the machine's credentials are refused. */
export async function revokeCredentials(tx: Tx, machineId: string, reason: string, at: Date): Promise<number> {
  return (await tx.deviceCredential.updateMany({ where: { machineId, revokedAt: null }, data: { revokedAt: at, revokedReason: reason } })).count;
}

export interface ValidCredential {
  id: string;
  machineId: string;
  passwordHash: string;
  mosquittoHash: string;
}

export async function validCredentials(rt: Runtime, machineId: string): Promise<ValidCredential[]> {
  return rt.db.query<ValidCredential>({
    name: "machines_valid_credentials",
    text: `select id, machine_id as "machineId", password_hash as "passwordHash", mosquitto_hash as "mosquittoHash"
      from device_credential where machine_id = $1 and revoked_at is null`,
    values: [machineId],
  });
}

/** Of all machines, by machine: for a broker's password file. */
export async function allValidCredentials(rt: Pick<Runtime, "db">): Promise<ValidCredential[]> {
  return rt.db.query<ValidCredential>({
    text: `select distinct on (machine_id) id, machine_id as "machineId", password_hash as "passwordHash", mosquitto_hash as "mosquittoHash"
      from device_credential where revoked_at is null order by machine_id, created_at desc, id desc`,
  });
}
