import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions } from "../driver.ts";
import { taskLog, type TaskRow, taskRows, taskStatus } from "./answers.ts";
import { errorOfTask, ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import type { Session } from "./session.ts";

/** `UPID:node:pid:pstart:starttime:type:id:user:`, the numbers in hex. */
const UPID = /^UPID:([A-Za-z0-9.-]+):[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:([^:\s]+):([^:\s]*):[^:\s]+:$/i;

export type TaskEnd =
  | { kind: "done" }
  | { kind: "failed"; error: ProxmoxError }
  /** nobody knows how it ended: ask the VM */
  | { kind: "lost" };

/** Work on a VM; what else runs under its number (a console) keeps nobody from anything. */
const WORK = /^(qm(create|restore|clone|config|start|stop|shutdown|reboot|reset|pause|suspend|resume|destroy|migrate|move|snapshot|rollback|delsnapshot|template)|resize|vzdump|ha(start|stop|migrate))$/;
/** How long a task may be out of sight before its outcome is given up as unknown. */
const OUT_OF_SIGHT_MS = 120_000;
const LOG_LINES = 500;
/** Of so many tasks it is remembered that they have ended. */
const ENDED = 1_000;

/** Whether an answer's `data` names a task. (Some calls answer null where nothing was left to do.) */
export function isUpid(data: unknown): data is string {
  return typeof data === "string" && UPID.test(data);
}

/**
 * Waits until a task ends, passing on its log.
 * @throws ProxmoxError unknown when the host stays away · the signal's reason
 */
export async function followTask(session: Session, upid: string, call: CallOptions): Promise<TaskEnd> {
  const node = UPID.exec(upid)?.[1];
  if (node === undefined) throw new ProxmoxError("unknown", "garbage", "the host began something that it does not name");
  const at = apiPath`/nodes/${node}/tasks/${upid}`;
  let [line, pause] = [0, session.pace.pollMs];
  let seenAt = performance.now();
  for (;;) {
    try {
      const state = await session.client.get(`${at}/status`, {}, taskStatus, call);
      if (call.report) line = await passLog(session, at, line, call);
      seenAt = performance.now();
      if (state.status === "stopped") {
        remember(session, upid);
        return endOf(state.type, state.exitstatus);
      }
    } catch (error) {
      if (!(error instanceof ProxmoxError)) throw error;
      if (error.reason === "no_task") {
        remember(session, upid);
        return { kind: "lost" };
      }
      if (!error.retryable) throw new ProxmoxError("unknown", error.reason, error.message, error);
      if (performance.now() - seenAt > OUT_OF_SIGHT_MS) throw new ProxmoxError("unknown", "connection", `the host has been away for two minutes while a task ran: ${error.message}`, error);
    }
    await sleep(pause, undefined, { signal: call.signal });
    pause = Math.min(pause * 1.5, session.pace.slowestPollMs);
  }
}

function endOf(type: string, exitStatus: string | undefined): TaskEnd {
  if (exitStatus === "OK" || exitStatus?.startsWith("WARNINGS")) return { kind: "done" };
  // The node went down in the middle, or the log is cut off.
  if (exitStatus === undefined || exitStatus === "unexpected status" || exitStatus === "") return { kind: "lost" };
  return { kind: "failed", error: errorOfTask(type, exitStatus) };
}

function remember({ ended }: Session, upid: string): void {
  ended.add(upid);
  const [oldest] = ended;
  if (ended.size > ENDED && oldest !== undefined) ended.delete(oldest);
}

/** @returns the line to go on from */
async function passLog(session: Session, at: string, start: number, call: CallOptions): Promise<number> {
  const lines = await session.client.get(`${at}/log`, { start, limit: LOG_LINES }, taskLog, call);
  // A task without a log yet answers one line, "no content".
  const fresh = lines.filter((each) => each.t !== "no content" && each.n > start);
  for (const { t } of fresh) call.report?.({ percent: percentOf(t), message: t.slice(0, 500) });
  return fresh.at(-1)?.n ?? start;
}

/** `transferred 1.0 GiB of 10.0 GiB (10.00%)`, `drive-scsi0: … (55.3%) in 3s` */
function percentOf(text: string): number | null {
  const match = /\(?(\d{1,3}(?:\.\d+)?)\s?%/.exec(text);
  const percent = Number(match?.[1]);
  return match && percent <= 100 ? percent : null;
}

/** Tasks that run on a VM now, at the node where it is. */
export async function activeTasks(session: Session, node: string, vmid: number, call: CallOptions): Promise<TaskRow[]> {
  const rows = await session.client.get(apiPath`/nodes/${node}/tasks`, { source: "active", vmid }, taskRows, call);
  return rows.filter((task) => task.endtime === undefined && WORK.test(task.type) && !session.ended.has(task.upid));
}

/** Tasks of a kind that run on a node now, whatever they work on. */
export async function activeTasksOfType(session: Session, node: string, type: string, call: CallOptions): Promise<TaskRow[]> {
  const rows = await session.client.get(apiPath`/nodes/${node}/tasks`, { source: "active", typefilter: type }, taskRows, call);
  return rows.filter((task) => task.endtime === undefined && !session.ended.has(task.upid));
}

/** Tasks of a kind since `since`, running or ended. */
export function tasksSince(session: Session, node: string, filter: { vmid: number; type: string; since: number }, call: CallOptions): Promise<TaskRow[]> {
  return session.client.get(apiPath`/nodes/${node}/tasks`, { source: "all", vmid: filter.vmid, typefilter: filter.type, since: filter.since }, taskRows, call);
}
