import { newId } from "#shared/ids.ts";
import type { Actor } from "#server/identity/actor.ts";
import { currentCorrelation } from "#server/infra/correlation.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";

export interface AuditRecord {
  /** noun.verb, as in vm.create */
  action: string;
  subjectType: string;
  subjectId: string;
  organizationId: string | null;
  /** what changed, without secrets */
  before?: Prisma.InputJsonObject;
  after?: Prisma.InputJsonObject;
  at: Date;
}

/** Writes who did what, in the transaction of the change: there is no change without its entry, and no entry without its change. */
export async function recordAudit(tx: Tx, actor: Actor, record: AuditRecord): Promise<void> {
  await tx.auditEntry.create({ data: entryOf(actor, record), select: { id: true } });
}

/** `recordAudit` of several changes in one statement. */
export async function recordAudits(tx: Tx, actor: Actor, records: readonly AuditRecord[]): Promise<void> {
  if (records.length > 0) await tx.auditEntry.createMany({ data: records.map((record) => entryOf(actor, record)) });
}

function entryOf(actor: Actor, record: AuditRecord): Prisma.AuditEntryCreateManyInput {
  return {
    id: newId("auditEntry"),
    at: record.at,
    actorKind: actor.kind,
    actorId: actor.kind === "user" ? actor.userId : actor.kind === "device" ? actor.machineId : null,
    actorName: actor.kind === "user" ? actor.email : actor.name,
    organizationId: record.organizationId,
    action: record.action,
    subjectType: record.subjectType,
    subjectId: record.subjectId,
    ...(record.before === undefined ? {} : { before: record.before }),
    ...(record.after === undefined ? {} : { after: record.after }),
    ip: actor.kind === "system" ? "" : actor.ip,
    requestId: actor.requestId || (currentCorrelation()?.id ?? ""),
  };
}
