import { z } from "zod";
import { displayName, id, timestamp } from "../schema.ts";
import { vmActionOutput } from "./schema.ts";

export const SNAPSHOT_STATUSES = ["creating", "ready", "restoring", "deleting"] as const;

export const snapshotOutput = z.object({
  id: z.string(),
  vmId: z.string(),
  name: z.string(),
  automatic: z.boolean().describe("taken by the VM's schedule"),
  withMemory: z.boolean().describe("taken while the VM ran: restoring it makes the VM run"),
  status: z.enum(SNAPSHOT_STATUSES),
  sizeMb: z.number().int().nullable().describe("null: the hypervisor does not say"),
  createdAt: timestamp,
  readyAt: timestamp.nullable(),
});
export const snapshotListOutput = z.object({
  data: z.array(snapshotOutput),
  schedule: z.object({ everyHours: z.number().int().nullable(), keep: z.number().int(), nextAt: timestamp.nullable() }),
});
export const snapshotTakeInput = z.object({ id: id("vm"), name: displayName() });
export const snapshotTakeOutput = vmActionOutput.extend({ snapshotId: z.string() });
export const snapshotIdInput = z.object({ id: id("vm"), snapshotId: id("snapshot") });
export const snapshotScheduleInput = z.object({
  id: id("vm"),
  everyHours: z.number().int().min(1).max(24 * 31).nullable().describe("null: none by themselves"),
  keep: z.number().int().min(1).max(100).default(7).describe("the oldest automatic ones above this are deleted"),
});
