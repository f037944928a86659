import { addressLimit } from "#server/infra/address-limit.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/**
 * How often one address may try claim tokens. They have 130 bits, so nobody guesses one: the limits keep the noise down, and so each process
 * counts for itself.
 */
const FAILED_CLAIMS_PER_MINUTE = 20;
const STATUS_PER_MINUTE = 120;

interface ClaimLimits {
  /** Before a claim is tried. @throws AppError RATE_LIMITED */
  claim(ip: string): Promise<void>;
  /** A claim that worked does not count: an installer starts many devices behind one address. */
  claimWorked(ip: string): Promise<void>;
  /** @throws AppError RATE_LIMITED */
  status(ip: string): Promise<void>;
}

const limits = new WeakMap<Runtime, ClaimLimits>();

export function claimLimits(rt: Runtime): ClaimLimits {
  const known = limits.get(rt);
  if (known) return known;
  const claims = addressLimit(FAILED_CLAIMS_PER_MINUTE);
  const statuses = addressLimit(STATUS_PER_MINUTE);
  const made: ClaimLimits = { claim: claims.take, claimWorked: claims.giveBack, status: statuses.take };
  limits.set(rt, made);
  return made;
}
