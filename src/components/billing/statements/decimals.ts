/** How many decimals say all of these amounts in micro-credits: at least two, at most six. */
export function decimalsOf(amounts: readonly (string | null)[]): number {
  return amounts.reduce((most, micro) => Math.max(most, 6 - trailingZeros(micro ?? "0")), 2);
}

function trailingZeros(micro: string): number {
  return BigInt(micro) === 0n ? 6 : micro.length - micro.replace(/0+$/, "").length;
}
