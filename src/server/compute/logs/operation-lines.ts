import type { Tx } from "#server/infra/events.ts";
import { appendVmLog } from "./append.ts";

interface LoggedOperation {
  id: string;
  kind: string;
  subjectType: string;
  subjectId: string;
}

type StepMoment = { step: string; what: "begun" | "done" | "undoing" | "undone"; attempt?: number } | { step: string; what: "failed"; error: string | null; again: boolean };

/** A step of an operation begins or ends: a line in its VM's log. Operations on other things have none. */
export async function logStep(tx: Tx, operation: LoggedOperation, moment: StepMoment, at: Date): Promise<void> {
  if (operation.subjectType !== "vm") return;
  const entry = { vmId: operation.subjectId, operationId: operation.id, at, source: "operation" } as const;
  const what = `${operation.kind}: ${moment.step} ${moment.what}`;
  if (moment.what === "failed") {
    const told = moment.error === null ? what : `${what}: ${moment.error}`;
    await appendVmLog(tx, { ...entry, level: moment.again ? "warning" : "error", message: moment.again ? `${told} (to be tried again)` : told });
  } else {
    await appendVmLog(tx, { ...entry, message: moment.attempt !== undefined && moment.attempt > 1 ? `${what}, attempt ${moment.attempt}` : what });
  }
}

/** An operation is over. */
export async function logEnd(tx: Tx, operation: LoggedOperation & { errorMessage: string | null }, status: string, at: Date): Promise<void> {
  if (operation.subjectType !== "vm") return;
  const reason = status === "failed" && operation.errorMessage ? `: ${operation.errorMessage}` : "";
  await appendVmLog(tx, { vmId: operation.subjectId, operationId: operation.id, at, source: "operation", level: status === "failed" ? "error" : "info", message: `${operation.kind} ${status}${reason}` });
}
