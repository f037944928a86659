import { z } from "zod";

/**
 * The device protocol, version 1: what a machine and the server say to each other, over HTTP when it claims itself and over MQTT from then on.
 * Used by the bridge and by the simulator. Names are snake_case, as firmware writes them. Unknown keys are dropped, so that newer firmware can add some.
 */
export const PROTOCOL_VERSION = 1;

/** bytes of one MQTT payload */
export const MAX_PAYLOAD_BYTES = 8_192;

/** The last part of the topics a device writes. */
export const UP_TOPICS = ["status", "tele", "event", "stock", "diag", "log"] as const;
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
  slots: z.array(z.object({ slot: z.string().regex(/^[A-Z][0-9]{1,2}$/), count: z.number().int().min(0).max(9_999) })).min(1).max(200),
  source: z.enum(["sensor", "manual"]),
});

const event = envelope.extend({
  type: z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/),
  level: z.enum(["debug", "info", "warning", "error"]),
  data: z.record(z.string().max(64), z.union([text(1_000), z.number(), z.boolean(), z.null()])).optional(),
});

const diag = envelope.extend({ data: z.record(z.string().max(64), z.union([text(1_000), z.number(), z.boolean(), z.null()])) });
const log = envelope.extend({ level: z.enum(["debug", "info", "warning", "error"]), message: text(2_000), tag: text(64).optional() });

/** What may stand on each topic that a device writes. */
export const UP_MESSAGES = { status, tele, event, stock, diag, log } as const satisfies Record<UpTopic, z.ZodType>;
export type UpMessage<T extends UpTopic = UpTopic> = z.infer<(typeof UP_MESSAGES)[T]>;

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
    slots: z.array(z.object({ slot: z.string(), sku: z.string().nullable(), capacity: z.number().int(), count: z.number().int() })),
  }),
  server_time: z.iso.datetime(),
});
export type ClaimAnswer = z.infer<typeof claimAnswer>;
