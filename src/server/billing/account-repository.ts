import type { Tx } from "#server/infra/events.ts";
import type { LedgerAccount } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type CustomerAccount = LedgerAccount & { organizationId: string };

export async function insertCustomerAccount(tx: Tx, account: { id: string; organizationId: string; createdAt: Date }): Promise<void> {
  await tx.ledgerAccount.create({ data: { ...account, kind: "customer" }, select: { id: true } });
}

/** The organization's account, or null when it has none. */
export async function findCustomerAccount(tx: Tx, organizationId: string): Promise<CustomerAccount | null> {
  const account = await tx.ledgerAccount.findUnique({ where: { organizationId_kind_shard: { organizationId, kind: "customer", shard: 0 } } });
  return account && { ...account, organizationId };
}

/** The id of the organization's account; undefined when it has none. */
export async function accountIdOf(rt: Runtime, organizationId: string): Promise<string | undefined> {
  const rows = await rt.db.query<{ id: string }>({ name: "billing_account_id", text: "select id from ledger_account where organization_id = $1 and kind = 'customer'", values: [organizationId] });
  return rows[0]?.id;
}

/** The customers' among these accounts. */
export async function accountsOfCustomers(tx: Tx, ids: readonly string[]): Promise<CustomerAccount[]> {
  const accounts = await tx.ledgerAccount.findMany({ where: { id: { in: [...ids] }, kind: "customer" } });
  return accounts.flatMap((account) => (account.organizationId === null ? [] : [{ ...account, organizationId: account.organizationId }]));
}

/**
 * Locks the organization's account until the transaction ends. Spans and charges of an organization change under this lock alone.
 * @param options.wait false: null at once when another has it
 */
export async function lockCustomerAccount(tx: Tx, organizationId: string, options: { wait: boolean } = { wait: true }): Promise<{ id: string } | null> {
  const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
    `select id from ledger_account where organization_id = $1 and kind = 'customer' for no key update ${options.wait ? "" : "skip locked"}`,
    organizationId,
  );
  return rows[0] ?? null;
}

/** Locks those of the organizations' accounts that no other transaction has, until the transaction ends. */
export async function lockCustomerAccounts(tx: Tx, organizationIds: readonly string[]): Promise<{ id: string; organizationId: string }[]> {
  return tx.$queryRawUnsafe<{ id: string; organizationId: string }[]>(
    `select id, organization_id as "organizationId" from ledger_account where organization_id = any($1::text[]) and kind = 'customer' order by id for no key update skip locked`,
    organizationIds,
  );
}

export interface BalanceRow {
  balance: bigint;
  held: bigint;
  /** what all open spans cost an hour */
  burn: bigint;
  /** usage recorded and not paid */
  owed: bigint;
}

const BALANCE = `select balance, held,
  (select coalesce(sum(price_per_hour), 0)::bigint from meter_span where organization_id = $1 and ended_at is null) as burn,
  (select coalesce(sum(amount), 0)::bigint from usage_record where organization_id = $1 and transfer_id is null) as owed
  from ledger_account where organization_id = $1 and kind = 'customer'`;

/** The balance with what it consists of. */
export interface BalanceParts extends BalanceRow {
  paid: bigint;
  promotional: bigint;
  /** when the next lot expires, and what is left of those that do then; null when none does */
  expiresAt: Date | null;
  expiring: bigint | null;
  /** what is left of each open lot, in the order of spending */
  lots: { left: string; expiresAt: string | null }[];
  /** since when it is known that not all is paid; null: it is */
  exhaustedSince: Date | null;
}

const BALANCE_PARTS = `with own as (select id from ledger_account where organization_id = $1 and kind = 'customer'),
  lot as (select id, category, remaining, priority, expires_at, created_at, min(expires_at) over () as next from credit_lot where account_id = (select id from own) and open)
  select balance.*, lots.*, alert.* from (${BALANCE}) balance, (
    select coalesce(sum(remaining) filter (where category = 'paid'), 0)::bigint as paid, coalesce(sum(remaining) filter (where category = 'promotional'), 0)::bigint as promotional,
      max(next) as "expiresAt", (sum(remaining) filter (where expires_at = next))::bigint as expiring,
      coalesce(jsonb_agg(jsonb_build_object('left', remaining::text, 'expiresAt', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by priority, expires_at, created_at, id), '[]') as lots
    from lot
  ) lots, (select (select low_at from credit_alert where organization_id = $1 and hours = 0) as "exhaustedSince") alert`;

export async function readBalance(rt: Runtime, organizationId: string): Promise<BalanceParts | null> {
  const rows = await rt.db.query<BalanceParts>({ name: "billing_balance", text: BALANCE_PARTS, values: [organizationId] });
  return rows[0] ?? null;
}

/** The same within a transaction. */
export async function readBalanceIn(tx: Tx, organizationId: string): Promise<BalanceRow | null> {
  const rows = await tx.$queryRawUnsafe<BalanceRow[]>(BALANCE, organizationId);
  return rows[0] ?? null;
}
