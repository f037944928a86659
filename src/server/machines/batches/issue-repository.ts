import type { Tx } from "#server/infra/events.ts";
import type { Machine, Prisma } from "#server/infra/prisma/client.ts";

/** What labels and files of a machine are made of. */
export type Unclaimed = Pick<Machine, "id" | "name" | "slug" | "serial" | "heartbeatSeconds" | "networkKind" | "wifiSsid" | "provisioningName" | "provisioningUser" | "provisioningPop">;

/** A batch's machines that wait for their device, in the order of the file, locked until the transaction ends. Locks are taken in the order of ids, as everywhere. */
export async function findUnclaimed(tx: Tx, batchId: string): Promise<Unclaimed[]> {
  await tx.$queryRaw`select id from machine where batch_id = ${batchId} order by id for update`;
  return tx.machine.findMany({
    where: { batchId, claimedAt: null, status: { in: ["draft", "awaiting_claim"] }, templateId: { not: null } },
    select: { id: true, name: true, slug: true, serial: true, heartbeatSeconds: true, networkKind: true, wifiSsid: true, provisioningName: true, provisioningUser: true, provisioningPop: true },
    orderBy: { batchRow: "asc" },
  });
}

/** Makes the machines' unused tokens worthless. */
export async function supersedeAll(tx: Tx, machineIds: readonly string[], at: Date): Promise<number> {
  return (await tx.claimToken.updateMany({ where: { machineId: { in: [...machineIds] }, usedAt: null, supersededAt: null }, data: { supersededAt: at } })).count;
}

export async function insertClaims(tx: Tx, claims: Prisma.ClaimTokenCreateManyInput[]): Promise<void> {
  await tx.claimToken.createMany({ data: claims });
}

/** What the machines' devices prove themselves with to Espressif's phone apps. */
export async function keepProvisioning(tx: Tx, secrets: readonly { id: string; name: string; username: string; sealed: string }[]): Promise<void> {
  await tx.$executeRawUnsafe(
    `update machine m set provisioning_name = s.name, provisioning_user = s.username, provisioning_pop_sealed = s.sealed
      from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as s (id, name, username, sealed) where m.id = s.id`,
    secrets.map(({ id }) => id),
    secrets.map(({ name }) => name),
    secrets.map(({ username }) => username),
    secrets.map(({ sealed }) => sealed),
  );
}

export async function markAwaiting(tx: Tx, machineIds: readonly string[], at: Date): Promise<void> {
  await tx.machine.updateMany({ where: { id: { in: [...machineIds] }, status: "draft" }, data: { status: "awaiting_claim", statusChangedAt: at } });
  await tx.machine.updateMany({ where: { id: { in: [...machineIds] } }, data: { updatedAt: at } });
}
