import { deviceTopic, DOWN_TOPICS, MAX_PAYLOAD_BYTES, UP_TOPICS } from "#shared/machines/device.ts";

/**
 * Who may publish and subscribe what: a device below its own topic alone, the bridge everything of the devices. The embedded broker asks these
 * functions; Mosquitto gets the same rules as an ACL file (mosquitto-files.ts).
 */
export const BRIDGE_USERNAME = "bridge";

/** Whether the topic is one that devices write. */
export function isFromDevice(topic: string): boolean {
  return FROM_DEVICE.test(topic);
}

const FROM_DEVICE = new RegExp(`^m/[^/]+/(?:${UP_TOPICS.join("|")})$`);

const COMMAND = /^m\/[^/]+\/cmd$/;

/** Why a publish is refused, null when it is not. Commands are never retained: one that fires at the next connection is worse than one that is lost. */
export function publishRefusal(username: string, publication: { topic: string; retain: boolean; payload: Buffer }): string | null {
  const { topic, retain, payload } = publication;
  if (payload.length > MAX_PAYLOAD_BYTES) return `the payload is larger than ${MAX_PAYLOAD_BYTES} bytes`;
  if (username === BRIDGE_USERNAME) {
    if (!topic.startsWith("m/")) return "not a device topic";
    return retain && COMMAND.test(topic) ? "a command must not be retained" : null;
  }
  if (!username || !UP_TOPICS.some((part) => topic === deviceTopic(username, part))) return "a device may publish only below its own topic";
  return retain && topic !== deviceTopic(username, "status") ? "only the status may be retained" : null;
}

/** Why a subscription is refused, null when it is not. */
export function subscribeRefusal(username: string, filter: string): string | null {
  if (username === BRIDGE_USERNAME) return filter.startsWith("m/") ? null : "not a device topic";
  if (username && DOWN_TOPICS.some((part) => filter === deviceTopic(username, part))) return null;
  return "a device may subscribe only to its own commands, configuration and firmware";
}

/** Whether it is a command that the device may not begin any more. Kept for a device that was away, it would come with its next connection; other brokers are told when it expires. */
export function isExpiredCommand(topic: string, payload: Buffer, now: Date): boolean {
  if (!COMMAND.test(topic)) return false;
  try {
    const { exp } = JSON.parse(payload.toString("utf8")) as { exp?: number };
    return exp !== undefined && exp <= now.getTime();
  } catch {
    return false;
  }
}
