import type { SourceFile, Violation } from "./source-file.ts";

/** Where queries may stand: the repositories, what infra and the audit log need, demo data. */
const QUERY_FILES = [/^src\/server\/infra\//, /(^|\/|-)repository\.ts$/, /\/seed\.ts$/, /^src\/server\/platform\/audit\.ts$/];

const QUERIES = [
  /\.\s*(?:findUnique|findUniqueOrThrow|findFirst|findFirstOrThrow|findMany|createMany|createManyAndReturn|updateMany|updateManyAndReturn|deleteMany|upsert|aggregate)\s*\(/,
  // Not JavaScript's own Map.groupBy(items, …).
  /\.\s*groupBy\s*\(\s*\{/,
  /\b(?:tx|prisma)\s*\.\s*\w+\s*\.\s*(?:create|update|delete|count)\s*\(/,
  /\$(?:queryRaw|executeRaw)/,
  /\bdb\s*\.\s*(?:query|exec|raw)\b/,
];

const LEDGER_WRITES = [
  /\.\s*(?:transfer|hold|creditLot|lotUse)\s*\.\s*(?:create|createMany|createManyAndReturn|upsert)\s*\(/,
  // An account may be opened: it begins at zero.
  /\.\s*(?:transfer|ledgerAccount|hold|creditLot|lotUse)\s*\.\s*(?:update|updateMany|updateManyAndReturn|upsert|delete|deleteMany)\s*\(/,
  /\binsert\s+into\s+"?(?:transfer|hold|credit_lot|lot_use)\b/i,
  /\b(?:delete\s+from|truncate(?:\s+table)?)\s+"?(?:transfer|ledger_account|hold|credit_lot|lot_use)\b/i,
  /\bupdate\s+"?(?:transfer|ledger_account|hold|credit_lot|lot_use)"?(?:\s+\w+)?\s+set\b/i,
];

const ENVIRONMENT_FILES = ["src/server/infra/config.ts", "src/server/main.ts"];

/** Queries, writes to the ledger and the environment each have one place. Tests may look everywhere. */
export function checkDataAccess(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    if (file.isTest || !file.path.startsWith("src/")) return [];
    const violations: Violation[] = [];
    const add = (rule: string, message: string): void => void violations.push({ rule, path: file.path, message });
    if (!QUERY_FILES.some((allowed) => allowed.test(file.path))) {
      const query = firstMatch(file.code, QUERIES);
      if (query) add("queries", `queries the database (${query}); queries belong in the domain's repository.ts, or <subject>-repository.ts`);
    }
    const write = firstMatch(file.code, LEDGER_WRITES);
    if (write) add("ledger", `writes a ledger table (${write}); credits move only by the SQL functions of the migrations, called from src/server/billing`);
    // NODE_ENV in a page is no setting: Next puts its value there when it builds.
    const environment = /^src\/(app|components)\//.test(file.path) ? /\bprocess\s*\.\s*env\b(?!\s*\.\s*NODE_ENV\b)/ : /\bprocess\s*\.\s*env\b/;
    if (environment.test(file.code) && !ENVIRONMENT_FILES.includes(file.path)) {
      add("environment", "reads process.env; add the setting to src/server/infra/config.ts and take it from rt.config");
    }
    return violations;
  });
}

function firstMatch(code: string, patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const match = pattern.exec(code);
    if (match) return match[0].replaceAll(/\s+/g, " ").trim();
  }
  return undefined;
}
