import { createHmac } from "node:crypto";
import { isId } from "#shared/ids.ts";
import type { Config } from "#server/infra/config.ts";
import { safeEqual, sha256 } from "#server/infra/crypto.ts";
import type { MqttPrincipal } from "#server/infra/mqtt-broker.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { BRIDGE_USERNAME } from "./broker-rules.ts";
import { validCredentials } from "./credentials/credentials-repository.ts";
import { credentialUsed } from "./credentials/rotation.ts";

/** The password of the broker's user `bridge`, who may read and write all of the devices' topics: derived from the installation's key, so that no file of ours holds it. */
export function bridgePassword(config: Pick<Config, "secretKeys">): string {
  return createHmac("sha256", config.secretKeys[0] ?? "").update("switchyard/mqtt/bridge/v1").digest("base64url");
}

/**
 * Who logs in to a broker, whichever broker asks. A device's user name is its machine's id, and its client id must be the same: with another's it could end that one's
 * session. The first login with a new password ends the old one.
 * @returns null when refused
 */
export async function brokerLogin(rt: Runtime, { clientId, username, password }: { clientId: string; username: string; password: string }): Promise<MqttPrincipal | null> {
  if (username === BRIDGE_USERNAME) return safeEqual(password, bridgePassword(rt.config)) ? { username, credentialId: null } : null;
  if (!isId("machine", username) || clientId !== username) return null;
  const credentials = await validCredentials(rt, username);
  const credential = credentials.find((candidate) => safeEqual(candidate.passwordHash, sha256(password)));
  if (!credential) return null;
  if (credential.usedAt === null) await credentialUsed(rt, credential);
  return { username, credentialId: credential.id };
}
