import { formatCredits } from "#shared/credits.ts";

/** Credits without rounding, so that the columns of a statement add up: at least two decimals, up to six. */
export function Amount({ micro }: { micro: string }) {
  return <>{formatCredits(micro, 6).replace(/(\.\d\d\d*?)0+$/, "$1").replace("-", "−")}</>;
}
