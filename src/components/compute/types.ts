import type { z } from "zod";
import type * as backups from "#shared/compute/backups.ts";
import type * as catalog from "#shared/compute/catalog.ts";
import type * as schema from "#shared/compute/schema.ts";
import type * as snapshots from "#shared/compute/snapshots.ts";

/** What the API answers with, as the components use it. */
export type Vm = z.infer<typeof schema.vmOutput>;
export type VmDetail = z.infer<typeof schema.vmDetailOutput>;
export type Plan = z.infer<typeof schema.planOutput>;
export type Image = z.infer<typeof schema.imageOutput>;
export type Quota = z.infer<typeof catalog.quotaOutput>;
export type Project = z.infer<typeof schema.projectOutput>;
export type SshKey = z.infer<typeof schema.sshKeyOutput>;
export type Operation = z.infer<typeof schema.operationOutput>;
export type Upgrade = z.infer<typeof schema.upgradeOutput>;
export type Snapshot = z.infer<typeof snapshots.snapshotOutput>;
export type Backup = z.infer<typeof backups.backupOutput>;
/** When copies of a VM are made by themselves. */
export type CopySchedule = z.infer<typeof snapshots.snapshotListOutput>["schedule"];
