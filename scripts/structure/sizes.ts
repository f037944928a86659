import type { SourceFile, Violation } from "./source-file.ts";

const MOST_LINES = 500;
const MOST_LINES_OF_A_TEST = 600;
const LONG = 300;
const LONG_SHARE = 0.05;
const MEDIAN = 90;
/** Shares say something about many files only. */
const MANY = 40;

/** A file has one subject: none over 500 lines (tests 600), 95 % under 300, half under 90. */
export function checkSizes(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = files.flatMap((file) => {
    const most = file.isTest ? MOST_LINES_OF_A_TEST : MOST_LINES;
    return file.lines > most ? [{ rule: "sizes", path: file.path, message: `has ${file.lines} lines, at most ${most}; split it by subject` }] : [];
  });
  const product = files.filter((file) => file.path.startsWith("src/") && !file.isTest).toSorted((a, b) => b.lines - a.lines);
  if (product.length < MANY) return violations;
  const long = product.filter((file) => file.lines > LONG);
  if (long.length > product.length * LONG_SHARE) {
    violations.push({ rule: "sizes", path: "src", message: `${long.length} of ${product.length} files have over ${LONG} lines, at most ${LONG_SHARE * 100} % may; the longest: ${long.slice(0, 5).map((file) => `${file.path} (${file.lines})`).join(", ")}` });
  }
  const median = product[Math.floor(product.length / 2)]?.lines ?? 0;
  if (median > MEDIAN) violations.push({ rule: "sizes", path: "src", message: `half of the files have ${median} lines or more, at most ${MEDIAN} is the rule; split by subject` });
  return violations;
}
