import { type Runtime, transact } from "#server/infra/runtime.ts";
import { appendVmLog, type VmLogEntry } from "./append.ts";

const PAUSE_MS = 500;
/** A task that says more than this has told enough. */
const MAX_LINES = 500;

export interface TaskLines {
  /** Never throws and never waits. A repetition of the line before is not written. */
  say(message: string): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** Carries what a hypervisor says about its task to the VM's log, in bunches. Lines that cannot be written are dropped: they tell, they do not decide. */
export function taskLines(rt: Runtime, operation: { id: string; subjectType: string; subjectId: string }): TaskLines {
  let waiting: VmLogEntry[] = [];
  let last = "";
  let said = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async (entries: VmLogEntry[]): Promise<void> => {
    try {
      await transact(rt, (tx) => appendVmLog(tx, ...entries));
      rt.realtime.publish({ rooms: [`vm:${operation.subjectId}`], name: "vm.log", data: { vmId: operation.subjectId } });
    } catch (error) {
      rt.log.warn({ err: error, operationId: operation.id }, "operation: lines of its task were not written");
    }
  };
  const flush = (): void => {
    timer = undefined;
    const entries = waiting;
    waiting = [];
    if (entries.length > 0) writing = writing.then(() => write(entries));
  };
  return {
    say(message) {
      if (operation.subjectType !== "vm" || message === last || message.trim() === "" || said === MAX_LINES) return;
      last = message;
      said += 1;
      waiting.push({ vmId: operation.subjectId, operationId: operation.id, at: rt.clock.now(), source: "hypervisor", message });
      timer ??= setTimeout(flush, PAUSE_MS);
    },
    async close() {
      clearTimeout(timer);
      flush();
      await writing;
    },
  };
}
