import { readFileSync } from "node:fs";

/**
 * Node raises its own limit of open files as far as it may.
 * @throws Error when that is not enough
 */
export function requireOpenFiles(count: number): void {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1] ?? "0";
  if (limit !== "unlimited" && Number(limit) < count) throw new Error(`the bench opens ${count} connections, and this process may have ${limit} files open: raise it with "ulimit -n ${count}"`);
}
