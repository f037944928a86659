import { PGlite } from "@electric-sql/pglite";
import pg from "pg";

/**
 * Kills this process (kill -9) before its n-th statement to the database, for programs that `killAnywhere` starts. A statement passes here whichever way it takes to the database; the
 * embedded one is asked in several messages a statement.
 */
export interface StatementCount {
  /** Counts from here on. @param last the statement that is not reached; null: all are counted, none is the last */
  begin(last: number | null): void;
  /**
   * Counts no further. How many statements a scene takes differs a little from one time to the next (what was left by the processes before, and rounds that find nothing to do):
   * a process that was to die at a statement that did not come dies here, after all of them.
   */
  end(): void;
  passed(): number;
}

/** Once in a process, before it opens a database. */
export function countStatements(): StatementCount {
  let counting = false;
  let passed = 0;
  let last: number | null = null;
  for (const [prototype, method] of [[PGlite.prototype, "execProtocolRaw"], [pg.Client.prototype, "query"]] as const) {
    // Both take what they take and answer what they answer; only the call is of interest here.
    const methods = prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    const original = methods[method];
    methods[method] = function counted(this: unknown, ...args: unknown[]) {
      if (counting) passed += 1;
      if (counting && passed === last) die();
      return original?.apply(this, args);
    };
  }
  return {
    begin(at) {
      counting = true;
      last = at;
    },
    end() {
      if (counting && last !== null) die();
      counting = false;
    },
    passed: () => passed,
  };
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}
