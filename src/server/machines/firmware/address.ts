import { createHmac } from "node:crypto";
import type { Config } from "#server/infra/config.ts";
import { safeEqual } from "#server/infra/crypto.ts";

/** Long enough for two megabytes over a poor radio; a device that takes longer is offered the firmware again, with a new address. */
export const ADDRESS_LIFETIME_MS = 60 * 60_000;

/** What an address is good for: one firmware, for one machine, in one job, until a time. */
export interface Grant {
  firmwareId: string;
  machineId: string;
  job: string;
  expiresAt: Date;
}

/** `https://…/device/v1/firmware/<id>?machine=…&job=…&expires=<Unix seconds>&signature=<HMAC-SHA-256, base64url>` */
export function firmwareAddress(config: Pick<Config, "publicUrl" | "secretKeys">, grant: Grant): string {
  const query = new URLSearchParams({ machine: grant.machineId, job: grant.job, expires: String(unixSeconds(grant.expiresAt)), signature: signatureOf(config.secretKeys[0] ?? "", grant) });
  return `${config.publicUrl}/device/v1/firmware/${grant.firmwareId}?${query.toString()}`;
}

/** The grant that an address carries; null when it is not one that we have signed. Whether it has expired, the caller asks. */
export function readAddress(config: Pick<Config, "secretKeys">, firmwareId: string, query: URLSearchParams): Grant | null {
  const expires = query.get("expires") ?? "";
  if (!/^[0-9]{1,12}$/.test(expires)) return null;
  const grant: Grant = { firmwareId, machineId: query.get("machine") ?? "", job: query.get("job") ?? "", expiresAt: new Date(Number(expires) * 1_000) };
  const signature = query.get("signature") ?? "";
  // Signed with an earlier key an address is good until its end.
  return config.secretKeys.some((key) => safeEqual(signature, signatureOf(key, grant))) ? grant : null;
}

function signatureOf(secretKey: string, grant: Grant): string {
  const key = createHmac("sha256", secretKey).update("switchyard/firmware-address/v1").digest();
  // A line for each part: no part holds a line break, so no two grants have one text.
  const text = [grant.firmwareId, grant.machineId, grant.job, unixSeconds(grant.expiresAt)].map((part) => JSON.stringify(part)).join("\n");
  return createHmac("sha256", key).update(text).digest("base64url");
}

function unixSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1_000);
}
