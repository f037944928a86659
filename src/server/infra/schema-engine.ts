import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { PrismaPGlite } from "pglite-prisma-adapter";

/**
 * Prisma's schema engine in process (@prisma/schema-engine-wasm): the ordinary command line downloads a binary, which fails on a closed network.
 * Only `diff` is used here; migrations are applied by migrations.ts.
 */
const SCHEMA_FOLDER = "prisma/schema";

interface SchemaFile {
  path: string;
  content: string;
}

async function readSchema(root: string): Promise<SchemaFile[]> {
  const names = (await readdir(join(root, SCHEMA_FOLDER))).filter((name) => name.endsWith(".prisma")).sort();
  return Promise.all(names.map(async (name) => ({ path: `${SCHEMA_FOLDER}/${name}`, content: await readFile(join(root, SCHEMA_FOLDER, name), "utf8") })));
}

let loaded: Promise<void> | undefined;

function loadEngine(): Promise<void> {
  loaded ??= (async () => {
    const path = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg").replace(/\.js$/, ".wasm");
    const compiled = await WebAssembly.compile(await readFile(path));
    const instance = await WebAssembly.instantiate(compiled, { "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports });
    const exports = instance.exports as WebAssembly.Exports & { __wbindgen_start?: () => void };
    bindings.__wbg_set_wasm(exports as Parameters<typeof bindings.__wbg_set_wasm>[0]);
    exports.__wbindgen_start?.();
  })();
  return loaded;
}

/**
 * The SQL that takes `database` to `prisma/schema`; empty when they agree.
 * @param database a PGlite with all migrations applied
 * @param root the project's folder
 */
export async function diffToSchema(database: PGlite, root: string): Promise<string> {
  await loadEngine();
  const files = await readSchema(root);
  const adapter = new PrismaPGlite(database) as unknown as SqlMigrationAwareDriverAdapterFactory;
  const bound = bindMigrationAwareSqlAdapterFactory(adapter);
  const engine = await bindings.SchemaEngine.new({ datamodels: files.map((file) => [file.path, file.content]) } as never, () => {}, bound as never);
  const result = (await engine.diff({
    from: { tag: "schemaDatasource", files, configDir: root },
    to: { tag: "schemaDatamodel", files },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  } as never)) as { stdout?: string };
  const sql = (result.stdout ?? "").trim();
  return sql === "-- This is an empty migration." ? "" : sql;
}
