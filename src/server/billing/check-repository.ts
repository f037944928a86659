import type { Runtime } from "#server/infra/runtime.ts";

/** Each query is one statement, so it sees one moment, and answers a row for each thing that is wrong. */
const ACCOUNTS: Record<string, string> = {
  "the sum over all accounts is not zero": `select sum(balance)::text as what from ledger_account having sum(balance) <> 0`,
  "a customer's account is below zero": `select id as what from ledger_account where kind = 'customer' and balance - held < 0`,
  "held is not the sum of the pending holds": `select id as what from ledger_account a
    where held <> (select coalesce(sum(amount), 0) from hold where account_id = a.id and status = 'pending')`,
  "the account is not as its newest transfer left it": `select a.id as what from ledger_account a left join lateral (
      select * from (
        (select from_version as version, from_balance_after as balance from transfer where from_account_id = a.id order by from_version desc limit 1)
        union all
        (select to_version, to_balance_after from transfer where to_account_id = a.id order by to_version desc limit 1)
      ) side order by version desc limit 1
    ) newest on true where (a.version, a.balance) is distinct from (coalesce(newest.version, 0), coalesce(newest.balance, 0))`,
  "the balance is not what is left of the lots": `select a.id as what from ledger_account a left join (
      select account_id, sum(remaining) as remaining from credit_lot where open group by account_id
    ) l on l.account_id = a.id where a.kind = 'customer' and a.balance <> coalesce(l.remaining, 0)`,
};

const ENTRIES: Record<string, string> = {
  "balances or versions don't follow from the transfers": `with entry as (
      select from_account_id as account_id, from_version as version, -amount as delta, from_balance_after as balance_after from transfer
      union all select to_account_id, to_version, amount, to_balance_after from transfer
    ), followed as (
      select *, row_number() over w as nth, sum(delta) over w as running from entry window w as (partition by account_id order by version rows unbounded preceding)
    ) select distinct account_id as what from followed where version <> nth or balance_after <> running`,
  "the balance is not the sum of the transfers": `select a.id as what from ledger_account a left join (
      select account_id, sum(delta) as total, count(*) as entries from (
        select from_account_id as account_id, -amount as delta from transfer union all select to_account_id, amount from transfer
      ) entry group by account_id
    ) s on s.account_id = a.id where a.balance <> coalesce(s.total, 0) or a.version <> coalesce(s.entries, 0)`,
  "what was posted of a hold is not what was transferred": `select h.id as what from hold h left join transfer t on t.hold_id = h.id
    group by h.id having h.posted_amount <> coalesce(sum(t.amount), 0)`,
  "usage and its transfer disagree": `select u.transfer_id as what from usage_record u join transfer t on t.id = u.transfer_id
    where (t.kind, t.amount, t.subject_id) is distinct from ('usage', u.amount, u.resource_id) or t.idempotency_key <> usage_key(u.resource_id, u.component, u.hour_start)`,
  "a usage transfer without its usage": `select t.id as what from transfer t left join usage_record u on u.transfer_id = t.id
    where t.idempotency_key like 'usage:%' and u.transfer_id is null`,
};

const LOTS: Record<string, string> = {
  "what is left of a lot is not what was not used": `select l.id as what from credit_lot l left join lot_use u on u.lot_id = l.id
    group by l.id having l.remaining <> l.amount - coalesce(sum(u.amount), 0) or l.open <> (l.remaining > 0) or l.remaining not between 0 and l.amount`,
  "a lot is not what its transfer brought": `select coalesce(l.id, t.id) as what from credit_lot l full join (
      select t.* from transfer t join ledger_account a on a.id = t.to_account_id and a.kind = 'customer' where t.kind <> 'reversal'
    ) t on t.id = l.transfer_id where (l.account_id, l.amount) is distinct from (t.to_account_id, t.amount)`,
  "a transfer's uses of lots are not its amount": `select t.id as what from transfer t
    join ledger_account f on f.id = t.from_account_id join ledger_account o on o.id = t.to_account_id
    left join (
      select u.transfer_id, l.account_id, sum(u.amount) as amount from lot_use u join credit_lot l on l.id = u.lot_id group by u.transfer_id, l.account_id
    ) s on s.transfer_id = t.id and s.account_id in (t.from_account_id, t.to_account_id)
    group by t.id, f.kind, o.kind
    having coalesce(sum(s.amount) filter (where s.account_id = t.from_account_id), 0) <> case when f.kind = 'customer' then t.amount else 0 end
      or coalesce(sum(s.amount) filter (where s.account_id = t.to_account_id), 0) <> case when o.kind = 'customer' and t.kind = 'reversal' then -t.amount else 0 end`,
  "a lot is used by a transfer of another account": `select u.transfer_id as what from lot_use u join credit_lot l on l.id = u.lot_id join transfer t on t.id = u.transfer_id
    where l.account_id <> case when u.amount > 0 then t.from_account_id else t.to_account_id end`,
  "more was reversed than there was": `select o.id as what from transfer o join transfer r on r.reverses_id = o.id
    group by o.id having sum(r.amount) > o.amount or bool_or(r.kind <> 'reversal' or (r.from_account_id, r.to_account_id) <> (o.to_account_id, o.from_account_id))`,
};

/** What the revenue report has summed, against the accounts as they stood at the versions that it summed. */
const REVENUE: Record<string, string> = {
  "the revenue report's sums are not what was booked": `select coalesce(booked.kind, summed.kind) as what from (
      select a.kind, sum(m.balance) as balance from revenue_mark m join ledger_account a on a.id = m.account_id group by a.kind
    ) booked full join (
      select case when line in ('topup', 'manual', 'taken_back', 'debt_paid') then 'settlement' when line in ('grant', 'grant_revoked', 'promotion_expired') then 'promotion'
        when line in ('usage', 'usage_given_back') then 'revenue' when line = 'sale' then 'sales' else line end as kind, -sum(amount) as balance
      from revenue_day group by 1
    ) summed on summed.kind = booked.kind where coalesce(booked.balance, 0) <> coalesce(summed.balance, 0)`,
  "the revenue report by customer is not the one by day": `select coalesce(d.line, c.line) as what from (select line, sum(amount) as amount, sum(paid) as paid from revenue_day group by line) d
    full join (select line, sum(amount) as amount, sum(paid) as paid from revenue_customer group by line) c on c.line = d.line where (d.amount, d.paid) is distinct from (c.amount, c.paid)`,
};

async function run(rt: Pick<Runtime, "db">, queries: Record<string, string>): Promise<string[]> {
  const findings: string[] = [];
  for (const [finding, text] of Object.entries(queries)) {
    const rows = await rt.db.query<{ what: string }>({ text: `${text} limit 10` });
    for (const row of rows) findings.push(`${finding}: ${row.what}`);
  }
  return findings;
}

export async function findAccountFaults(rt: Pick<Runtime, "db">): Promise<string[]> {
  return run(rt, ACCOUNTS);
}

export async function findEntryFaults(rt: Pick<Runtime, "db">): Promise<string[]> {
  return run(rt, ENTRIES);
}

export async function findRevenueFaults(rt: Pick<Runtime, "db">): Promise<string[]> {
  return run(rt, REVENUE);
}

export async function findLotFaults(rt: Pick<Runtime, "db">): Promise<string[]> {
  return run(rt, LOTS);
}
