import { basename } from "node:path";
import type { SourceFile, Violation } from "./source-file.ts";

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
/** Next's own: (group), [param], [...rest], [[...optional]], @slot, _private. */
const NEXT_SEGMENT = /^(\([a-z0-9-]+\)|\[{1,2}(\.{3})?[A-Za-z0-9]+\]{1,2}|[@_][a-z0-9-]+)$/;

const GRAB_BAG = /^(utils?|helpers?|common|misc|lib)(\.|$)/;

/** Files whose framework looks for a default export: Next's pages, next-intl's request, vitest's setup. */
const DEFAULT_EXPORTS = ["src/app/", "src/components/i18n/request.ts", "src/server/testing/global-setup.ts"];

/** Names of files and folders, and of what files export. */
export function checkNames(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const violations: Violation[] = [];
    const add = (message: string): void => void violations.push({ rule: "names", path: file.path, message });
    const segments = file.path.split("/");
    const odd = segments.find((segment) => !KEBAB.test(segment) && !(file.path.startsWith("src/app/") && NEXT_SEGMENT.test(segment)));
    if (odd !== undefined) add(`${odd} is not in kebab-case`);
    const bag = segments.find((segment) => GRAB_BAG.test(segment));
    if (bag !== undefined) add(`${bag} names no subject; name the file after what it is about`);
    if (basename(file.path).startsWith("index.") || isBarrel(file.code)) add("is a barrel; import from the file that has the thing");
    if (file.path.startsWith("src/") && /^\s*export\s+default\b/m.test(file.code) && !DEFAULT_EXPORTS.some((allowed) => file.path.startsWith(allowed))) {
      add("has a default export; export by name, so that it has one name everywhere");
    }
    return violations;
  });
}

/** Nothing but `export … from`. */
function isBarrel(code: string): boolean {
  const rest = code.replaceAll(/\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*["'][^"']+["'];?/g, "");
  return rest !== code && rest.trim() === "";
}
