import { setTimeout as sleep } from "node:timers/promises";
import { died, FakeError } from "./fake-errors.ts";
import type { FakeState, FakeVm } from "./fake-state.ts";

export interface FakeTask {
  upid: string;
  node: string;
  type: string;
  id: string;
  user: string;
  starttime: number;
  endtime: number | null;
  exit: string | null;
  log: string[];
  abort: AbortController;
}

export interface FakeTasks {
  all: FakeTask[];
  /** Begins a worker. @returns its UPID */
  run(node: string, type: string, id: string | number, user: string, work: (task: FakeTask) => Promise<void>): string;
  find(node: string, upid: string): FakeTask;
  active(vmid: number, types?: readonly string[]): FakeTask[];
  /** The node went down: nobody knows how its tasks ended. */
  loseAll(): void;
}

export function createFakeTasks(): FakeTasks {
  let serial = 0;
  const tasks: FakeTasks = {
    all: [],
    run(node, type, id, user, work) {
      serial += 1;
      const starttime = Math.floor(Date.now() / 1000);
      const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
      const task: FakeTask = { upid: `UPID:${node}:${hex(1_000 + serial)}:${hex(serial)}:${hex(starttime)}:${type}:${id}:${user}:`, node, type, id: String(id), user, starttime, endtime: null, exit: null, log: [], abort: new AbortController() };
      const end = (exit: string, line: string): void => {
        if (task.exit !== null) return;
        task.log.push(line);
        task.exit = exit;
        task.endtime = Math.floor(Date.now() / 1000);
      };
      tasks.all.unshift(task);
      void (async () => {
        try {
          await work(task);
          end("OK", "TASK OK");
        } catch (error) {
          const text = task.abort.signal.aborted ? "interrupted by signal" : error instanceof FakeError ? error.message : String(error);
          end(text, `TASK ERROR: ${text}`);
        }
      })();
      return task.upid;
    },
    find(node, upid) {
      const task = tasks.all.find((each) => each.upid === upid && each.node === node);
      if (!task) throw new FakeError(400, "Parameter verification failed.", { upid: "no such task" });
      return task;
    },
    active: (vmid, types) => tasks.all.filter((task) => task.exit === null && task.id === String(vmid) && (types === undefined || types.includes(task.type))),
    loseAll() {
      for (const task of tasks.all.filter((each) => each.exit === null)) {
        task.exit = "unexpected status";
        task.endtime = Math.floor(Date.now() / 1000);
        task.abort.abort();
      }
    },
  };
  return tasks;
}

/** Time passes, unless the task is killed. */
export function pass(task: FakeTask, ms: number): Promise<void> {
  return sleep(ms, undefined, { signal: task.abort.signal });
}

/** Holds the VM's lock file meanwhile. */
export async function holding(state: FakeState, vm: FakeVm, work: () => Promise<void>): Promise<void> {
  const until = Date.now() + state.pace.lockWait;
  while (vm.held) {
    if (Date.now() >= until) throw died(`can't lock file '/var/lock/qemu-server/lock-${vm.vmid}.conf' - got timeout`);
    await sleep(2);
  }
  Object.assign(vm, { held: true });
  try {
    await work();
  } finally {
    Object.assign(vm, { held: false });
  }
}
