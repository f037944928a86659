import type { Tx } from "#server/infra/events.ts";
import type { Price, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Queries of price versions. What follows what is one function of the database, price_ids_at. */
export interface PriceSubject {
  type: "plan" | "upgrade";
  id: string;
}

/** The versions in effect at `at`, of all subjects of the kind or of one. */
export async function pricesInEffect(db: Tx, subjectType: PriceSubject["type"], subjectId: string | null, at: Date): Promise<Price[]> {
  return db.$queryRawUnsafe<Price[]>(
    `select distinct on (subject_id, component) id, subject_type as "subjectType", subject_id as "subjectId", component, price_per_hour as "pricePerHour", policy,
      effective_from as "effectiveFrom", applies_to as "appliesTo", applied_at as "appliedAt", created_by_id as "createdById", created_at as "createdAt"
    from price where subject_type = $1 and ($2::text is null or subject_id = $2::text) and effective_from <= $3::timestamptz
    order by subject_id, component, effective_from desc`,
    subjectType, subjectId, at,
  );
}

/** Each of the versions, or the one that has followed it for all by `at` (null: itself); in the order of `ids`, and as often. */
export async function pricesAgreed(tx: Tx, ids: readonly string[], at: Date | null): Promise<Pick<Price, "id" | "component" | "pricePerHour" | "policy">[]> {
  return tx.$queryRawUnsafe(
    `select p.id, p.component, p.price_per_hour as "pricePerHour", p.policy
    from unnest(price_ids_at($1::text[], $2::timestamptz)) with ordinality as i (id, n) join price p on p.id = i.id order by i.n`,
    ids, at,
  );
}

/** @returns false when a version begins at that instant already */
export async function insertPrices(tx: Tx, rows: Prisma.PriceCreateManyInput[]): Promise<boolean> {
  return (await tx.price.createMany({ data: rows, skipDuplicates: true })).count === rows.length;
}

/** All versions of the subject, the latest first. */
export function versionsOf(rt: Runtime, subjectId: string): Promise<Price[]> {
  return rt.db.prisma.price.findMany({ where: { subjectId }, orderBy: [{ effectiveFrom: "desc" }, { component: "asc" }] });
}

/** The subject's versions that begin at that instant, locked. */
export async function lockVersions(tx: Tx, subjectId: string, effectiveFrom: Date): Promise<Price[]> {
  await tx.$queryRaw`select 1 from price where subject_id = ${subjectId} and effective_from = ${effectiveFrom} for update`;
  return tx.price.findMany({ where: { subjectId, effectiveFrom }, orderBy: { component: "asc" } });
}

/** Takes back versions that are not in effect at `at`; the database refuses any other. */
export async function deleteVersions(tx: Tx, subjectId: string, effectiveFrom: Date, at: Date): Promise<void> {
  await tx.$queryRawUnsafe("select price_withdraw($1, $2::timestamptz, $3::timestamptz)", subjectId, effectiveFrom, at);
}

/** Whether there is a price for all that has begun and is not known to be applied everywhere. */
export async function anyUnapplied(tx: Tx, at: Date): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe<{ any: boolean }[]>(`select exists (select 1 from price where applies_to = 'all' and applied_at is null and effective_from <= $1::timestamptz) as any`, at);
  return rows[0]?.any === true;
}

/** Notes that all that runs has the prices that had begun by `begunBy`. @returns how many */
export async function markApplied(tx: Tx, begunBy: Date, at: Date): Promise<number> {
  return (await tx.price.updateMany({ where: { appliesTo: "all", appliedAt: null, effectiveFrom: { lte: begunBy } }, data: { appliedAt: at } })).count;
}
