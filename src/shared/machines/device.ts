import { z } from "zod";

/**
 * The device protocol, version 1: what a machine and the server say to each other, over HTTP when it claims itself and over MQTT from then on.
 * Used by the bridge and by the simulator. Names are snake_case, as firmware writes them. Unknown keys are dropped, so that newer firmware can add some.
 */
export const PROTOCOL_VERSION = 1;

/** bytes of one MQTT payload */
export const MAX_PAYLOAD_BYTES = 8_192;

/** The last part of the topics a device writes. */
export const UP_TOPICS = ["status", "tele", "event", "stock", "diag", "log", "ack", "cfg/rep", "ota/state"] as const;
export type UpTopic = (typeof UP_TOPICS)[number];

/** The last part of the topics a device reads. */
export const DOWN_TOPICS = ["cmd", "cfg", "ota"] as const;
export type DownTopic = (typeof DOWN_TOPICS)[number];

/** `m/<machineId>/<part>`. The tenant is not in it, so that one pattern rules the access of all devices. */
export function deviceTopic(machineId: string, part: UpTopic | DownTopic): string {
  return `m/${machineId}/${part}`;
}

const metricName = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, { error: "must be a metric's name in snake_case, at most 32 characters" });
const metrics = z.record(metricName, z.number()).refine((all) => Object.keys(all).length <= 64, { error: "must have at most 64 metrics" });
const text = (max: number) => z.string().max(max);

/**
 * Pieces that people put into a slot less those that they took out, as Switchyard was told of them: a sum that runs on. A device that counts for itself adds what is new in it
 * to its count, and says in its stock reports which sum they are at; so nothing is lost of a refill, nor of what is sold while the device does not know of it.
 */
const filled = z.number().int();

/** Unix milliseconds by the device's clock, which may be wrong; up to the year 9999. */
const deviceTime = z.number().int().min(0).max(253_402_300_799_999);

const envelope = z.object({
  v: z.literal(PROTOCOL_VERSION),
  boot: z.string().regex(/^[0-9A-Za-z_-]{1,32}$/, { error: "must be 1 to 32 letters, digits, - and _" }).describe("new at each start of the device"),
  seq: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).describe("counts up within a boot"),
  ts: deviceTime.optional(),
});

const status = envelope.extend({
  state: z.enum(["online", "offline"]),
  session: z.string().regex(/^[0-9A-Za-z_-]{1,64}$/).describe("new at each connection, the same in its will: an offline of another session is ignored"),
  fw: text(64).optional(),
  ip: text(64).optional(),
  rssi: z.number().optional(),
  clean: z.boolean().optional().describe("an offline that the device said itself before it went, not its will"),
});

const tele = envelope.extend({
  metrics,
  samples: z.array(z.tuple([deviceTime, metrics])).max(100).optional().describe("what was measured while there was no connection"),
});

const stock = envelope.extend({
  slots: z.array(z.object({ slot: z.string().regex(/^[A-Z][0-9]{1,2}$/), count: z.number().int().min(0).max(9_999), filled: filled.optional().describe("the sum that the count is at; none from a device that sees what is there") })).min(1).max(200),
  source: z.enum(["sensor", "manual"]),
});

const event = envelope.extend({
  type: z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/),
  level: z.enum(["debug", "info", "warning", "error"]),
  data: z.record(z.string().max(64), z.union([text(1_000), z.number(), z.boolean(), z.null()])).optional(),
});

const diag = envelope.extend({ data: z.record(z.string().max(64), z.union([text(1_000), z.number(), z.boolean(), z.null()])) });
const log = envelope.extend({ level: z.enum(["debug", "info", "warning", "error"]), message: text(2_000), tag: text(64).optional() });

/** Ids of commands and jobs are the server's. */
const reference = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/);

export const COMMAND_TYPES = ["dispense", "reboot", "identify", "self_test", "rotate", "query"] as const;
export type CommandType = (typeof COMMAND_TYPES)[number];

/** Why a device does not do, or did not get done, what it was told. Firmware may know others. */
export const FAILURE_CODES = ["EXPIRED", "BUSY", "UNKNOWN_SLOT", "UNKNOWN_TYPE", "UNKNOWN_ID", "JAM", "EMPTY", "MOTOR", "NO_DROP", "INTERRUPTED", "FAILED"] as const;

const ack = envelope.extend({
  id: reference.describe("the command's"),
  phase: z.enum(["accepted", "done", "failed"]),
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,31}$/).optional().describe("of a failure"),
  data: z.record(z.string().max(64), z.union([text(1_000), z.number(), z.boolean(), z.null()])).optional(),
});

/** What the device has of its configuration, after it took a version or refused it. */
const configReport = envelope.extend({
  version: z.number().int().min(0),
  error: text(200).optional().describe("why the newest version was not taken; `version` is then the one it keeps"),
  heartbeat_seconds: z.number().int().optional(),
  timezone: text(64).optional(),
  slots: z.array(z.object({ slot: z.string().regex(/^[A-Z][0-9]{1,2}$/), sku: text(24).nullable(), capacity: z.number().int().min(0), price: z.string().regex(/^[0-9]{1,18}$/).nullable() })).max(200).optional(),
});

export const OTA_STATES = ["accepted", "downloading", "verifying", "installing", "succeeded", "failed", "rolled_back", "deferred"] as const;
const otaState = envelope.extend({
  job: reference,
  state: z.enum(OTA_STATES),
  percent: z.number().int().min(0).max(100).optional(),
  error: text(200).optional(),
});

/** What may stand on each topic that a device writes. */
export const UP_MESSAGES = { status, tele, event, stock, diag, log, ack, "cfg/rep": configReport, "ota/state": otaState } as const satisfies Record<UpTopic, z.ZodType>;
export type UpMessage<T extends UpTopic = UpTopic> = z.infer<(typeof UP_MESSAGES)[T]>;

/** `cmd`: at QoS 1, never retained. A device that knows the id repeats its stored result; one that does not begin before `exp` answers EXPIRED. */
export const commandMessage = z.object({
  v: z.literal(PROTOCOL_VERSION),
  id: reference,
  type: z.enum(COMMAND_TYPES),
  exp: deviceTime.describe("by the server's clock; `ts` is when it was sent, for devices whose clock is wrong"),
  ts: deviceTime,
  args: z.record(z.string(), z.unknown()),
});
export type CommandMessage = z.infer<typeof commandMessage>;

/** `args` of each type of command. `rotate` carries the new password; the old one works until the new one was used. `query` asks what became of an earlier command. */
export const COMMAND_ARGS = {
  dispense: z.object({ slot: z.string(), order: z.string(), mechanism: z.enum(["motor", "servo", "lock"]) }),
  reboot: z.object({}),
  identify: z.object({ seconds: z.number().int().min(1).max(600) }),
  self_test: z.object({}),
  rotate: z.object({ password: z.string() }),
  query: z.object({ id: reference }),
} as const satisfies Record<CommandType, z.ZodType>;

/** `cfg`: retained. A device discards one that is older than what it has. Prices are micro-credits. */
export const configMessage = z.object({
  v: z.literal(PROTOCOL_VERSION),
  version: z.number().int(),
  heartbeat_seconds: z.number().int(),
  timezone: z.string(),
  slots: z.array(z.object({ slot: z.string(), sku: z.string().nullable(), name: z.string().nullable(), price: z.string().nullable(), capacity: z.number().int(), mechanism: z.enum(["motor", "servo", "lock"]), enabled: z.boolean(), filled: filled.default(0) })),
});
export type ConfigMessage = z.infer<typeof configMessage>;
/** As it is sent. */
export type ConfigPayload = z.input<typeof configMessage>;

/** `ota`: one job at a time; not retained. The manifest is what `signature` (Ed25519, base64) is over, as these bytes. */
export const otaMessage = z.object({
  v: z.literal(PROTOCOL_VERSION),
  job: reference,
  url: z.string(),
  size: z.number().int(),
  sha256: z.string(),
  version: z.string(),
  window: z.object({ from: z.number().int(), to: z.number().int() }).nullable().describe("minutes of the local day"),
  manifest: z.string(),
  signature: z.string(),
});
export type OtaMessage = z.infer<typeof otaMessage>;

/** `POST /device/v1/claim` */
export const claimRequest = z.strictObject({
  token: z.string().max(64),
  hardware_id: z.string().regex(/^[0-9A-Za-z:._-]{4,64}$/, { error: "must be 4 to 64 letters, digits and : . _ -" }),
  chip: z.string().regex(/^[0-9A-Za-z ._-]{1,32}$/),
  firmware_version: z.string().regex(/^[0-9A-Za-z.+_-]{1,32}$/),
  boot_id: envelope.shape.boot,
});
export type ClaimRequest = z.infer<typeof claimRequest>;

/** The answer, given once: it holds the only copy of the password. */
export const claimAnswer = z.object({
  machine_id: z.string(),
  mqtt: z.object({
    url: z.string(),
    username: z.string(),
    password: z.string(),
    client_id: z.string(),
    ca_pem: z.string().nullable().describe("null: the broker's certificate is signed by a public authority, or the connection is local"),
  }),
  topics: z.record(z.enum([...UP_TOPICS, ...DOWN_TOPICS]), z.string()),
  config: z.object({
    version: z.number().int(),
    heartbeat_seconds: z.number().int(),
    timezone: z.string(),
    slots: z.array(z.object({ slot: z.string(), sku: z.string().nullable(), capacity: z.number().int(), count: z.number().int(), filled: filled.default(0) })),
  }),
  server_time: z.iso.datetime(),
  firmware_key: z.string().nullable().optional().describe("Ed25519 public key, 32 bytes in base64, that manifests of firmware are signed with; a device without it takes no update"),
});
export type ClaimAnswer = z.infer<typeof claimAnswer>;
