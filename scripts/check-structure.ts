import { resolve } from "node:path";
import { checkStructure } from "./structure/rules.ts";

/** `npm run check:structure`: prints what is not where it belongs. */
const violations = checkStructure(resolve(import.meta.dirname, ".."));
for (const { rule, path, message } of violations) process.stdout.write(`${path}: ${message} [${rule}]\n`);
process.exitCode = violations.length > 0 ? 1 : 0;
