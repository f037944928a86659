import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** What the structure rules look at. */
export interface SourceFile {
  /** relative to the project, with slashes */
  path: string;
  /** the text without comments */
  code: string;
  lines: number;
  imports: Import[];
  /** a test, or what only tests use: a folder `testing` of the server */
  isTest: boolean;
}

export interface Import {
  /** as written */
  specifier: string;
  /** the project's file it means; undefined for a package */
  target: string | undefined;
  /** `import type`: nothing of it is left when the program runs */
  typeOnly: boolean;
}

/** One thing that is where it does not belong. `message` says where it does. */
export interface Violation {
  rule: string;
  path: string;
  message: string;
}

const FOLDERS = ["src", "scripts", "e2e", "bench"];
const GENERATED = "src/server/infra/prisma";
/** Below src/server, its domains and their parts. */
export const TESTING = /^src\/server\/([a-z-]+\/)*testing\//;
const CODE = /\.(ts|tsx|mts|mjs|js|jsx)$/;

/** All code files below `root`, sorted by path; generated ones are left out. */
export function readSourceFiles(root: string): SourceFile[] {
  return FOLDERS.flatMap((folder) => listFiles(root, folder))
    .filter((path) => CODE.test(path))
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      const code = withoutComments(text);
      return { path, code, lines: text.trimEnd().split("\n").length, imports: importsOf(path, code), isTest: /\.(test|spec)\.tsx?$/.test(path) || TESTING.test(path) };
    });
}

function listFiles(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder)) || folder === GENERATED) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    // What a build leaves behind (.next) is nobody's source.
    .filter((entry) => !entry.name.startsWith("."))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? listFiles(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`]));
}

const ALIASES: Record<string, string> = { "#server/": "src/server/", "#shared/": "src/shared/", "#components/": "src/components/" };

function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier);
  const alias = Object.keys(ALIASES).find((prefix) => specifier.startsWith(prefix));
  return alias ? `${ALIASES[alias]}${specifier.slice(alias.length)}` : undefined;
}

const STATIC_IMPORT = /\b(?:import|export)\s+(type\s+)?(?:[\w$*\s{},]+?\s+from\s*|(?=["']))["']([^"'\n]+)["']/g;
const BRACED_IMPORT = /\b(?:import|export)\s+(type\s+)?(?:[\w$]+\s*,\s*)?\{[^}"']*\}\s*from\s*["']([^"'\n]+)["']/g;
const DYNAMIC_IMPORT = /(typeof\s+)?\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

function importsOf(path: string, code: string): Import[] {
  const found = new Map<string, Import>();
  for (const pattern of [STATIC_IMPORT, BRACED_IMPORT, DYNAMIC_IMPORT]) {
    for (const [, type, specifier] of code.matchAll(pattern)) {
      if (specifier === undefined) continue;
      const typeOnly = type !== undefined;
      found.set(`${specifier} ${typeOnly}`, { specifier, target: resolveImport(path, specifier), typeOnly });
    }
  }
  return [...found.values()];
}

/** Strings and regular expressions are kept as they are, so that `//` in an address is no comment. */
const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//g;

function withoutComments(text: string): string {
  return text.replaceAll(TOKEN, (token) => (token.startsWith("//") || token.startsWith("/*") ? " " : token));
}
