import { createHmac } from "node:crypto";
import { isId, newId } from "#shared/ids.ts";
import { MAX_PAYLOAD_BYTES } from "#shared/machines/device.ts";
import type { Config } from "#server/infra/config.ts";
import { safeEqual, sha256 } from "#server/infra/crypto.ts";
import { tailEvents } from "#server/infra/events.ts";
import type { MqttPolicy } from "#server/infra/mqtt-broker.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { storableText } from "./device-messages.ts";
import { BRIDGE_USERNAME, isExpiredCommand, publishRefusal, subscribeRefusal } from "./broker-rules.ts";
import { validCredentials } from "./credentials/credentials-repository.ts";
import { credentialUsed } from "./credentials/rotation.ts";
import { insertRejected } from "./messages-repository.ts";

/** The password of the broker's user `bridge`, who may read and write all of the devices' topics: derived from the installation's key, so that no file of ours holds it. */
export function bridgePassword(config: Pick<Config, "secretKeys">): string {
  return createHmac("sha256", config.secretKeys[0] ?? "").update("switchyard/mqtt/bridge/v1").digest("base64url");
}

/** The embedded broker's rules: credentials from the database, topics by broker-rules.ts. */
export function createBrokerPolicy(rt: Runtime): MqttPolicy {
  return {
    async authenticate({ clientId, username, password }) {
      if (username === BRIDGE_USERNAME) return safeEqual(password, bridgePassword(rt.config)) ? { username, credentialId: null } : null;
      // The client id is the user name: with another's id a device could end that one's session.
      if (!isId("machine", username) || clientId !== username) return null;
      const credentials = await validCredentials(rt, username);
      const credential = credentials.find((candidate) => safeEqual(candidate.passwordHash, sha256(password)));
      if (!credential) return null;
      if (credential.usedAt === null) await credentialUsed(rt, credential);
      return { username, credentialId: credential.id };
    },
    publishRefusal,
    subscribeRefusal,
    isFresh: (topic, payload) => !isExpiredCommand(topic, payload, rt.clock.now()),
    refused(username, what, reason) {
      rt.log.warn({ username, topic: what.topic, reason }, "mqtt: refused");
      if (!isId("machine", username)) return;
      const rejected = {
        id: newId("rejectedMessage"),
        machineId: username,
        topic: what.topic.slice(0, 200),
        reason,
        payload: storableText(what.payload.subarray(0, MAX_PAYLOAD_BYTES)),
        sizeBytes: what.payload.length,
        receivedAt: rt.clock.now(),
      };
      insertRejected(rt.db.prisma, [rejected]).then(
        () => rt.realtime.publish({ rooms: [`machine:${username}`, "admin"], name: "machine.rejected", data: { machineId: username, at: rejected.receivedAt.toISOString(), reason } }),
        (error: unknown) => rt.log.error({ err: error }, "mqtt: cannot record what was refused"),
      );
    },
    async stillValid({ username, credentialId }) {
      return credentialId === null || (await validCredentials(rt, username)).some((credential) => credential.id === credentialId);
    },
    async watch(changed) {
      return tailEvents(rt, (event) => {
        if (event.type === "machine.claimed" || event.type === "machine.credential.revoked") changed(event.subject);
      });
    },
  };
}
