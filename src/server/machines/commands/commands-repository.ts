import type { Tx } from "#server/infra/events.ts";
import type { DeviceCommand, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type LockedCommand = DeviceCommand & { organizationId: string };

/** The commands, locked in the order of their ids. Who also needs machines locks those first. */
export async function lockCommands(tx: Tx, ids: readonly string[]): Promise<LockedCommand[]> {
  await tx.$queryRawUnsafe("select id from device_command where id in (select jsonb_array_elements_text($1::jsonb)) order by id for update", JSON.stringify(ids));
  const rows = await tx.deviceCommand.findMany({ where: { id: { in: [...ids] } }, include: { machine: { select: { organizationId: true } } } });
  return rows.map(({ machine, ...command }) => ({ ...command, organizationId: machine.organizationId }));
}

/** Writes what a step changes, of all commands in one statement. */
export async function updateCommands(tx: Tx, commands: readonly DeviceCommand[]): Promise<void> {
  await tx.$executeRawUnsafe(
    `update device_command set state = row.state, code = row.code, data = row.data, late = row.late, sent_at = row."sentAt", accepted_at = row."acceptedAt", ended_at = row."endedAt"
      from jsonb_to_recordset($1::jsonb) as row (id text, state text, code text, data jsonb, late jsonb, "sentAt" timestamptz, "acceptedAt" timestamptz, "endedAt" timestamptz)
      where device_command.id = row.id`,
    JSON.stringify(commands),
  );
}

export async function insertCommand(tx: Tx, command: Prisma.DeviceCommandUncheckedCreateInput): Promise<void> {
  await tx.deviceCommand.create({ data: command, select: { id: true } });
}

/** Commands that should have been answered: accepted before `acceptedBefore` and not ended, or never accepted and expired before `expiredBefore`. */
export async function findOverdue(rt: Runtime, { expiredBefore, acceptedBefore }: { expiredBefore: Date; acceptedBefore: Date }): Promise<{ id: string; machineId: string; state: string }[]> {
  return rt.db.query({
    name: "commands_overdue",
    text: `select id, machine_id as "machineId", state from device_command
      where (state in ('created', 'sent') and expires_at < $1::timestamptz) or (state = 'accepted' and accepted_at < $2::timestamptz) order by id limit 200`,
    values: [expiredBefore.toISOString(), acceptedBefore.toISOString()],
  });
}

/** A dispense whose end nobody knows: accepted and no result, or sent and no answer, and not older than `since`. */
const DOUBTFUL = `command.type = 'dispense' and command.expires_at >= $2::timestamptz
  and (command.state = 'unknown' or (command.state = 'sent' and command.expires_at < $1::timestamptz))`;

/** Machines that are online and were never asked about a doubtful dispense. */
export async function findUnasked(rt: Runtime, { expiredBefore, since }: { expiredBefore: Date; since: Date }): Promise<string[]> {
  const rows = await rt.db.query<{ machineId: string }>({
    name: "commands_unasked",
    text: `select distinct command.machine_id as "machineId" from device_command command join machine on machine.id = command.machine_id and machine.status = 'online'
      where command.state in ('sent', 'unknown') and ${DOUBTFUL}
        and not exists (select 1 from device_command asked where asked.machine_id = command.machine_id and asked.type = 'query' and asked.args ->> 'id' = command.id) limit 200`,
    values: [expiredBefore.toISOString(), since.toISOString()],
  });
  return rows.map((row) => row.machineId);
}

/** The doubtful dispenses of machines that are not being asked about already; without `again` those that never were. */
export async function findDoubtful(tx: Tx, machineIds: readonly string[], { expiredBefore, since, again }: { expiredBefore: Date; since: Date; again: boolean }): Promise<{ id: string; machineId: string }[]> {
  return tx.$queryRawUnsafe(
    `select command.id, command.machine_id as "machineId" from device_command command
      where command.machine_id in (select jsonb_array_elements_text($3::jsonb)) and command.state in ('sent', 'unknown') and ${DOUBTFUL}
        and not exists (select 1 from device_command asked where asked.machine_id = command.machine_id and asked.type = 'query' and asked.args ->> 'id' = command.id
          and (not $4::boolean or asked.state in ('created', 'sent', 'accepted')))
      order by command.id limit 100`,
    expiredBefore.toISOString(),
    since.toISOString(),
    JSON.stringify(machineIds),
    again,
  );
}

export async function findCommands(rt: Runtime, machineId: string, { before, limit }: { before: string | null; limit: number }): Promise<DeviceCommand[]> {
  return rt.db.prisma.deviceCommand.findMany({ where: { machineId, ...(before === null ? {} : { id: { lt: before } }) }, orderBy: { id: "desc" }, take: limit });
}

export async function findCommand(tx: Tx, machineId: string, id: string): Promise<DeviceCommand | null> {
  return tx.deviceCommand.findFirst({ where: { id, machineId } });
}

/** Whether the machine has another command of the type that has not ended. */
export async function hasOpenCommand(tx: Tx, machineId: string, type: string, exceptId: string): Promise<boolean> {
  return (await tx.deviceCommand.findFirst({ where: { machineId, type, state: { in: ["created", "sent", "accepted"] }, id: { not: exceptId } }, select: { id: true } })) !== null;
}
