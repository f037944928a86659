import type { Tx } from "#server/infra/events.ts";
import type { ClaimToken, Machine } from "#server/infra/prisma/client.ts";

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
