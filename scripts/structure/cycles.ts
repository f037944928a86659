import type { SourceFile, Violation } from "./source-file.ts";

/** Finds circles of imports that exist when the program runs; types alone may refer to each other. Each circle is told once. */
export function checkCycles(files: readonly SourceFile[]): Violation[] {
  const graph = new Map(files.map((file) => [file.path, file.imports.filter((imported) => !imported.typeOnly).flatMap((imported) => imported.target ?? [])]));
  const done = new Set<string>();
  const trail: string[] = [];
  const violations: Violation[] = [];

  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const circle = trail.slice(start);
      violations.push({ rule: "cycles", path, message: `imports itself by way of ${[...circle.slice(1), path].join(" → ")}; move what both need to a file below them` });
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return violations;
}
