import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** One side of a transfer: positive amounts came in. */
export interface EntryRow {
  id: string;
  kind: string;
  amount: bigint;
  /** the parts of the amount by the category of the lots that it came from or went to */
  paid: bigint;
  promotional: bigint;
  balanceAfter: bigint;
  version: bigint;
  description: string;
  subjectType: string | null;
  subjectId: string | null;
  reversesId: string | null;
  createdAt: Date;
}

/** An entry as an administrator sees it. */
export interface DetailedEntryRow extends EntryRow {
  actorId: string | null;
  holdId: string | null;
  counterpart: string;
  reversed: bigint;
  reversible: bigint;
  lots: { lotId: string; category: string; amount: string; expiresAt: string | null }[];
}

const ENTRY = `id, kind, description, subject_type as "subjectType", subject_id as "subjectId", reverses_id as "reversesId", created_at as "createdAt", actor_id as "actorId", hold_id as "holdId"`;

/** Both sides of account $1's transfers, with versions below $2, newest first, at most $3: two index scans, whatever the account's length. */
const PAGE = `select * from (
    (select ${ENTRY}, -amount as amount, from_balance_after as "balanceAfter", from_version as version, to_account_id as other
      from transfer where from_account_id = $1 and from_version < $2::bigint order by from_version desc limit $3::int)
    union all
    (select ${ENTRY}, amount, to_balance_after, to_version, from_account_id
      from transfer where to_account_id = $1 and to_version < $2::bigint order by to_version desc limit $3::int)
  ) side order by version desc limit $3::int`;

/** What an entry did to the account's lots: taken from them (negative), put back into them, or brought as a new one. */
const MOVED = `select l.id, l.category, -u.amount as amount, l.expires_at from lot_use u join credit_lot l on l.id = u.lot_id where u.transfer_id = entry.id and l.account_id = $1
  union all select id, category, amount, expires_at from credit_lot where transfer_id = entry.id and account_id = $1`;

const PARTS = `left join lateral (
    select coalesce(sum(amount) filter (where category = 'paid'), 0)::bigint as paid, coalesce(sum(amount) filter (where category = 'promotional'), 0)::bigint as promotional
    from (${MOVED}) moved
  ) parts on true`;

const COLUMNS = `entry.id, entry.kind, entry.amount, parts.paid, parts.promotional, entry."balanceAfter", entry.version, entry.description, entry."subjectType", entry."subjectId", entry."reversesId",
  entry."createdAt"`;

const ENTRIES = `select ${COLUMNS} from (${PAGE}) entry ${PARTS} order by entry.version desc`;

/** An account's entries with versions below `before`, newest first. */
export async function readEntries(rt: Runtime, accountId: string, before: bigint, limit: number): Promise<EntryRow[]> {
  return rt.db.query<EntryRow>({ name: "billing_entries", text: ENTRIES, values: [accountId, before, limit] });
}

/** One entry of an account, by its version. */
export async function readEntry(tx: Tx, accountId: string, version: bigint): Promise<EntryRow | undefined> {
  return (await tx.$queryRawUnsafe<EntryRow[]>(ENTRIES, accountId, version + 1n, 1))[0];
}

/** The same as `readEntries`, with what an administrator needs to judge and to undo them. */
export async function readDetailedEntries(rt: Runtime, accountId: string, before: bigint, limit: number): Promise<DetailedEntryRow[]> {
  return rt.db.query<DetailedEntryRow>({
    name: "billing_detailed_entries",
    text: `select ${COLUMNS}, entry."actorId", entry."holdId", other.kind as counterpart, back.reversed,
        case when entry.kind = 'reversal' then 0
          when entry.amount > 0 then least(entry.amount - back.reversed, coalesce((select remaining from credit_lot where transfer_id = entry.id), 0), own.balance - own.held)
          else -entry.amount - back.reversed end::bigint as reversible,
        touched.lots
      from (${PAGE}) entry ${PARTS}
      join ledger_account other on other.id = entry.other
      join ledger_account own on own.id = $1
      left join lateral (select coalesce(sum(amount), 0)::bigint as reversed from transfer where reverses_id = entry.id) back on true
      left join lateral (
        select coalesce(jsonb_agg(jsonb_build_object('lotId', id, 'category', category, 'amount', amount::text, 'expiresAt', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by id), '[]') as lots
        from (${MOVED}) moved
      ) touched on true
      order by entry.version desc`,
    values: [accountId, before, limit],
  });
}
