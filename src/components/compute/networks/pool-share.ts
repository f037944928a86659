/** Which part of a pool is taken, from 0 to 1. An IPv6 network has more addresses than a number can count exactly. */
export function poolShare(pool: { size: string; taken: number; resting: number }): number {
  const size = BigInt(pool.size);
  return size === 0n ? 1 : Number((BigInt(pool.taken + pool.resting) * 10_000n) / size) / 10_000;
}

/** Addresses up to a million as they are; beyond as a power of two, which is how networks are made. */
export function poolSize(size: string): { count: number } | { power: number } {
  const value = BigInt(size);
  return value <= 1_000_000n ? { count: Number(value) } : { power: value.toString(2).length - (value === 2n ** BigInt(value.toString(2).length - 1) ? 1 : 0) };
}
