import { MAX_PAYLOAD_BYTES, UP_MESSAGES, UP_TOPICS, type UpMessage, type UpTopic } from "#shared/machines/device.ts";

/** A message that fits its schema. */
export interface DeviceMessage<T extends UpTopic = UpTopic> {
  machineId: string;
  kind: T;
  message: UpMessage<T>;
}

/** One that does not: it goes to the quarantine. */
export interface BadMessage {
  /** null: the topic names nobody */
  machineId: string | null;
  reason: string;
}

const TOPIC = /^m\/([^/]+)\/(.+)$/;
const MAX_REASON = 300;

/** Reads what came on a topic. Nothing that a device sends makes it throw. */
export function readDeviceMessage(topic: string, payload: Buffer): DeviceMessage | BadMessage {
  const match = TOPIC.exec(topic);
  const machineId = match?.[1];
  if (!machineId) return { machineId: null, reason: "unknown topic" };
  const kind = UP_TOPICS.find((part) => part === match[2]);
  if (!kind) return { machineId, reason: "unknown topic" };
  if (payload.length > MAX_PAYLOAD_BYTES) return { machineId, reason: `larger than ${MAX_PAYLOAD_BYTES} bytes` };
  const json = parse(payload);
  if ("error" in json) return { machineId, reason: json.error };
  const parsed = UP_MESSAGES[kind].safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { machineId, reason: `${issue?.path.join(".") || "message"}: ${issue?.message ?? "invalid"}`.slice(0, MAX_REASON) };
  }
  // What the database could not keep must not get that far: one such message would stop all behind it. Valid UTF-8 says such a thing by an escape alone.
  if (json.escapes && hasUnstorableText(parsed.data)) return { machineId, reason: "text with U+0000 or half a surrogate pair" };
  return { machineId, kind, message: parsed.data };
}

/** Bytes of unknown making as text that PostgreSQL takes. */
export function storableText(bytes: Buffer): string {
  return bytes.toString("utf8").replaceAll("\0", "\uFFFD");
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

function parse(payload: Buffer): { value: unknown; escapes: boolean } | { error: string } {
  try {
    const text = UTF_8.decode(payload);
    return { value: JSON.parse(text), escapes: text.includes("\\u") };
  } catch (error) {
    return { error: error instanceof SyntaxError ? "not JSON" : "not UTF-8" };
  }
}

function hasUnstorableText(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0") || !value.isWellFormed();
  if (Array.isArray(value)) return value.some(hasUnstorableText);
  if (value !== null && typeof value === "object") return Object.entries(value).some(([key, child]) => hasUnstorableText(key) || hasUnstorableText(child));
  return false;
}
