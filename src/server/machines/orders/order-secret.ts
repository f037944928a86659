import { createHmac } from "node:crypto";
import type { Config } from "#server/infra/config.ts";
import { safeEqual, sha256 } from "#server/infra/crypto.ts";

/**
 * A guest's right to see an order: 256 bits that follow from the installation's key and the key of the checkout, which the buyer's page alone knows. So a repeated
 * checkout, whose first answer was lost, gets the same again, and what is stored is only its hash.
 */
export function orderSecret(config: Pick<Config, "secretKeys">, orderId: string, checkoutKey: string): string {
  const key = createHmac("sha256", config.secretKeys[0] ?? "").update("switchyard/order-secret/v1").digest();
  return createHmac("sha256", key).update(`${orderId}/${checkoutKey}`).digest("base64url");
}

export function fitsOrder(secret: string, secretHash: string): boolean {
  return safeEqual(sha256(secret), secretHash);
}
