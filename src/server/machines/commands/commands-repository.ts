import type { Tx } from "#server/infra/events.ts";
import type { DeviceCommand, Prisma } from "#server/infra/prisma/client.ts";

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
