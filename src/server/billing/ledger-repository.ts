import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Hold, Transfer } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type TransferRow = Transfer;
export type HoldRow = Hold;

export interface Subject {
  type: string;
  id: string;
}

/** Paid credits were bought; promotional ones were given. */
export type LotCategory = "paid" | "promotional";

/** What becomes of credits that come into a customer's account. */
export interface LotTerms {
  /** paid for a top-up, promotional for all else, unless it says otherwise */
  category?: LotCategory;
  /** 0 to 100, lower is spent first; 50 unless it says otherwise */
  priority?: number;
  /** null, or absent: never */
  expiresAt?: Date | null;
}

export interface TransferInput {
  key: string;
  kind: "grant" | "topup" | "usage" | "sale" | "adjustment";
  /** account ids */
  from: string;
  to: string;
  amount: bigint;
  subject?: Subject;
  description?: string;
  actorId?: string;
  /** only of what comes into a customer's account */
  terms?: LotTerms;
  at: Date;
}

export interface ReverseInput {
  key: string;
  /** of the transfer that is given back */
  transferId: string;
  amount: bigint;
  /** true: as much of it as is left and available, and nothing when that is nothing */
  upTo?: boolean;
  description?: string;
  actorId?: string;
  at: Date;
}

export interface HoldInput {
  key: string;
  accountId: string;
  amount: bigint;
  subject: Subject;
  description?: string;
  /** given back by itself then, and not posted any more; absent: its operation resolves it */
  expiresAt?: Date;
  at: Date;
}

export interface PostHoldInput {
  holdId: string;
  kind: TransferInput["kind"];
  /** account id */
  to: string;
  /** one transfer each; together at most the hold */
  parts: readonly { key: string; amount: bigint; description?: string }[];
  subject: Subject;
  actorId?: string;
  at: Date;
}

/** Calls of the functions that move credits (the ledger's migration): one statement each. */
const TRANSFER_COLUMNS = `id, idempotency_key as "idempotencyKey", kind, from_account_id as "fromAccountId", to_account_id as "toAccountId", amount,
  from_balance_after as "fromBalanceAfter", from_version as "fromVersion", to_balance_after as "toBalanceAfter", to_version as "toVersion",
  hold_id as "holdId", reverses_id as "reversesId", subject_type as "subjectType", subject_id as "subjectId", description, actor_id as "actorId", created_at as "createdAt"`;

const HOLD_COLUMNS = `id, idempotency_key as "idempotencyKey", account_id as "accountId", amount, posted_amount as "postedAmount", status,
  subject_type as "subjectType", subject_id as "subjectId", description, expires_at as "expiresAt", created_at as "createdAt", resolved_at as "resolvedAt"`;

const TRANSFER = `select ${TRANSFER_COLUMNS} from ledger_transfer($1, $2, $3, $4, $5, $6::bigint, $7, $8, $9, $10, $11::timestamptz)`;
const TRANSFER_WITH_TERMS = TRANSFER.replace("$11::timestamptz", "$11::timestamptz, $12, $13::int, $14::timestamptz");

function transferValues(id: string, input: TransferInput): unknown[] {
  const { subject, terms } = input;
  const values = [id, input.key, input.kind, input.from, input.to, input.amount, subject?.type ?? null, subject?.id ?? null, input.description ?? "", input.actorId ?? null, input.at];
  return terms ? [...values, terms.category ?? null, terms.priority ?? null, terms.expiresAt ?? null] : values;
}

export async function callTransfer(tx: Tx, input: TransferInput, id: string): Promise<TransferRow[]> {
  return tx.$queryRawUnsafe<TransferRow[]>(input.terms ? TRANSFER_WITH_TERMS : TRANSFER, ...transferValues(id, input));
}

/** The same outside a transaction, planned once for each connection. */
export async function callTransferAlone(rt: Pick<Runtime, "db">, input: TransferInput): Promise<TransferRow[]> {
  const call = input.terms ? { name: "ledger_transfer_with_terms", text: TRANSFER_WITH_TERMS } : { name: "ledger_transfer", text: TRANSFER };
  return rt.db.query<TransferRow>({ ...call, values: transferValues(newId("transfer"), input) });
}

/** No row when nothing could be given back. */
export async function callReverse(tx: Tx, input: ReverseInput, id: string): Promise<TransferRow[]> {
  return tx.$queryRawUnsafe<TransferRow[]>(
    `select ${TRANSFER_COLUMNS} from ledger_reverse($1, $2, $3, $4::bigint, $5::boolean, $6, $7, $8::timestamptz)`,
    id, input.key, input.transferId, input.amount, input.upTo ?? false, input.description ?? "", input.actorId ?? null, input.at,
  );
}

/** No row when there is nothing to take. */
export async function callExpireLot(tx: Tx, lotId: string, at: Date): Promise<TransferRow[]> {
  return tx.$queryRawUnsafe<TransferRow[]>(`select ${TRANSFER_COLUMNS} from ledger_expire_lot($1, $2, $3::timestamptz)`, newId("transfer"), lotId, at);
}

export async function callHold(tx: Tx, input: HoldInput): Promise<HoldRow[]> {
  return tx.$queryRawUnsafe<HoldRow[]>(
    `select ${HOLD_COLUMNS} from ledger_hold($1, $2, $3, $4::bigint, $5, $6, $7, $8::timestamptz, $9::timestamptz)`,
    newId("hold"), input.key, input.accountId, input.amount, input.subject.type, input.subject.id, input.description ?? "", input.at, input.expiresAt ?? null,
  );
}

export async function callPostHold(tx: Tx, input: PostHoldInput): Promise<TransferRow[]> {
  return tx.$queryRawUnsafe<TransferRow[]>(
    `select ${TRANSFER_COLUMNS} from ledger_post_hold($1, $2::text[], $3::text[], $4::bigint[], $5::text[], $6, $7, $8, $9, $10, $11::timestamptz)`,
    input.holdId,
    input.parts.map(() => newId("transfer")),
    input.parts.map((part) => part.key),
    input.parts.map((part) => part.amount),
    input.parts.map((part) => part.description ?? ""),
    input.kind, input.to, input.subject.type, input.subject.id, input.actorId ?? null, input.at,
  );
}

export async function callVoidHold(tx: Tx, holdId: string, at: Date): Promise<HoldRow[]> {
  return tx.$queryRawUnsafe<HoldRow[]>(`select ${HOLD_COLUMNS} from ledger_void_hold($1, $2::timestamptz)`, holdId, at);
}

export async function callExpireHold(tx: Tx, holdId: string, at: Date): Promise<HoldRow[]> {
  return tx.$queryRawUnsafe<HoldRow[]>(`select ${HOLD_COLUMNS} from ledger_expire_hold($1, $2::timestamptz)`, holdId, at);
}

export async function findTransfer(tx: Tx, id: string): Promise<TransferRow | null> {
  return tx.transfer.findUnique({ where: { id } });
}

export async function findHold(tx: Tx, id: string): Promise<HoldRow | null> {
  return tx.hold.findUnique({ where: { id } });
}
