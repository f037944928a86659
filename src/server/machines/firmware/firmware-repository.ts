import type { Tx } from "#server/infra/events.ts";
import type { Firmware, FirmwareKey, MachineTemplate, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** The keys in use, the newest first. */
export async function findFirmwareKeys(tx: Tx): Promise<FirmwareKey[]> {
  return tx.firmwareKey.findMany({ where: { retiredAt: null }, orderBy: [{ createdAt: "desc" }, { kid: "asc" }] });
}

/** Until the end of the transaction nobody else makes a key. Reading goes on. */
export async function lockFirmwareKeys(tx: Tx): Promise<void> {
  await tx.$executeRaw`lock table firmware_key in share row exclusive mode`;
}

export async function insertFirmwareKey(tx: Tx, key: Omit<FirmwareKey, "retiredAt">): Promise<void> {
  await tx.firmwareKey.create({ data: key, select: { kid: true } });
}

export async function findFirmware(tx: Tx, id: string): Promise<Firmware | null> {
  return tx.firmware.findUnique({ where: { id } });
}

/** The firmware, locked until the transaction ends. */
export async function lockFirmware(tx: Tx, id: string): Promise<Firmware | null> {
  await tx.$queryRaw`select id from firmware where id = ${id} for update`;
  return findFirmware(tx, id);
}

export async function findVersion(tx: Tx, image: { project: string; chip: string; version: string }): Promise<Firmware | null> {
  const { project, chip, version } = image;
  return tx.firmware.findUnique({ where: { project_chip_version: { project, chip, version } } });
}

export async function findFirmwares(rt: Runtime, filter: { archived: boolean; search: string | undefined; limit: number; offset: number }): Promise<{ rows: Firmware[]; total: number }> {
  const contains = { contains: filter.search ?? "", mode: "insensitive" } as const;
  const where: Prisma.FirmwareWhereInput = {
    ...(filter.archived ? {} : { archivedAt: null }),
    ...(filter.search ? { OR: [{ version: contains }, { project: contains }, { chip: contains }, { notes: contains }, { sha256: filter.search.toLowerCase() }] } : {}),
  };
  const [rows, total] = await Promise.all([
    rt.db.prisma.firmware.findMany({ where, orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: filter.limit, skip: filter.offset }),
    rt.db.prisma.firmware.count({ where }),
  ]);
  return { rows, total };
}

/** @returns false when this version was uploaded in the meantime */
export async function insertFirmware(tx: Tx, firmware: Prisma.FirmwareCreateManyInput): Promise<boolean> {
  return (await tx.firmware.createMany({ data: [firmware], skipDuplicates: true })).count === 1;
}

export async function updateFirmware(tx: Tx, id: string, data: Prisma.FirmwareUncheckedUpdateInput): Promise<Firmware> {
  return tx.firmware.update({ where: { id }, data });
}

/** The kinds of machines that have firmware of the project. */
export async function templatesOfProject(tx: Tx, project: string): Promise<Pick<MachineTemplate, "id" | "chip" | "otaSlotBytes">[]> {
  return tx.machineTemplate.findMany({ where: { firmwareProject: project }, select: { id: true, chip: true, otaSlotBytes: true }, take: 1_000 });
}

/** The highest secure version among the firmware that machines say they run, or that was put on one: chips that have started it start nothing below. */
export async function fleetSecureVersion(tx: Tx, project: string, chip: string): Promise<number> {
  const rows = await tx.$queryRawUnsafe<{ highest: number | null }[]>(
    `select max(f.secure_version)::int as highest from firmware f
      where f.project = $1 and f.chip = $2 and (
        exists (select 1 from machine m join machine_template t on t.id = m.template_id where t.firmware_project = f.project and m.firmware_version = f.version and m.status in ('online', 'offline'))
        or exists (select 1 from rollout r join rollout_machine rm on rm.rollout_id = r.id where r.firmware_id = f.id and rm.state = 'succeeded'))`,
    project,
    chip,
  );
  return rows[0]?.highest ?? 0;
}

/** How many machines say that they run each. */
export async function machinesRunning(rt: Runtime, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await rt.db.query<{ id: string; count: number }>({
    text: `select f.id, count(m.id)::int as count from firmware f
      join machine m on m.firmware_version = f.version and m.status in ('online', 'offline')
      join machine_template t on t.id = m.template_id and t.firmware_project = f.project
      where f.id in (select jsonb_array_elements_text($1::jsonb)) and (m.chip is null or regexp_replace(lower(m.chip), '[^a-z0-9]', '', 'g') = regexp_replace(lower(f.chip), '[^a-z0-9]', '', 'g'))
      group by f.id`,
    values: [JSON.stringify(ids)],
  });
  return new Map(rows.map((row) => [row.id, row.count]));
}
