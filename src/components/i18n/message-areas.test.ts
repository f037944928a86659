import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * Browsers get the areas of messages that their layout names, and no others: what a component below it asks for must be among them. A page that lacks one shows its keys.
 */
const ROOT = resolve(import.meta.dirname, "../../..");
const PICKED = /pickMessages\([^[]*\[([^\]]*)\]/;
const IMPORTED = /(?:from|import\()\s*["']((?:#components\/|\.{1,2}\/)[^"']+\.tsx?)["']/g;
const ASKED = /useTranslations(?:<[^>]*>)?\(\s*["'`]([a-z]+)/g;

const layouts = globSync("src/app/**/layout.tsx", { cwd: ROOT }).filter((path) => PICKED.test(read(path)));

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function importsOf(path: string): string[] {
  return [...read(path).matchAll(IMPORTED)].flatMap(([, name = ""]) => {
    const target = name.startsWith("#components/") ? name.replace("#components/", "src/components/") : join(dirname(path), name);
    return existsSync(join(ROOT, target)) ? [target] : [];
  });
}

/** All files that the pages below a layout are made of, but for those below a layout with areas of its own. */
function reachable(layout: string): Set<string> {
  const folder = dirname(layout);
  const inner = layouts.map(dirname).filter((other) => other !== folder && other.startsWith(`${folder}/`));
  const own = globSync(`${folder.replaceAll(/[[\]()]/g, "?")}/**/*.tsx`, { cwd: ROOT }).filter((path) => path.startsWith(`${folder}/`) && !inner.some((other) => path.startsWith(`${other}/`)));
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    importsOf(path).forEach(visit);
  };
  own.forEach(visit);
  return found;
}

describe("the areas of messages that a layout gives to browsers", () => {
  it.each(layouts)("%s has those that its pages ask for", (layout) => {
    const picked = new Set([...(PICKED.exec(read(layout))?.[1] ?? "").matchAll(/["'](\w+)["']/g)].map(([, name = ""]) => name));
    const missing = [...reachable(layout)].flatMap((path) => [...read(path).matchAll(ASKED)].flatMap(([, area = ""]) => (picked.has(area) ? [] : [`${area}: ${path}`])));
    expect(missing.toSorted()).toEqual([]);
  });

  it("finds a layout at all", () => {
    expect(layouts.length).toBeGreaterThan(3);
  });
});
