import { randomBytes } from "node:crypto";

const LONGEST = 40;
/** Accents that stand alone once a letter is taken apart (Unicode's combining marks). */
const MARKS = /\p{M}/gu;

/** Lower-case Latin letters, digits and hyphens; letters with accents lose them. Names in other scripts become "machine" with an ending of its own. */
export function slugOf(name: string): string {
  return words(name) || `machine-${ending(3)}`;
}

/** With a random ending, so that it is free. */
export function freeSlugOf(name: string): string {
  return `${words(name) || "machine"}-${ending(4)}`;
}

function words(name: string): string {
  return name
    .normalize("NFKD")
    .replace(MARKS, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "");
}

function ending(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
