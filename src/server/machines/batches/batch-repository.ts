import type { Tx } from "#server/infra/events.ts";
import type { MachineBatch, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Where a new machine's slots come from. */
export interface Source {
  kind: "template" | "machine";
  id: string;
  slug: string;
  name: string;
  /** of a template its own id; null: a machine that has no slots yet */
  templateId: string | null;
  heartbeatSeconds: number;
  networkKind: "wifi" | "ethernet" | "cellular";
  /** of a machine; a template has none */
  timezone: string | null;
}

/** Templates by slug, name or id, and the organization's machines by the same. */
export async function findSources(tx: Tx, organizationId: string, named: { templates: readonly string[]; machines: readonly string[] }): Promise<Source[]> {
  const anyOf = (values: readonly string[]) => ({ OR: [{ id: { in: [...values] } }, { slug: { in: [...values] } }, { name: { in: [...values] } }] });
  const [templates, machines] = await Promise.all([
    named.templates.length === 0 ? [] : tx.machineTemplate.findMany({ where: anyOf(named.templates) }),
    named.machines.length === 0 ? [] : tx.machine.findMany({ where: { organizationId, status: { not: "decommissioned" }, ...anyOf(named.machines) } }),
  ]);
  return [
    ...templates.map(({ id, slug, name, heartbeatSeconds }): Source => ({ kind: "template", id, slug, name, templateId: id, heartbeatSeconds, networkKind: "wifi", timezone: null })),
    ...machines.map(({ id, slug, name, templateId, heartbeatSeconds, networkKind, timezone }): Source => {
      // The column holds only what our own code writes from this list.
      return { kind: "machine", id, slug, name, templateId, heartbeatSeconds, networkKind: networkKind as Source["networkKind"], timezone };
    }),
  ];
}

/** Machines in service with one of these names (in lower case) or numbers. */
export async function findInUse(tx: Tx, organizationId: string, { names, serials }: { names: readonly string[]; serials: readonly string[] }): Promise<{ name: string; serial: string | null }[]> {
  return tx.$queryRawUnsafe<{ name: string; serial: string | null }[]>(
    "select name, serial from machine where organization_id = $1 and status <> 'decommissioned' and (lower(name) = any($2::text[]) or serial = any($3::text[]))",
    organizationId,
    names,
    serials,
  );
}

/** Those of the slugs that machines have. */
export async function takenSlugs(tx: Tx, slugs: readonly string[]): Promise<Set<string>> {
  const rows = await tx.machine.findMany({ where: { slug: { in: [...slugs] } }, select: { slug: true } });
  return new Set(rows.map((row) => row.slug));
}

export async function findBatchOfFile(tx: Tx, organizationId: string, fileHash: string): Promise<(MachineBatch & { machines: number }) | null> {
  const batch = await tx.machineBatch.findUnique({ where: { organizationId_fileHash: { organizationId, fileHash } }, include: { _count: { select: { machines: true } } } });
  return batch && { ...batch, machines: batch._count.machines };
}

/** @returns false when the organization's file was taken already */
export async function insertBatch(tx: Tx, batch: Prisma.MachineBatchCreateManyInput): Promise<boolean> {
  return (await tx.machineBatch.createMany({ data: [batch], skipDuplicates: true })).count === 1;
}

/** A batch all of whose machines were discarded: its file may be taken again. */
export async function deleteEmptyBatch(tx: Tx, organizationId: string, fileHash: string): Promise<void> {
  await tx.machineBatch.deleteMany({ where: { organizationId, fileHash, machines: { none: {} } } });
}

export async function insertMachines(tx: Tx, machines: Prisma.MachineCreateManyInput[]): Promise<void> {
  await tx.machine.createMany({ data: machines });
}

/** The batch, locked until the transaction ends: what is done to its machines is done by one at a time. */
export async function lockBatch(tx: Tx, id: string): Promise<MachineBatch | null> {
  await tx.$queryRaw`select id from machine_batch where id = ${id} for update`;
  return tx.machineBatch.findUnique({ where: { id } });
}

export async function markCompleted(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.machineBatch.update({ where: { id }, data: { completedAt: at }, select: { id: true } });
}

/** The next machines of a batch that nobody has given slots yet, by row. */
export async function findUnfilled(tx: Tx, batchId: string, { afterRow, limit }: { afterRow: number; limit: number }): Promise<{ id: string; organizationId: string; batchRow: number }[]> {
  return tx.$queryRawUnsafe(
    `select id, organization_id as "organizationId", batch_row as "batchRow" from machine
      where batch_id = $1 and batch_row > $2 and template_id is null and status = 'draft' order by batch_row limit $3 for update`,
    batchId,
    afterRow,
    limit,
  );
}

/**
 * Gives machines the slots of templates, empty, and of other machines, with their products and prices and nothing in them. A product that is no longer sold is left out.
 * @param pairs machine and where its slots come from; of a source that is gone nothing comes
 */
export async function copySlots(tx: Tx, pairs: readonly { id: string; source: string }[], at: Date): Promise<void> {
  const values = [pairs.map((pair) => pair.id), pairs.map((pair) => pair.source)];
  await tx.$executeRawUnsafe(
    `insert into slot (machine_id, code, "row", "column", capacity, mechanism)
      select pair.id, said.code, said."row", said."column", said.capacity, coalesce(said.mechanism, 'motor')
      from unnest($1::text[], $2::text[]) as pair (id, source)
        join machine_template t on t.id = pair.source
        cross join lateral jsonb_to_recordset(t.slots) as said (code text, "row" int, "column" int, capacity int, mechanism text)
      on conflict do nothing`,
    ...values,
  );
  await tx.$executeRawUnsafe(
    `insert into slot (machine_id, code, "row", "column", capacity, par, mechanism, product_id, price)
      select pair.id, s.code, s."row", s."column", s.capacity, s.par, s.mechanism, p.id, case when p.id is not null then s.price end
      from unnest($1::text[], $2::text[]) as pair (id, source)
        join slot s on s.machine_id = pair.source
        left join product p on p.id = s.product_id and p.archived_at is null
      on conflict do nothing`,
    ...values,
  );
  await tx.$executeRawUnsafe(
    `update machine m set template_id = coalesce(t.id, o.template_id), wizard_step = 'label', updated_at = $3::timestamptz
      from unnest($1::text[], $2::text[]) as pair (id, source) left join machine_template t on t.id = pair.source left join machine o on o.id = pair.source
      where m.id = pair.id and coalesce(t.id, o.template_id) is not null`,
    ...values,
    at,
  );
}

export interface BatchRow extends MachineBatch {
  machines: number;
  claimed: number;
  labelled: number;
}

const COUNTED = `select b.id, b.organization_id as "organizationId", b.file_hash as "fileHash", b.file_name as "fileName", b.rows, b.skipped, b.sources,
    b.created_by_id as "createdById", b.created_at as "createdAt", b.completed_at as "completedAt", m.machines, m.claimed, m.labelled
  from machine_batch b cross join lateral (
    select count(*)::int as machines, count(claimed_at)::int as claimed, count(*) filter (where claimed_at is null and exists (
      select 1 from claim_token c where c.machine_id = machine.id and c.used_at is null and c.superseded_at is null and c.expires_at > $1::timestamptz))::int as labelled
    from machine where batch_id = b.id) m`;

/** A batch with what has become of its machines. */
export async function findBatch(rt: Runtime, id: string, now: Date): Promise<BatchRow | null> {
  const rows = await rt.db.query<BatchRow>({ text: `${COUNTED} where b.id = $2`, values: [now, id] });
  return rows[0] ?? null;
}

export async function findBatches(rt: Runtime, page: { limit: number; offset: number }, now: Date): Promise<{ rows: BatchRow[]; total: number }> {
  const [rows, total] = await Promise.all([
    rt.db.query<BatchRow>({ text: `${COUNTED} order by b.created_at desc, b.id desc limit $2 offset $3`, values: [now, page.limit, page.offset] }),
    rt.db.prisma.machineBatch.count(),
  ]);
  return { rows, total };
}

export async function findBatchMachines(rt: Runtime, batchId: string, page: { limit: number; offset: number }) {
  const where = { batchId };
  const [rows, total] = await Promise.all([
    rt.db.prisma.machine.findMany({
      where,
      select: { id: true, batchRow: true, name: true, serial: true, status: true, claimedAt: true, claims: { where: { usedAt: null, supersededAt: null }, orderBy: { createdAt: "desc" }, take: 1 } },
      orderBy: { batchRow: "asc" },
      take: page.limit,
      skip: page.offset,
    }),
    rt.db.prisma.machine.count({ where }),
  ]);
  return { rows, total };
}
