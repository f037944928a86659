import { formatCredits, parseCredits } from "#shared/credits.ts";

/** What was typed as credits an hour, in micro-credits; null: it is no price. */
export function priceOf(text: string): string | null {
  try {
    const micro = parseCredits(text);
    return micro < 0n ? null : micro.toString();
  } catch {
    return null;
  }
}

/** A price as somebody would type it: "0.012". */
export function typedPrice(micro: string): string {
  return formatCredits(micro, 6)
    .replaceAll(",", "")
    .replace(/\.?0+$/, "");
}
