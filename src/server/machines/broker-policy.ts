import { isId, newId } from "#shared/ids.ts";
import { MAX_PAYLOAD_BYTES } from "#shared/machines/device.ts";
import { tailEvents } from "#server/infra/events.ts";
import type { MqttPolicy } from "#server/infra/mqtt-broker.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { brokerLogin } from "./broker-login.ts";
import { storableText } from "./device-messages.ts";
import { isExpiredCommand, publishRefusal, subscribeRefusal } from "./broker-rules.ts";
import { validCredentials } from "./credentials/credentials-repository.ts";
import { insertRejected } from "./messages-repository.ts";

/** The embedded broker's rules: credentials from the database, topics by broker-rules.ts. */
export function createBrokerPolicy(rt: Runtime): MqttPolicy {
  return {
    authenticate: (login) => brokerLogin(rt, login),
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
      return credentialId === null || (await validCredentials(rt, [username])).some((credential) => credential.id === credentialId);
    },
    async watch(changed) {
      return tailEvents(rt, (event) => {
        if (event.type === "machine.claimed" || event.type === "machine.credential.revoked") changed(event.subject);
      });
    },
  };
}
