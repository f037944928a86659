import { z } from "zod";
import { balanceOutput } from "../billing/schema.ts";
import { cursorInput, cursorOf, micro, pageInput, pageOf, timestamp } from "../schema.ts";

export const overviewOutput = z.object({
  customers: z.number().int(),
  vms: z.object({ running: z.number().int(), stopped: z.number().int(), other: z.number().int() }),
  machines: z.object({ online: z.number().int(), offline: z.number().int(), awaitingClaim: z.number().int(), draft: z.number().int() }),
  operations: z.object({ running: z.number().int(), failedToday: z.number().int() }),
  credits: z.object({ inCirculation: micro, burnPerHour: micro, spentToday: micro }),
  ledgerCheck: z.object({ finishedAt: timestamp, findings: z.array(z.string()) }).nullable().describe("the last self-check of the ledger; null before the first"),
  hosts: z.array(z.object({ id: z.string(), name: z.string(), driver: z.string(), region: z.string(), status: z.string(), vcpuUsed: z.number(), vcpu: z.number(), memoryUsedMb: z.number(), memoryMb: z.number() })),
});

export const customerListInput = pageInput.extend({ search: z.string().trim().max(100).optional() });
export const customerOutput = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string().nullable(),
  organizationId: z.string().describe("the personal one"),
  organizationName: z.string(),
  balance: micro,
  vmCount: z.number().int(),
  createdAt: timestamp,
});
export const customerListOutput = pageOf(customerOutput);

export const customerInput = z.object({ organizationId: z.string().max(64) });
export const customerDetailOutput = z.object({
  organizationId: z.string(),
  organizationName: z.string(),
  owner: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  vmCount: z.number().int(),
  credits: balanceOutput,
});

export const adminVmListInput = pageInput.extend({ status: z.string().max(32).optional(), search: z.string().trim().max(100).optional() });
export const adminVmOutput = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  organizationId: z.string(),
  organizationName: z.string(),
  plan: z.string(),
  host: z.string().nullable(),
  privateIp: z.string().nullable(),
  createdAt: timestamp,
});
export const adminVmListOutput = pageOf(adminVmOutput);

export const auditInput = cursorInput.extend({ search: z.string().trim().max(100).optional() });
export const auditOutput = cursorOf(
  z.object({
    id: z.string(),
    at: timestamp,
    actorKind: z.string(),
    actorId: z.string().nullable(),
    actorName: z.string(),
    action: z.string(),
    subjectType: z.string(),
    subjectId: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    ip: z.string(),
    requestId: z.string(),
  }),
);

/** What a health check found, for programs and to be said in anybody's language. */
export const healthFinding = z.discriminatedUnion("code", [
  z.object({ code: z.enum(["embedded", "connected", "unreachable", "balanced"]) }),
  z.object({ code: z.literal("no_answer"), seconds: z.number().describe("how long it was waited for") }),
  z.object({ code: z.literal("events_waiting"), count: z.number().int() }),
  z.object({ code: z.literal("unbalanced"), findings: z.array(z.string()).describe("in English, for whoever looks into it") }),
  z.object({ code: z.literal("hosts"), count: z.number().int() }),
  z.object({ code: z.literal("hosts_unreachable"), names: z.array(z.string()) }),
  z.object({ code: z.literal("processes"), count: z.number().int() }),
  z.object({ code: z.literal("processes_missing"), count: z.number().int().describe("that live"), since: z.iso.datetime().describe("when another was heard of last") }),
  z.object({ code: z.literal("silent"), since: z.iso.datetime().describe("when the last of them was heard of last") }),
  z.object({ code: z.literal("bridges_away"), count: z.number().int().describe("without their broker"), of: z.number().int() }),
]);

export const healthOutput = z.object({
  status: z.enum(["pass", "warn", "fail"]),
  version: z.string(),
  uptimeSeconds: z.number(),
  checks: z.array(z.object({ name: z.string(), status: z.enum(["pass", "warn", "fail"]), finding: healthFinding, latencyMs: z.number().nullable() })),
});

/** What the sign-in pages need to know before anybody is signed in. */
export const publicInfoOutput = z.object({
  mode: z.enum(["demo", "production"]),
  welcomeCredits: z.number().int(),
  demoAccounts: z.array(z.object({ id: z.string(), email: z.string(), role: z.string() })).describe("one-click sign-in; empty in production"),
});
