import { createHmac } from "node:crypto";
import { isId } from "#shared/ids.ts";
import type { Config } from "#server/infra/config.ts";
import { safeEqual, sha256 } from "#server/infra/crypto.ts";
import { gather } from "#server/infra/gather.ts";
import type { MqttPrincipal } from "#server/infra/mqtt-broker.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { BRIDGE_USERNAME } from "./broker-rules.ts";
import { type ValidCredential, validCredentials } from "./credentials/credentials-repository.ts";
import { credentialsUsed } from "./credentials/rotation.ts";

/** What logins ask the database: together, when many come at once. A street that has its power back must not wait for the pool's connections, one device after the other. */
interface Questions {
  credentials: (machineId: string) => Promise<readonly ValidCredential[]>;
  used: (credential: ValidCredential) => Promise<unknown>;
}

const asked = new WeakMap<Runtime, Questions>();

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
  const credentials = await questions(rt).credentials(username);
  const credential = credentials.find((candidate) => safeEqual(candidate.passwordHash, sha256(password)));
  if (!credential) return null;
  if (credential.usedAt === null) await questions(rt).used(credential);
  return { username, credentialId: credential.id };
}

function questions(rt: Runtime): Questions {
  const known = asked.get(rt);
  if (known) return known;
  const made: Questions = {
    credentials: gather(async (machineIds: readonly string[]) => {
      const byMachine = Map.groupBy(await validCredentials(rt, machineIds), (credential) => credential.machineId);
      return machineIds.map((machineId) => byMachine.get(machineId) ?? []);
    }),
    used: gather(async (credentials: readonly ValidCredential[]) => {
      await credentialsUsed(rt, credentials);
      return credentials;
    }),
  };
  asked.set(rt, made);
  return made;
}
