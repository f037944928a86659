import type { Runtime } from "#server/infra/runtime.ts";

/** Balances of organizations' accounts, in micro-credits. */
export async function balancesByOrganization(rt: Runtime, organizationIds: readonly string[]): Promise<Map<string, bigint>> {
  const rows = await rt.db.query<{ id: string; balance: bigint }>({
    name: "billing_balances",
    text: `select organization_id as id, balance from ledger_account where kind = 'customer' and organization_id = any($1::text[])`,
    values: [organizationIds],
  });
  return new Map(rows.map((row) => [row.id, row.balance]));
}

/** Credits that customers hold, what all that runs costs an hour, and what was spent since `since`. */
export async function ledgerTotals(rt: Runtime, since: Date): Promise<{ inCirculation: bigint; burnPerHour: bigint; spent: bigint }> {
  const rows = await rt.db.query<{ circulation: bigint; burn: bigint; spent: bigint }>({
    name: "billing_totals",
    text: `select (select coalesce(sum(balance), 0)::bigint from ledger_account where kind = 'customer') as circulation,
      (select coalesce(sum(price_per_hour), 0)::bigint from meter_span where ended_at is null) as burn,
      (select coalesce(sum(amount), 0)::bigint from transfer where kind = 'usage' and created_at >= $1) as spent`,
    values: [since],
  });
  const row = rows[0];
  return { inCirculation: row?.circulation ?? 0n, burnPerHour: row?.burn ?? 0n, spent: row?.spent ?? 0n };
}
