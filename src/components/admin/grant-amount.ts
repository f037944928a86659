import { parseCredits } from "#shared/credits.ts";

const MOST = 1_000_000_000_000n;

/** What was typed as an amount, in micro-credits; "invalid" or "tooLarge" when it can't be granted. Blanks and thousands separators are allowed. */
export function grantAmount(text: string): bigint | "invalid" | "tooLarge" {
  const plain = text.replace(/\s/g, "");
  const grouped = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain);
  try {
    const amount = parseCredits(grouped ? plain.replaceAll(",", "") : plain);
    if (amount <= 0n) return "invalid";
    return amount > MOST ? "tooLarge" : amount;
  } catch {
    return "invalid";
  }
}
