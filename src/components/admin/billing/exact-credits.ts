import { formatCredits } from "#shared/credits.ts";

/** An amount to the micro-credit, without the zeros that say nothing: "12.5". As somebody would type it. */
export function exactCredits(micro: string | bigint): string {
  return formatCredits(micro, 6).replace(/\.?0+$/, "");
}
