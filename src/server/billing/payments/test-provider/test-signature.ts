import { createHmac } from "node:crypto";
import { AppError } from "#shared/errors.ts";
import type { Config } from "#server/infra/config.ts";
import { safeEqual } from "#server/infra/crypto.ts";

export const TEST_SIGNATURE_HEADER = "test-signature";

/** Seconds that a signature is good for, in both directions. */
const TOLERANCE_SECONDS = 300;

/** The test provider signs as Stripe does: `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`. */
export function signTestWebhook(config: Pick<Config, "secretKeys">, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${mac(config, `${seconds}.${body}`)}`;
}

/** @throws AppError INVALID_REQUEST when it is not the test provider's, or too old */
export function checkTestSignature(config: Pick<Config, "secretKeys">, body: string, header: string | undefined, now: Date): void {
  const [, seconds, signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? "") ?? [];
  const good = seconds !== undefined && signature !== undefined && safeEqual(signature, mac(config, `${seconds}.${body}`)) && Math.abs(now.getTime() / 1000 - Number(seconds)) <= TOLERANCE_SECONDS;
  if (!good) throw new AppError("INVALID_REQUEST", "The signature is missing, wrong or too old.");
}

/** The secret comes from the installation's own: nobody has to set one for the demo. */
function mac(config: Pick<Config, "secretKeys">, text: string): string {
  const secret = createHmac("sha256", config.secretKeys[0] ?? "").update("switchyard/test-payments/v1").digest();
  return createHmac("sha256", secret).update(text).digest("hex");
}
