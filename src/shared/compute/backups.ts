import { z } from "zod";
import { displayName, id, pageInput, pageOf, timestamp } from "../schema.ts";
import { vmActionOutput } from "./schema.ts";

export const BACKUP_STATUSES = ["creating", "ready", "restoring", "deleting"] as const;

export const backupOutput = z.object({
  id: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  vmGone: z.boolean().describe("its VM was deleted: a new VM can be made from it"),
  name: z.string(),
  automatic: z.boolean().describe("taken by the VM's schedule"),
  status: z.enum(BACKUP_STATUSES),
  sizeMb: z.number().int().nullable().describe("of the copy as it is stored; null: not known yet, or the hypervisor does not say"),
  storageGb: z.number().int().describe("a VM that is made from it has a disk of at least this size"),
  region: z.string().describe("a VM that is made from it is there"),
  templateId: z.string().describe("image that its VM was made from"),
  createdAt: timestamp,
  readyAt: timestamp.nullable(),
  deleteAt: timestamp.nullable().describe("when it is deleted by itself; null: when its schedule has newer ones, or never"),
});
export const backupListInput = pageInput.extend({ vmId: id("vm").optional() });
export const backupListOutput = pageOf(backupOutput);
export const vmBackupsOutput = z.object({
  data: z.array(backupOutput),
  possible: z.boolean().describe("false: the VM's host has no place for backups"),
  schedule: z.object({ everyHours: z.number().int().nullable(), keep: z.number().int(), nextAt: timestamp.nullable() }),
});
export const backupTakeInput = z.object({ id: id("vm"), name: displayName() });
export const backupTakeOutput = vmActionOutput.extend({ backupId: z.string() });
export const backupIdInput = z.object({ id: id("backup") });
export const backupDeleteOutput = z.object({ id: z.string(), status: z.enum(BACKUP_STATUSES), operationId: z.string() });
export const backupScheduleInput = z.object({
  id: id("vm"),
  everyHours: z.number().int().min(1).max(24 * 31).nullable().describe("null: none by themselves"),
  keep: z.number().int().min(1).max(100).default(7).describe("the oldest automatic ones above this are deleted"),
});
