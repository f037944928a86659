import { checkCycles } from "./cycles.ts";
import { checkDataAccess } from "./data-access.ts";
import { checkLayers } from "./layers.ts";
import { checkNames } from "./names.ts";
import { checkSizes } from "./sizes.ts";
import { readSourceFiles, type Violation } from "./source-file.ts";

/** All structure rules over the project in `root`. CONTRIBUTING.md has them as a table. */
export function checkStructure(root: string): Violation[] {
  const files = readSourceFiles(root);
  return [checkLayers, checkCycles, checkDataAccess, checkNames, checkSizes].flatMap((check) => check(files));
}
