import type { Runtime } from "#server/infra/runtime.ts";

interface Stretch {
  /** the last entry before it */
  fromVersion: bigint;
  /** its last entry */
  toVersion: bigint;
  /** the account's at its end when there is no entry in it */
  balance: bigint;
}

/** The account's last version before the first entry that was booked at or after $2; its newest when there is none. */
const before = (parameter: string): string => `coalesce((select min(version) - 1 from (
    (select from_version as version from transfer where from_account_id = own.id and created_at >= ${parameter}::timestamptz order by created_at, from_version limit 1)
    union all
    (select to_version from transfer where to_account_id = own.id and created_at >= ${parameter}::timestamptz order by created_at, to_version limit 1)
  ) later), own.version)`;

/** The versions between which the entries of a time lie, as statements count them: from the first booked in it up to the last before the first booked after it. */
export async function readStretch(rt: Runtime, accountId: string, from: Date | null, to: Date | null): Promise<Stretch> {
  const rows = await rt.db.query<Stretch>({
    name: "ledger_file_stretch",
    text: `with own as (select * from ledger_account where id = $1), ends as (
        select own.id, case when $2::timestamptz is null then 0 else ${before("$2")} end as first, case when $3::timestamptz is null then own.version else ${before("$3")} end as last from own
      )
      select first as "fromVersion", greatest(first, last) as "toVersion", coalesce((
        select from_balance_after from transfer where from_account_id = ends.id and from_version = greatest(first, last)
        union all select to_balance_after from transfer where to_account_id = ends.id and to_version = greatest(first, last)
      ), 0) as balance from ends`,
    values: [accountId, from, to],
  });
  return rows[0] ?? { fromVersion: 0n, toVersion: 0n, balance: 0n };
}
