import { z } from "zod";
import { id, timestamp } from "../schema.ts";
import { vmActionOutput, vmName } from "./schema.ts";
import { BATCH_ACTIONS, OPERATION_STATUSES, POWER_ACTIONS, VM_STATUSES } from "./states.ts";

/** What changes a VM after it was made (API.md, "Virtual machines"). */
const catalogName = z.string().trim().min(1).max(64);

export const vmUpgradeInput = z.object({ id: id("vm"), upgrade: catalogName.describe("slug or id of an upgrade") });

export const vmReplaceInput = z.object({
  id: id("vm"),
  name: vmName.optional(),
  metadata: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .refine((value) => Object.keys(value).length <= 32, { error: "must have at most 32 entries" })
    .optional(),
  resources: z
    .object({ cpu: z.number().int().min(1).max(512), memoryGb: z.number().positive().max(16_384), storageGb: z.number().int().min(1).max(1_048_576) })
    .partial()
    .optional()
    .describe("what it is to have: its present size with one of the catalog's upgrades; the VM must be stopped"),
});
export const vmReplaceOutput = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(VM_STATUSES),
  updateJobId: z.string().nullable().describe("null: all is done"),
  changesPending: z.array(z.string()),
});

export const vmPasswordOutput = vmActionOutput.extend({ user: z.string(), password: z.string().describe("shown this once; kept nowhere; valid when the operation has succeeded") });

export const vmMigrateInput = z.object({
  id: id("vm"),
  targetHost: catalogName.describe("id or name of a host"),
  liveMigration: z.boolean().default(true).describe("while it runs; a stopped VM is moved as it is"),
  preserveState: z.literal(true, { error: "can only be true: a VM is moved in the state it is in" }).default(true),
  bandwidthLimitMbps: z.number().int().min(1).max(1_000_000).optional().describe("megabits a second"),
});
export const vmMigrateOutput = z.object({
  migrationJobId: z.string(),
  sourceHost: z.string(),
  targetHost: z.string(),
  progressPercent: z.number().int(),
  estimatedCompletion: timestamp,
});
export const migrationTargetsOutput = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      freeVcpu: z.number().int(),
      freeMemoryMb: z.number().int(),
      freeStorageGb: z.number().int(),
      problem: z.enum(["closed", "unreachable", "no_room"]).nullable().describe("why the VM cannot go there; null: it can"),
    }),
  ),
});

export const adminPowerInput = z.object({ id: id("vm"), action: z.enum(POWER_ACTIONS) });

export const batchInput = z.object({
  operation: z.enum(BATCH_ACTIONS),
  vmIds: z
    .array(id("vm"))
    .min(1)
    .max(100)
    .refine((ids) => new Set(ids).size === ids.length, { error: "must not name a VM twice" }),
  options: z
    .object({ graceful: z.boolean().default(true).describe("of stop and delete: ask the guest first"), parallel: z.boolean().default(true).describe("false: one after the other, in this order") })
    .prefault({}),
});
export const batchOutput = z.object({
  batchJobId: z.string(),
  operation: z.enum(BATCH_ACTIONS),
  totalVms: z.number().int(),
  status: z.enum(OPERATION_STATUSES),
  results: z.array(z.object({ vmId: z.string(), status: z.enum(OPERATION_STATUSES) })),
});

export const vmExtendInput = z.object({ id: id("vm"), additionalDays: z.number().int().min(1).max(365) });
export const vmExtendOutput = z.object({ id: z.string(), expireAt: timestamp });
