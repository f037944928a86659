import { posix } from "node:path";
import { readSourceFiles } from "../structure/source-file.ts";

/** Whoever reaches one of these has a database: PGlite, or PostgreSQL where TEST_DATABASE_URL names a server. */
const DATABASES = ["src/server/testing/runtime.ts", "src/server/testing/global-setup.ts"];

/** Whoever reaches this works with VMs of the computer's libvirtd, and sees those of others: one file after the other. */
const LIBVIRT = ["src/server/compute/drivers/libvirt/testing/hypervisor.ts"];

export interface TestFiles {
  /** no database: they run once */
  unit: string[];
  /** real VMs, no database */
  libvirt: string[];
  /** they run on PGlite and on PostgreSQL */
  integration: string[];
}

/** Sorts the tests by what they import, directly or by way of other test helpers. */
export function findTestFiles(root: string): TestFiles {
  const files = new Map(readSourceFiles(root).map((file) => [file.path, file]));
  const reaches = (targets: readonly string[], path: string, seen: Set<string>): boolean => {
    if (targets.includes(path)) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    return (files.get(path)?.imports ?? []).some((imported) => !imported.typeOnly && imported.target !== undefined && reaches(targets, posix.normalize(imported.target), seen));
  };
  const sorted: TestFiles = { unit: [], libvirt: [], integration: [] };
  for (const path of files.keys()) {
    if (!path.endsWith(".test.ts") || path.startsWith("e2e/")) continue;
    sorted[reaches(DATABASES, path, new Set()) ? "integration" : reaches(LIBVIRT, path, new Set()) ? "libvirt" : "unit"].push(path);
  }
  return sorted;
}
