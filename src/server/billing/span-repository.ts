import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";

/** The resource's first hour begins here; null before it has any span. */
export async function anchorOf(tx: Tx, resourceId: string): Promise<{ organizationId: string; anchorAt: Date } | null> {
  return tx.meterSpan.findFirst({ where: { resourceId }, select: { organizationId: true, anchorAt: true }, orderBy: { anchorAt: "asc" } });
}

/** Does nothing while the component is on already. */
export async function insertSpan(tx: Tx, span: Omit<Prisma.MeterSpanCreateManyInput, "policy"> & { policy: object }): Promise<void> {
  await tx.meterSpan.createMany({ data: [{ ...span, policy: { ...span.policy } }], skipDuplicates: true });
}

/** Whether an earlier span of the component was on in this hour before `at`. */
export async function hourIsTaken(tx: Tx, of: { resourceId: string; component: string }, hour: Date, at: Date): Promise<boolean> {
  const earlier = await tx.meterSpan.findFirst({ where: { resourceId: of.resourceId, component: of.component, startedAt: { lte: at }, endedAt: { gt: hour } }, select: { id: true } });
  return earlier !== null;
}

/**
 * Ends the component's open span. One whose policy charges as long as the resource exists stays on. An end before the start (the clock was set back) is moved to
 * the start.
 */
export async function endSpan(tx: Tx, resourceId: string, component: string, at: Date): Promise<void> {
  await tx.$executeRawUnsafe(`${END} where resource_id = $1 and component = $2 and ended_at is null and not (component = 'compute' and coalesce(policy->>'chargesWhen', 'running') = 'exists')`, resourceId, component, at);
}

/** Ends all open spans of the resource, which is gone: what is charged in arrears falls due. */
export async function endAllSpans(tx: Tx, resourceId: string, at: Date): Promise<void> {
  await tx.$executeRawUnsafe(`${END} where resource_id = $1 and $2::boolean and ended_at is null`, resourceId, true, at);
  await tx.$executeRawUnsafe(
    `update meter_span set due_at = gone.at from (select max(ended_at) as at from meter_span where resource_id = $1) gone
    where resource_id = $1 and not policy_in_advance(policy) and due_at > gone.at`,
    resourceId,
  );
}

/** Nothing is left of a span that ended before its next hour: charged in advance, before that begins; in arrears, by its first instant. */
const END = `update meter_span set ended_at = greatest($3::timestamptz, started_at),
  due_at = case when policy_in_advance(policy) then case when due_at > greatest($3::timestamptz, started_at) then null else due_at end
    when due_at - interval '1 hour' >= greatest($3::timestamptz, started_at) then null else due_at end`;

export async function renameOpenSpans(tx: Tx, resourceId: string, name: string): Promise<void> {
  await tx.meterSpan.updateMany({ where: { resourceId, endedAt: null }, data: { resourceName: name } });
}
