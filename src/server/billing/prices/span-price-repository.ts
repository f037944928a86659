import type { Tx } from "#server/infra/events.ts";
import type { MeterSpan, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** The last instant that is the span's own. One that was switched off has both its ends; one that goes on as another, at a new price, has not the second. */
const LAST_INSTANT = `case when s.ended_at is not null and exists (select 1 from meter_span n where n.resource_id = s.resource_id and n.component = s.component and n.started_at = s.ended_at and n.id <> s.id)
  then s.ended_at - interval '1 millisecond' else s.ended_at end`;

/** Queries of metering's spans by the versions of their prices. Spans of which all hours are recorded are history, and are not looked at. */
const OUTDATED = `s.due_at is not null and cardinality(s.price_ids) > 0 and price_ids_at(s.price_ids, least($1::timestamptz, ${LAST_INSTANT})) <> s.price_ids`;

/** Organizations with a span whose price was followed by one for all, by `at`. */
export async function organizationsToReprice(rt: Runtime, at: Date): Promise<string[]> {
  const rows = await rt.db.query<{ id: string }>({ name: "price_organizations", text: `select distinct organization_id as id from meter_span s where ${OUTDATED} order by 1`, values: [at] });
  return rows.map(({ id }) => id);
}

/** A stretch of a span with one price. */
export interface PriceStretch {
  spanId: string;
  startsAt: Date;
  pricePerHour: bigint;
  priceIds: string[];
  policy: Prisma.JsonValue;
  /** when all of the resource had ended */
  goneAt: Date | null;
}

/** Outdated spans of the organization, or of one of its resources, cut where a price for all began: the stretches of each in order, at least one. */
export async function outdatedSpans(tx: Tx, organizationId: string, resourceId: string | null, at: Date): Promise<{ spans: MeterSpan[]; stretches: PriceStretch[] }> {
  const stretches = await tx.$queryRawUnsafe<PriceStretch[]>(
    `select s.id as "spanId", cut.at as "startsAt", priced.ids as "priceIds", price_sum(priced.ids, s.component) as "pricePerHour", first.policy,
      (select case when bool_and(o.ended_at is not null) then max(o.ended_at) end from meter_span o where o.resource_id = s.resource_id) as "goneAt"
    from meter_span s
    cross join lateral (
      select s.started_at as at
      union
      select q.effective_from from unnest(s.price_ids) as i (id) join price p on p.id = i.id
      join price q on q.subject_type = p.subject_type and q.subject_id = p.subject_id and q.component = p.component and q.applies_to = 'all' and q.effective_from > p.effective_from
      where q.effective_from > s.started_at and q.effective_from <= least($1::timestamptz, ${LAST_INSTANT})
    ) cut
    cross join lateral (select price_ids_at(s.price_ids, cut.at) as ids) priced
    join price first on first.id = priced.ids[1]
    where s.organization_id = $2 and ($3::text is null or s.resource_id = $3::text) and ${OUTDATED}
    order by s.id, cut.at`,
    at, organizationId, resourceId,
  );
  const ids = [...new Set(stretches.map(({ spanId }) => spanId))];
  return { spans: ids.length === 0 ? [] : await tx.meterSpan.findMany({ where: { id: { in: ids } } }), stretches };
}

export interface CutSpan {
  id: string;
  pricePerHour: bigint;
  priceIds: string[];
  policy: Prisma.InputJsonObject;
  endedAt: Date | null;
  dueAt: Date | null;
}

export async function cutSpans(tx: Tx, spans: readonly CutSpan[]): Promise<void> {
  const rows = spans.map((span) => ({ id: span.id, price: span.pricePerHour.toString(), ids: span.priceIds, policy: span.policy, ended_at: span.endedAt, due_at: span.dueAt }));
  await tx.$executeRawUnsafe(
    `update meter_span s set price_per_hour = c.price, price_ids = array(select jsonb_array_elements_text(c.ids)), policy = c.policy, ended_at = c.ended_at, due_at = c.due_at
    from jsonb_to_recordset($1::jsonb) as c (id text, price bigint, ids jsonb, policy jsonb, ended_at timestamptz, due_at timestamptz) where s.id = c.id`,
    JSON.stringify(rows),
  );
}

export async function insertCutSpans(tx: Tx, spans: Prisma.MeterSpanCreateManyInput[]): Promise<void> {
  await tx.meterSpan.createMany({ data: spans });
}
