import { addressLimit } from "#server/infra/address-limit.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/**
 * How often one address may order and look. An order that nobody pays keeps pieces from others for minutes, so ordering is the narrower; each process counts for
 * itself.
 */
const ORDERS_PER_MINUTE = 20;
const LOOKS_PER_MINUTE = 600;

interface StorefrontLimits {
  /** @throws AppError RATE_LIMITED */
  order(ip: string): Promise<void>;
  /** @throws AppError RATE_LIMITED */
  look(ip: string): Promise<void>;
}

const limits = new WeakMap<Runtime, StorefrontLimits>();

export function storefrontLimits(rt: Runtime): StorefrontLimits {
  const known = limits.get(rt);
  if (known) return known;
  const made: StorefrontLimits = { order: addressLimit(ORDERS_PER_MINUTE).take, look: addressLimit(LOOKS_PER_MINUTE).take };
  limits.set(rt, made);
  return made;
}
