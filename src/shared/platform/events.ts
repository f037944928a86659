import { z } from "zod";
import { micro, timestamp } from "../schema.ts";

/**
 * Everything that is announced. EVENTS are durable: written with the change (outbox), delivered at least once, in order per subject.
 * REALTIME messages replace each other and may be lost.
 */
export const EVENTS = {
  "project.changed": z.object({ projectId: z.string(), change: z.enum(["created", "renamed", "deleted"]) }),
  "vm.created": z.object({ vmId: z.string(), projectId: z.string(), name: z.string() }),
  "vm.updated": z.object({ vmId: z.string() }),
  "vm.status.changed": z.object({ vmId: z.string(), oldStatus: z.string(), newStatus: z.string(), reason: z.string().nullable() }),
  "vm.expiry.warning": z.object({ vmId: z.string(), name: z.string(), expireAt: timestamp }),
  "vm.expired": z.object({ vmId: z.string(), name: z.string(), expireAt: timestamp, deleteAt: timestamp.describe("unless it is extended") }),
  "host.unreachable": z.object({ hostId: z.string(), name: z.string(), message: z.string() }),
  "host.healthy": z.object({ hostId: z.string(), name: z.string() }),
  "operation.progress": z.object({
    operationId: z.string(),
    kind: z.string(),
    subjectId: z.string(),
    status: z.string(),
    progress: z.number(),
    step: z.string().nullable(),
  }),
  "credits.changed": z.object({ balance: micro, held: micro }),
  "credits.low": z
    .object({
      available: micro.describe("less what is owed"),
      hoursLeft: z.number().describe("with what is on now, at its prices and those that begin until then"),
      thresholdHours: z.number(),
      expiring: micro.optional().describe("of what is available: expires unspent before it would be needed; absent: nothing does"),
    })
    .describe("once for each time that fewer hours than a threshold are left"),
  "credits.exhausted": z.object({ owed: micro, stopsAt: z.string().describe("when what runs is stopped") }),
  "credits.stop.due": z.object({ resourceType: z.string(), resourceId: z.string(), owed: micro.describe("of this resource") }).describe("the grace is over"),
  "credits.start.due": z.object({ resourceType: z.string(), resourceId: z.string() }).describe("what is owed is paid: what was stopped for it starts again"),
  "credits.recovered": z.object({ available: micro }),
  "credits.topup.paid": z.object({ topUpId: z.string(), credits: micro, amountMinor: z.number(), currency: z.string(), automatic: z.boolean() }),
  "credits.topup.failed": z.object({ topUpId: z.string(), reason: z.string(), automatic: z.boolean() }),
  "credits.topup.expired": z.object({ topUpId: z.string() }),
  "credits.topup.refunded": z.object({ topUpId: z.string(), refundedMinor: z.number().describe("in all"), currency: z.string() }),
  "credits.topup.disputed": z.object({ topUpId: z.string(), over: z.boolean().describe("true: won, the credits are back") }),
  "credits.topup.mismatched": z.object({ topUpId: z.string(), expected: z.string(), paid: z.string() }).describe("the provider took another amount than was asked: nothing was credited, an administrator has to look"),
  "credits.auto_topup.disabled": z.object({ failures: z.number(), reason: z.string() }),
  "prices.changed": z
    .object({ subjectType: z.enum(["plan", "upgrade"]), subjectId: z.string(), name: z.string(), effectiveFrom: timestamp, change: z.enum(["scheduled", "withdrawn"]) })
    .describe("from then on VMs of this plan, or with this upgrade, cost something else; or they no longer will"),
  "statement.issued": z.object({ statementId: z.string(), number: z.string(), period: z.string().describe("2026-11"), closing: micro }).describe("a month is closed: its statement can be read"),
  "ledger.check.failed": z.object({ checkId: z.string(), findings: z.array(z.string()) }).describe("the self-check of the ledger found something wrong: an administrator has to look"),
  "machine.created": z.object({ machineId: z.string() }),
  "machine.updated": z.object({ machineId: z.string() }),
  "machine.claimed": z.object({ machineId: z.string(), hardwareId: z.string() }),
  "machine.claim.rejected": z.object({ machineId: z.string(), reason: z.string() }),
  "machine.online": z.object({ machineId: z.string(), firstTime: z.boolean() }),
  "machine.offline": z.object({ machineId: z.string(), reason: z.enum(["will", "heartbeat", "reported", "revoked"]) }),
  "machine.first_reading": z.object({ machineId: z.string() }),
  "machine.credential.revoked": z.object({ machineId: z.string(), reason: z.string() }).describe("whoever is connected with it is sent away"),
  "machine.config.reported": z.object({ machineId: z.string(), version: z.number() }).describe("the device says that it has this version of its configuration"),
  "machine.decommissioned": z.object({ machineId: z.string() }),
  "machine.command.changed": z.object({ machineId: z.string(), commandId: z.string(), type: z.string(), state: z.string(), code: z.string().nullable() }),
  "machine.stock.changed": z.object({ machineId: z.string(), kind: z.string(), slots: z.array(z.string()) }).describe("by a person or a sale; what a device reports goes out as realtime alone"),
  "machine.slot.disabled": z.object({ machineId: z.string(), slot: z.string(), reason: z.enum(["manual", "failures"]) }),
  "machine.refill.finished": z.object({ machineId: z.string(), refillId: z.string() }),
  "order.created": z.object({ orderId: z.string(), machineId: z.string() }),
  "order.paid": z.object({ orderId: z.string(), machineId: z.string(), total: micro }),
  "order.changed": z.object({ orderId: z.string(), machineId: z.string(), status: z.string(), paymentState: z.string() }),
  "order.refund.failed": z.object({ orderId: z.string(), machineId: z.string(), reason: z.string() }).describe("an administrator has to look"),
  "alert.fired": z.object({ alertId: z.string(), machineId: z.string(), ruleId: z.string(), name: z.string(), severity: z.string(), subject: z.string(), value: z.number().nullable(), muted: z.boolean() }).describe("`muted`: recorded and told to nobody; it comes again, not muted, if it still fires when the mute ends"),
  "alert.acknowledged": z.object({ alertId: z.string(), machineId: z.string() }),
  "alert.escalated": z.object({ alertId: z.string(), machineId: z.string(), name: z.string(), severity: z.string() }),
  "alert.resolved": z.object({ alertId: z.string(), machineId: z.string(), name: z.string() }),
  "firmware.uploaded": z.object({ firmwareId: z.string(), version: z.string() }),
  "rollout.changed": z.object({ rolloutId: z.string(), status: z.string(), reason: z.string().nullable() }),
  "rollout.machine.changed": z.object({ rolloutId: z.string(), machineId: z.string(), state: z.string(), percent: z.number() }),
} as const;

export type EventType = keyof typeof EVENTS;

export type EventOf<T extends EventType> = { [K in T]: { type: K; subject: string; data: z.infer<(typeof EVENTS)[K]> } }[T];

/** A durable event as a client gets it, on every transport (API.md, "Events"). */
export const eventEnvelope = z.object({
  id: z.string(),
  type: z.enum(Object.keys(EVENTS) as [EventType, ...EventType[]]),
  subject: z.string(),
  timestamp,
  data: z.unknown(),
});
export type EventEnvelope = z.infer<typeof eventEnvelope>;

export const REALTIME = {
  "vm.metrics": z.object({
    vmId: z.string(),
    at: timestamp,
    cpuPercent: z.number(),
    memoryUsedMb: z.number(),
    diskReadBps: z.number(),
    diskWriteBps: z.number(),
    networkRxBps: z.number(),
    networkTxBps: z.number(),
    /** null, these five: the hypervisor does not say */
    cpuUserPercent: z.number().nullable(),
    cpuSystemPercent: z.number().nullable(),
    cpuIowaitPercent: z.number().nullable(),
    diskReadIops: z.number().nullable(),
    diskWriteIops: z.number().nullable(),
  }),
  /** there are new lines in its log that no event announces */
  "vm.log": z.object({ vmId: z.string() }),
  "machine.telemetry": z.object({ machineId: z.string(), at: timestamp, metrics: z.record(z.string(), z.number()) }),
  "machine.stock": z.object({ machineId: z.string(), at: timestamp, slots: z.array(z.object({ slot: z.string(), count: z.number() })) }),
  "machine.rejected": z.object({ machineId: z.string(), at: timestamp, reason: z.string() }),
  /** there are new lines in its log */
  "machine.log": z.object({ machineId: z.string() }),
  /** to the room of one order, which a guest may join with the order's secret */
  "order.progress": z.object({ orderId: z.string() }),
  "notification": z.object({ id: z.string() }),
} as const;

export type RealtimeName = keyof typeof REALTIME;

/** Socket.io, server to client. */
export interface ServerToClient {
  event: (event: EventEnvelope) => void;
  realtime: (message: { [K in RealtimeName]: { name: K; data: z.infer<(typeof REALTIME)[K]> } }[RealtimeName]) => void;
}

/** Rooms a client may ask for: `org:<id>`, `vm:<id>`, `machine:<id>`, `admin`. Permission is checked at each join. */
export const room = z.string().max(64).regex(/^(admin|(org|vm|machine):[a-z]{2,4}_[0-9a-z]{26})$/);

/** Socket.io, client to server; answers true when joined. */
export interface ClientToServer {
  join: (room: string, answer: (joined: boolean) => void) => void;
  leave: (room: string) => void;
}
