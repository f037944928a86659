import { posix } from "node:path";
import { readSourceFiles } from "../structure/source-file.ts";

/** Whoever reaches one of these has a database: PGlite, or PostgreSQL where TEST_DATABASE_URL names a server. */
const DATABASES = ["src/server/testing/runtime.ts", "src/server/testing/global-setup.ts"];

export interface TestFiles {
  /** no database: they run once */
  unit: string[];
  /** they run on PGlite and on PostgreSQL */
  integration: string[];
}

/** Sorts the tests by what they import, directly or by way of other test helpers. */
export function findTestFiles(root: string): TestFiles {
  const files = new Map(readSourceFiles(root).map((file) => [file.path, file]));
  const usesDatabase = (path: string, seen: Set<string>): boolean => {
    if (DATABASES.includes(path)) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    return (files.get(path)?.imports ?? []).some((imported) => !imported.typeOnly && imported.target !== undefined && usesDatabase(posix.normalize(imported.target), seen));
  };
  const tests = [...files.keys()].filter((path) => path.endsWith(".test.ts") && !path.startsWith("e2e/"));
  const integration = tests.filter((path) => usesDatabase(path, new Set()));
  return { unit: tests.filter((path) => !integration.includes(path)), integration };
}
