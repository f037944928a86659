import type { Programs } from "./programs.ts";

/** The parts of `npm test`, in the order they run. */
export const PARTS = ["static", "unit", "libvirt", "integration", "e2e"] as const;
export type Part = (typeof PARTS)[number];

export const PROGRAMS_OF: Record<Part, readonly (keyof Programs)[]> = {
  static: [],
  unit: ["gcc"],
  libvirt: ["libvirt"],
  integration: ["postgres", "mosquitto", "redis"],
  e2e: ["chromium", "koreanFont"],
};

/** The parts that were asked for; all without arguments. Undefined: an argument is no part. */
export function readParts(args: readonly string[]): Part[] | undefined {
  if (args.some((arg) => !PARTS.some((part) => part === arg))) return undefined;
  return PARTS.filter((part) => args.length === 0 || args.includes(part));
}
