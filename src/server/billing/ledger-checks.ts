import type { z } from "zod";
import type { ledgerCheckOutput, ledgerChecksOutput } from "#shared/billing/admin.ts";
import { newId } from "#shared/ids.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { publish } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { auditLedger } from "./check.ts";
import { insertLedgerCheck, lastLedgerChecks, ledgerCheckExists, type LedgerCheckRow } from "./ledger-check-repository.ts";

/** The nightly self-check: what it found is kept, and whatever it finds is an alarm. */
type Check = z.output<typeof ledgerCheckOutput>;

/** Nights begin at this hour, UTC. */
const NIGHT_HOUR = 3;
const HOUR_MS = 3_600_000;
const SHOWN = 60;

/** Runs the check of the night when it has not run yet; late when nothing ran at that hour. Several workers may call it: each night has one result. */
export async function checkLedgerNightly(rt: Runtime): Promise<Check | null> {
  const night = new Date(rt.clock.now().getTime() - NIGHT_HOUR * HOUR_MS).toISOString().slice(0, 10);
  const id = `lck_${night}`;
  return (await ledgerCheckExists(rt, id)) ? null : runCheck(rt, id);
}

/** Runs the check now, for the administrator who asks. */
export async function checkLedgerNow(rt: Runtime, actor: UserActor): Promise<Check> {
  const check = await runCheck(rt, newId("ledgerCheck"));
  await transact(rt, (tx) =>
    recordAudit(tx, actor, { action: "ledger.check", subjectType: "ledger_check", subjectId: check.id, organizationId: null, after: { findings: check.findings.length }, at: rt.clock.now() }),
  );
  return check;
}

/** The last checks, the newest first. */
export async function listLedgerChecks(rt: Runtime): Promise<z.output<typeof ledgerChecksOutput>> {
  return { data: (await lastLedgerChecks(rt, SHOWN)).map(toOutput) };
}

/** The last check; null before the first. */
export async function lastLedgerCheck(rt: Pick<Runtime, "db">): Promise<Check | null> {
  const [check] = await lastLedgerChecks(rt, 1);
  return check ? toOutput(check) : null;
}

async function runCheck(rt: Runtime, id: string): Promise<Check> {
  const startedAt = rt.clock.now();
  const findings = await auditLedger(rt);
  const check: LedgerCheckRow = { id, startedAt, finishedAt: rt.clock.now(), findings };
  await transact(rt, async (tx) => {
    if (!(await insertLedgerCheck(tx, check)) || findings.length === 0) return;
    await publish(tx, { type: "ledger.check.failed", subject: id, organizationId: null, data: { checkId: id, findings: findings.slice(0, 20) }, at: check.finishedAt });
  });
  if (findings.length > 0) rt.log.error({ checkId: id, findings }, "billing: the ledger's self-check found faults");
  else rt.log.info({ checkId: id }, "billing: the ledger's self-check found nothing wrong");
  return toOutput(check);
}

function toOutput(check: LedgerCheckRow): Check {
  return { id: check.id, startedAt: check.startedAt.toISOString(), finishedAt: check.finishedAt.toISOString(), findings: check.findings };
}
