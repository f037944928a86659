import type { Runtime } from "#server/infra/runtime.ts";

/** One side of a transfer: positive amounts came in. */
export interface EntryRow {
  id: string;
  kind: string;
  amount: bigint;
  balanceAfter: bigint;
  version: bigint;
  description: string;
  subjectType: string | null;
  subjectId: string | null;
  createdAt: Date;
}

const REST = `description, subject_type as "subjectType", subject_id as "subjectId", created_at as "createdAt"`;

/** An account's entries with versions below `before`, newest first. */
export async function readEntries(rt: Runtime, organizationId: string, before: bigint, limit: number): Promise<EntryRow[]> {
  return rt.db.query<EntryRow>({
    name: "billing_entries",
    text: `with account as (select id from ledger_account where organization_id = $1 and kind = 'customer')
      select * from (
        (select id, kind, -amount as amount, from_balance_after as "balanceAfter", from_version as version, ${REST}
          from transfer where from_account_id = (select id from account) and from_version < $2::bigint order by from_version desc limit $3::int)
        union all
        (select id, kind, amount, to_balance_after, to_version, ${REST}
          from transfer where to_account_id = (select id from account) and to_version < $2::bigint order by to_version desc limit $3::int)
      ) entry order by version desc limit $3::int`,
    values: [organizationId, before, limit],
  });
}
