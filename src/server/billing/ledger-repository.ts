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

export interface TransferInput {
  key: string;
  kind: "grant" | "usage" | "adjustment" | "reversal";
  /** account ids */
  from: string;
  to: string;
  amount: bigint;
  subject?: Subject;
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
  hold_id as "holdId", subject_type as "subjectType", subject_id as "subjectId", description, actor_id as "actorId", created_at as "createdAt"`;

const HOLD_COLUMNS = `id, idempotency_key as "idempotencyKey", account_id as "accountId", amount, posted_amount as "postedAmount", status,
  subject_type as "subjectType", subject_id as "subjectId", description, created_at as "createdAt", resolved_at as "resolvedAt"`;

const TRANSFER = `select ${TRANSFER_COLUMNS} from ledger_transfer($1, $2, $3, $4, $5, $6::bigint, $7, $8, $9, $10, $11::timestamptz)`;

function transferValues(id: string, input: TransferInput): unknown[] {
  const { subject } = input;
  return [id, input.key, input.kind, input.from, input.to, input.amount, subject?.type ?? null, subject?.id ?? null, input.description ?? "", input.actorId ?? null, input.at];
}

export async function callTransfer(tx: Tx, input: TransferInput, id: string): Promise<TransferRow[]> {
  return tx.$queryRawUnsafe<TransferRow[]>(TRANSFER, ...transferValues(id, input));
}

/** The same outside a transaction, planned once for each connection. */
export async function callTransferAlone(rt: Pick<Runtime, "db">, input: TransferInput): Promise<TransferRow[]> {
  return rt.db.query<TransferRow>({ name: "ledger_transfer", text: TRANSFER, values: transferValues(newId("transfer"), input) });
}

export async function callHold(tx: Tx, input: HoldInput): Promise<HoldRow[]> {
  return tx.$queryRawUnsafe<HoldRow[]>(
    `select ${HOLD_COLUMNS} from ledger_hold($1, $2, $3, $4::bigint, $5, $6, $7, $8::timestamptz)`,
    newId("hold"), input.key, input.accountId, input.amount, input.subject.type, input.subject.id, input.description ?? "", input.at,
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
