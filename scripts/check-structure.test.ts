import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { checkStructure } from "./structure/rules.ts";

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** What the rules say about a project of these files: `rule path`, and the message. */
function check(files: Record<string, string>): { found: string[]; messages: string } {
  const root = mkdtempSync(join(tmpdir(), "switchyard-structure-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const violations = checkStructure(root);
  return { found: violations.map(({ rule, path }) => `${rule} ${path}`), messages: violations.map(({ message }) => message).join("\n") };
}

const importing = (target: string): string => `import { thing } from "${target}";\nexport const other = thing;\n`;
const importingType = (target: string): string => `import type { Thing } from "${target}";\nexport const other = (thing: Thing) => thing;\n`;

describe("imports", () => {
  it.each([
    ["src/components/ui/card.tsx", "#components/compute/vm.tsx", "components/ui knows no domain"],
    ["src/components/compute/vm.tsx", "../../app/page.tsx", "components may import shared"],
    ["src/shared/credits.ts", "#server/infra/clock.ts", "shared may import nothing but itself"],
    ["src/shared/credits.ts", "node:crypto", "src/shared runs in the browser"],
    ["src/shared/credits.ts", "@prisma/client", "src/shared runs in the browser"],
    ["src/server/infra/clock.ts", "#server/identity/users.ts", "infra may import shared"],
    ["src/server/compute/vms.ts", "#server/http/server.ts", "domain may import infra, shared"],
    ["src/server/compute/vms.ts", "../trpc/init.ts", "only a domain's router.ts knows tRPC"],
    ["src/server/trpc/root.ts", "#server/http/server.ts", "trpc may import domain, infra, shared"],
    ["src/server/http/server.ts", "#server/roles/web.ts", "http may import"],
    ["src/server/http/server.ts", "#server/compute/repository.ts", "compute's tables are its own"],
    ["src/server/http/server.ts", "#server/compute/vm-repository.ts", "compute's tables are its own"],
    ["src/server/billing/credits.ts", "#server/identity/users.ts", "billing may use no other domain"],
    ["src/server/identity/users.ts", "#server/compute/vms.ts", "identity may use billing"],
    ["src/server/compute/vms.ts", "#server/machines/machines.ts", "compute may use identity, billing"],
    ["src/server/compute/vms.ts", "#server/platform/overview.ts", "and platform/audit.ts"],
    ["src/server/compute/vms.ts", "#server/billing/account-repository.ts", "call one of its services"],
    ["src/server/compute/vms.ts", "#server/billing/router.ts", "call one of its services"],
    ["src/server/webhooks/endpoints.ts", "#server/compute/vms.ts", "subscribe to an event"],
    ["src/server/platform/audit.ts", "#server/identity/users.ts", "infra may import shared"],
    ["src/server/compute/vms.ts", "#server/testing/runtime.ts", "only tests"],
  ])("%s must not import %s", (path, target, message) => {
    const { found, messages } = check({ [path]: importing(target) });
    expect(found).toEqual([`imports ${path}`]);
    expect(messages).toContain(message);
  });

  it.each([
    ["src/components/compute/vm.tsx", "#components/ui/card.tsx"],
    ["src/server/compute/router.ts", "#server/trpc/init.ts"],
    ["src/server/compute/vms.ts", "#server/platform/audit.ts"],
    ["src/server/compute/vms.ts", "#server/billing/credits.ts"],
    ["src/server/platform/overview.ts", "#server/compute/vms.ts"],
    ["src/server/compute/vms.test.ts", "#server/machines/repository.ts"],
    ["src/server/roles/web.ts", "#server/http/server.ts"],
    ["src/server/roles/worker.ts", "#server/compute/jobs.ts"],
  ])("%s may import %s", (path, target) => {
    expect(check({ [path]: importing(target) }).found).toEqual([]);
  });

  it("gives pages types of the server, and nothing else of it", () => {
    expect(check({ "src/app/page.tsx": importingType("#server/trpc/root.ts"), "src/components/api/trpc.ts": importingType("#server/trpc/root.ts") }).found).toEqual([]);
    const { found, messages } = check({ "src/app/page.tsx": importing("#server/trpc/root.ts"), "src/components/api/trpc.ts": 'const root = await import("#server/trpc/root.ts");' });
    expect(found).toEqual(["imports src/app/page.tsx", "imports src/components/api/trpc.ts"]);
    expect(messages).toContain("call a procedure instead");
  });

  it("sees an import over several lines, and none in a comment or a string", () => {
    const lines = 'import {\n  one,\n  two,\n} from "#server/billing/credits.ts";\n';
    expect(check({ "src/server/infra/users.ts": lines }).found).toEqual(["imports src/server/infra/users.ts"]);
    const hidden = '// import { one } from "#server/billing/credits.ts";\n/* import "#server/billing/credits.ts"; */\nexport const address = "https://example.com"; // its own\n';
    expect(check({ "src/server/infra/users.ts": hidden }).found).toEqual([]);
  });

  it("refuses code in a folder that is no part of the program", () => {
    expect(check({ "src/server/extras/thing.ts": "export {};", "src/extras/thing.ts": "export {};" }).found).toEqual(["folders src/extras/thing.ts", "folders src/server/extras/thing.ts"]);
  });
});

describe("cycles", () => {
  it("are found at any length, and only where they exist when the program runs", () => {
    const circle = { "src/shared/a.ts": importing("./b.ts"), "src/shared/b.ts": importing("./c.ts"), "src/shared/c.ts": importing("./a.ts") };
    const { found, messages } = check(circle);
    expect(found).toEqual(["cycles src/shared/a.ts"]);
    expect(messages).toContain("src/shared/b.ts → src/shared/c.ts → src/shared/a.ts");
    expect(check({ ...circle, "src/shared/c.ts": importingType("./a.ts") }).found).toEqual([]);
  });
});

describe("queries", () => {
  const queries = [
    "export const list = (prisma) => prisma.vm.findMany({});",
    "export const add = (tx) => tx.vm.create({ data: {} });",
    "export const add = (tx) => tx\n  .vm\n  .update({ data: {} });",
    "export const raw = (tx) => tx.$queryRaw`select 1`;",
    'export const fast = (rt) => rt.db.query({ text: "select 1" });',
    "export const groups = (client) => client.vm.groupBy({ by: [] });",
  ];
  it.each(queries)("belong in a repository: %s", (code) => {
    const { found, messages } = check({ "src/server/compute/vms.ts": code });
    expect(found).toEqual(["queries src/server/compute/vms.ts"]);
    expect(messages).toContain("repository.ts");
    const allowed = ["src/server/compute/repository.ts", "src/server/compute/vm-repository.ts", "src/server/compute/seed.ts", "src/server/infra/events.ts", "src/server/platform/audit.ts", "src/server/compute/vms.test.ts"];
    for (const path of allowed) expect(check({ [path]: code }).found).toEqual([]);
  });

  it("are not what JavaScript calls alike", () => {
    expect(check({ "src/server/compute/vms.ts": "export const by = (items) => Map.groupBy(items, (item) => item.id);\nexport const made = Object.create(null);" }).found).toEqual([]);
  });
});

describe("the ledger", () => {
  it.each([
    "export const f = (tx) => tx.transfer.create({});",
    "export const f = (tx) => tx.ledgerAccount.updateMany({});",
    "export const f = (tx) => tx.hold.delete({});",
    "export const text = 'update ledger_account set balance = 0';",
    "export const text = 'update credit_lot set remaining = 0';",
    "export const text = 'insert into lot_use values (1)';",
    "export const f = (tx) => tx.creditLot.updateMany({});",
    'export const text = `insert into "transfer" (id) values (1)`;',
    "export const text = 'delete from hold';",
  ])("is not written, not even from a repository: %s", (code) => {
    const { found, messages } = check({ "src/server/billing/repository.ts": code });
    expect(found).toEqual(["ledger src/server/billing/repository.ts"]);
    expect(messages).toContain("SQL functions");
  });

  it("is read from repositories, and accounts are opened", () => {
    const code = "export const f = (tx) => tx.ledgerAccount.create({});\nexport const g = (tx) => tx.transfer.findMany({});\nexport const text = 'select * from transfer for update';";
    expect(check({ "src/server/billing/repository.ts": code }).found).toEqual([]);
  });
});

describe("the environment", () => {
  it("is read by the configuration alone", () => {
    const code = "export const port = process.env.PORT;";
    expect(check({ "src/server/http/server.ts": code, "src/components/api/server.ts": code }).found).toEqual(["environment src/components/api/server.ts", "environment src/server/http/server.ts"]);
    expect(check({ "src/server/infra/config.ts": code, "src/server/main.ts": code, "scripts/start.mjs": code, "bench/run.ts": code, "src/server/http/server.test.ts": code }).found).toEqual([]);
    expect(check({ "src/components/api/server.ts": 'export const built = process.env.NODE_ENV === "production";' }).found).toEqual([]);
  });
});

describe("names", () => {
  const code = "export const one = 1;\n";
  it.each([
    ["src/server/compute/vmList.ts", "kebab-case"],
    ["src/components/compute/VmList.tsx", "kebab-case"],
    ["src/server/compute/utils.ts", "names no subject"],
    ["src/components/helpers/thing.ts", "names no subject"],
    ["e2e/common.ts", "names no subject"],
    ["src/shared/index.ts", "barrel"],
  ])("%s is refused", (path, message) => {
    const { found, messages } = check({ [path]: code });
    expect(found).toContain(`names ${path}`);
    expect(messages).toContain(message);
  });

  it("lets Next name its segments", () => {
    const files = ["src/app/(customer)/vms/[vmId]/page.tsx", "src/app/docs/[[...path]]/page.tsx", "src/app/@modal/page.tsx"];
    expect(check(Object.fromEntries(files.map((path) => [path, "export default function Page() {\n  return null;\n}\n"]))).found).toEqual([]);
  });

  it("refuses a barrel under another name, and a default export outside of pages", () => {
    const { found } = check({ "src/shared/all.ts": 'export * from "./credits.ts";\nexport type { Id } from "./ids.ts";\n', "src/components/ui/card.tsx": "export default function Card() {}\n" });
    expect(found).toEqual(["names src/components/ui/card.tsx", "names src/shared/all.ts"]);
  });
});

describe("sizes", () => {
  const lines = (count: number): string => "export {};\n".repeat(count);
  it("are bounded: 500 lines, 600 for a test", () => {
    expect(check({ "src/shared/a.ts": lines(500), "src/shared/a.test.ts": lines(600) }).found).toEqual([]);
    expect(check({ "src/shared/a.ts": lines(501), "src/shared/a.test.ts": lines(601) }).found).toEqual(["sizes src/shared/a.test.ts", "sizes src/shared/a.ts"]);
  });

  it("are bounded over all files: 5 % over 300 lines, half under 90", () => {
    const many = (count: number, size: number, name: string) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`src/shared/${name}-${n}.ts`, lines(size)]));
    expect(check({ ...many(58, 50, "short"), ...many(2, 301, "long") }).found).toEqual([]);
    expect(check({ ...many(55, 50, "short"), ...many(5, 301, "long") }).messages).toContain("5 of 60 files have over 300 lines");
    expect(check(many(60, 91, "middle")).messages).toContain("half of the files have 91 lines");
  });
});
