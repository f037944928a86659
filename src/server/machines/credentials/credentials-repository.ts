import type { Tx } from "#server/infra/events.ts";
import type { DeviceCredential } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export async function insertCredential(tx: Tx, credential: Pick<DeviceCredential, "id" | "machineId" | "passwordHash" | "mosquittoHash" | "createdAt">): Promise<void> {
  await tx.deviceCredential.create({ data: credential, select: { id: true } });
}

/** From now on these credentials of the machine are refused: all, one, or all but one. @returns how many there were */
export async function revokeCredentials(tx: Tx, machineId: string, which: { only?: string; except?: string }, reason: string, at: Date): Promise<number> {
  const id = which.only ?? (which.except === undefined ? undefined : { not: which.except });
  return (await tx.deviceCredential.updateMany({ where: { machineId, revokedAt: null, ...(id === undefined ? {} : { id }) }, data: { revokedAt: at, revokedReason: reason } })).count;
}

/** Notes the first login with a credential. @returns false when it was used before, or is revoked */
export async function markCredentialUsed(tx: Tx, id: string, at: Date): Promise<boolean> {
  return (await tx.deviceCredential.updateMany({ where: { id, usedAt: null, revokedAt: null }, data: { usedAt: at } })).count === 1;
}

/** Notes the first logins with credentials. @returns those that were not used before, nor revoked */
export async function markCredentialsUsed(tx: Tx, ids: readonly string[], at: Date): Promise<{ id: string; machineId: string }[]> {
  return tx.$queryRawUnsafe<{ id: string; machineId: string }[]>(
    `update device_credential set used_at = $2::timestamptz where id in (select jsonb_array_elements_text($1::jsonb)) and used_at is null and revoked_at is null returning id, machine_id as "machineId"`,
    JSON.stringify(ids),
    at.toISOString(),
  );
}

/** Of these machines those that have more than one credential which is accepted. */
export async function machinesWithSeveral(tx: Tx, machineIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.$queryRawUnsafe<{ machineId: string }[]>(
    `select machine_id as "machineId" from device_credential where machine_id in (select jsonb_array_elements_text($1::jsonb)) and revoked_at is null group by machine_id having count(*) > 1`,
    JSON.stringify(machineIds),
  );
  return new Set(rows.map((row) => row.machineId));
}

/** Newest first. */
export async function credentialsOf(tx: Tx, machineId: string): Promise<DeviceCredential[]> {
  return tx.deviceCredential.findMany({ where: { machineId, revokedAt: null }, orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
}

export interface ValidCredential {
  id: string;
  machineId: string;
  passwordHash: string;
  mosquittoHash: string;
  usedAt: Date | null;
}

const COLUMNS = `c.id, c.machine_id as "machineId", c.password_hash as "passwordHash", c.mosquitto_hash as "mosquittoHash", c.used_at as "usedAt"`;

/** Of these machines all that are accepted. */
export async function validCredentials(rt: Runtime, machineIds: readonly string[]): Promise<ValidCredential[]> {
  return rt.db.query<ValidCredential>({
    name: "machines_valid_credentials",
    text: `select ${COLUMNS} from device_credential c where c.machine_id in (select jsonb_array_elements_text($1::jsonb)) and c.revoked_at is null`,
    values: [JSON.stringify(machineIds)],
  });
}

/**
 * Of all machines one each, for a broker that knows one password a name: the newest that its device has. A device has the password that it claimed with, and
 * that of a rotation which it accepted.
 */
export async function allValidCredentials(rt: Pick<Runtime, "db">): Promise<ValidCredential[]> {
  return rt.db.query<ValidCredential>({
    text: `select distinct on (c.machine_id) ${COLUMNS}
      from device_credential c left join device_command r on r.machine_id = c.machine_id and r.type = 'rotate' and r.args ->> 'credentialId' = c.id
      where c.revoked_at is null and (r.id is null or r.accepted_at is not null)
      order by c.machine_id, c.created_at desc, c.id desc`,
  });
}
