import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { PastAttempt } from "./throttle.ts";

/** More than the limits let happen in one window; it bounds the read, not the rule. */
const READ_MAX = 1_000;

/** Until the end of the transaction nobody else, in any process, begins an attempt on this account. */
export async function lockAttempts(tx: Tx, email: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`auth_attempt/${email}`}, 0))`;
}

/** What was tried on the account or from the address since `since`, the newest first. Refused attempts are left out: they must not lengthen a lock. */
export async function recentAttempts(tx: Tx, email: string, ip: string, since: Date): Promise<PastAttempt[]> {
  const rows = await tx.authAttempt.findMany({
    where: { at: { gt: since }, OR: [{ email }, { ip }], AND: { OR: [{ reason: null }, { reason: { in: ["pending", "wrong_credentials"] } }] } },
    select: { email: true, ip: true, succeeded: true, reason: true, at: true },
    orderBy: { at: "desc" },
    take: READ_MAX,
  });
  return rows.map((row) => ({ email: row.email, ip: row.ip, at: row.at, outcome: row.succeeded ? "succeeded" : row.reason === "pending" ? "pending" : "failed" }));
}

type AttemptReason = "pending" | "wrong_credentials" | "disabled" | "locked" | "busy" | "signup" | "email_taken" | "demo";

export async function insertAttempt(tx: Tx, attempt: { email: string; ip: string; succeeded: boolean; reason: AttemptReason | null; at: Date }): Promise<string> {
  const id = newId("authAttempt");
  await tx.authAttempt.create({ data: { id, ...attempt }, select: { id: true } });
  return id;
}

export async function settleAttempt(tx: Tx, id: string, outcome: { succeeded: boolean; reason: AttemptReason | null }): Promise<void> {
  await tx.authAttempt.update({ where: { id }, data: outcome, select: { id: true } });
}

export async function deleteOldAttempts(rt: Runtime, before: Date, portion: number): Promise<number> {
  const rows = await rt.db.query({ text: "delete from auth_attempt where id in (select id from auth_attempt where at < $1 limit $2) returning 1", values: [before, portion] });
  return rows.length;
}
