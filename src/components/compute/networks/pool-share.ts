/** Which part of a pool is taken, from 0 to 1. An IPv6 network has more addresses than a number can count exactly. */
export function poolShare(pool: { size: string; taken: number; resting: number }): number {
  const size = BigInt(pool.size);
  return size === 0n ? 1 : Number((BigInt(pool.taken + pool.resting) * 10_000n) / size) / 10_000;
}

/** How many addresses a pool has, to be read: up to a million as a number, beyond as a power of two, which is how networks are made. */
export function poolSize(size: string): number | string {
  const value = BigInt(size);
  if (value <= 1_000_000n) return Number(value);
  const digits = value.toString(2);
  const power = digits.length - (/^10*$/.test(digits) ? 1 : 0);
  return `2${[...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}
