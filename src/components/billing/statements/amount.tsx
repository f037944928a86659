import { formatCredits } from "#shared/credits.ts";

interface AmountProps {
  micro: string;
  /** of its column, so that points stand under each other */
  decimals: number;
}

/** Credits without rounding: the columns of a statement add up. */
export function Amount({ micro, decimals }: AmountProps) {
  return <>{formatCredits(micro, decimals).replace("-", "−")}</>;
}
