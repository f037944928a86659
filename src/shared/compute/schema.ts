import { z } from "zod";
import { displayName, id, micro, pageInput, pageOf, timestamp } from "../schema.ts";
import { priceChangeOutput } from "../billing/prices.ts";
import { VM_NAME } from "./names.ts";
import { USER_DATA_PROBLEMS, userDataProblem } from "./user-data.ts";
import { OPERATION_STATUSES, STEP_STATUSES, VM_STATUSES } from "./states.ts";

// Catalog

const forSale = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  resources: z.object({ cpu: z.number(), memoryGb: z.number(), storageGb: z.number() }),
  pricePerHour: micro.describe("while running"),
  stoppedPricePerHour: micro.describe("while stopped: its disk"),
});
export const planOutput = forSale.extend({ description: z.string(), expireInDays: z.number().int().nullable().describe("when its VMs expire unless told otherwise; null: never") });
export const upgradeOutput = forSale.describe("what it adds to a VM, and to its price");
export const imageOutput = z.object({ id: z.string(), slug: z.string(), name: z.string(), family: z.string(), version: z.string(), defaultUser: z.string(), minStorageGb: z.number() });
export const catalogOutput = z.object({ plans: z.array(planOutput), upgrades: z.array(upgradeOutput), images: z.array(imageOutput), regions: z.array(z.object({ id: z.string(), name: z.string() })) });

// Projects

export const projectOutput = z.object({ id: z.string(), name: z.string(), vmCount: z.number().int(), createdAt: timestamp });
export const projectListInput = pageInput;
export const projectListOutput = pageOf(projectOutput);
export const projectCreateInput = z.object({ name: displayName() });
export const projectRenameInput = z.object({ id: id("project"), name: displayName() });
export const projectDeleteInput = z.object({ id: id("project"), deleteVms: z.boolean().default(false) });

// SSH keys

export const sshKeyOutput = z.object({ id: z.string(), name: z.string(), publicKey: z.string(), fingerprint: z.string(), createdAt: timestamp });
export const sshKeyCreateInput = z.object({ name: displayName(), publicKey: z.string().trim().min(30).max(8192) });
export const sshKeyIdInput = z.object({ id: id("sshKey") });

// VMs

export const vmName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(VM_NAME, { error: "must have 1 to 63 letters, digits and hyphens, with no hyphen at either end" });

const metadata = z
  .record(z.string().min(1).max(64), z.string().max(256))
  .refine((value) => Object.keys(value).length <= 32, { error: "must have at most 32 entries" });

const userData = z.string().superRefine((text, ctx) => {
  const problem = userDataProblem(text);
  if (problem) ctx.addIssue({ code: "custom", message: USER_DATA_PROBLEMS[problem] });
});

export const vmOutput = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(VM_STATUSES),
  statusReason: z.string().nullable(),
  unknownSince: timestamp.nullable().describe("since when its host cannot be asked: the status is the last that was seen"),
  hypervisor: z.string(),
  region: z.string(),
  projectId: z.string(),
  ownerId: z.string(),
  plan: z.string().describe("slug"),
  templateId: z.string().describe("image"),
  resources: z.object({ cpu: z.number(), memoryGb: z.number(), storageGb: z.number() }),
  network: z.object({ privateIp: z.string().nullable(), publicIp: z.string().nullable().describe("from the region's pool"), ipv6: z.string().nullable(), vpcId: z.string().nullable() }),
  metadata,
  operationId: z.string().nullable().describe("the operation that has it now"),
  pricePerHour: micro.describe("at its present state"),
  startedAt: timestamp.nullable(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export const vmDetailOutput = vmOutput.extend({
  projectName: z.string(),
  planName: z.string(),
  prices: z.object({ running: micro, stopped: micro }).describe("an hour, as agreed when it was made or upgraded"),
  nextPrice: priceChangeOutput.nullable().describe("the next price that will hold for it; null: none is known"),
  imageName: z.string(),
  imageFamily: z.string(),
  hypervisorDetails: z.object({ host: z.string().nullable(), mac: z.string().nullable() }),
  sshKeys: z.array(z.string()).describe("public keys put on it"),
  expiry: z
    .object({ expireAt: timestamp, stopAt: timestamp.nullable().describe("when it is stopped unless it is extended: in the organization's first night after its end; null: it was stopped"), stoppedAt: timestamp.nullable(), deleteAt: timestamp.nullable().describe("when it is deleted unless it is extended; null: it has not expired yet") })
    .nullable()
    .describe("null: it does not expire"),
  interfaces: z.array(
    z.object({
      mac: z.string().nullable(),
      privateIp: z.string().nullable().describe("as the guest reports it"),
      addresses: z.array(
        z.object({ address: z.string(), family: z.union([z.literal(4), z.literal(6)]), network: z.string(), gateway: z.string().nullable(), nameservers: z.array(z.string()) }),
      ),
    }),
  ),
  usage: z.object({ cpuUsagePercent: z.number(), memoryUsagePercent: z.number(), at: timestamp }).nullable(),
});

export const vmListInput = pageInput.extend({
  status: z.enum(VM_STATUSES).optional(),
  hypervisor: z.string().max(32).optional(),
  projectId: id("project").optional(),
  region: z.string().max(64).optional(),
  search: z.string().trim().max(100).optional().describe("part of the name, the beginning of the id or of the private address, or a whole address"),
  includeGone: z.boolean().default(false).describe("with those that were terminated or rolled back"),
});
export const vmListOutput = pageOf(vmOutput);
export const vmIdInput = z.object({ id: id("vm") });

export const vmCreateInput = z.object({
  name: vmName,
  projectId: id("project"),
  plan: z.string().max(64).describe("slug or id of a plan; sizes come from plans alone"),
  templateId: z.string().max(64).optional().describe("slug or id of an image; with `backup_id` it is left out"),
  backupId: id("backup").optional().describe("instead of an image: its disk is made from this backup"),
  region: z.string().max(64).optional(),
  sshKeys: z.array(z.string().max(8192)).max(20).default([]).describe("ids of saved keys, or public keys"),
  metadata: metadata.default({}),
  userData: userData.optional().describe("cloud-init user data: #cloud-config, a script or MIME parts, at most 64 KiB; not kept"),
  expireInDays: z.number().int().min(1).max(3650).optional().describe("the plan's own when left out"),
});
export const vmCreateOutput = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(VM_STATUSES),
  provisioningJobId: z.string(),
  estimatedCompletion: timestamp,
  password: z.string().describe("shown this once; kept nowhere"),
});
export const vmUpdateInput = z.object({ id: id("vm"), name: vmName.optional(), metadata: metadata.optional() });
export const vmStopInput = z.object({ id: id("vm"), graceful: z.boolean().default(true), timeoutSeconds: z.number().int().min(1).max(600).default(60) });
export const vmActionOutput = z.object({ id: z.string(), status: z.enum(VM_STATUSES), operationId: z.string() });
export const vmDeleteInput = z.object({
  id: id("vm"),
  force: z.boolean().default(false).describe("its power is cut; else it is asked to shut down first"),
  preserveVolumes: z.boolean().default(false).describe("a backup of its disk is made first, and kept until somebody deletes it; without that backup the VM stays"),
});
export const vmDeleteOutput = z.object({ id: z.string(), status: z.enum(VM_STATUSES), deletionJobId: z.string(), estimatedCompletion: timestamp });

// Operations

export const batchResult = z.object({
  vmId: z.string(),
  vmName: z.string(),
  operationId: z.string(),
  status: z.enum(OPERATION_STATUSES),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export const operationOutput = z.object({
  id: z.string(),
  kind: z.string().describe("vm.create, vm.start, …"),
  subjectType: z.string(),
  subjectId: z.string(),
  subjectName: z.string(),
  organizationId: z.string(),
  status: z.enum(OPERATION_STATUSES),
  organizationName: z.string().nullable().describe("in administrators' answers; null in customers'"),
  abandoned: z.boolean().describe("its host was given up: what could not be undone there is left"),
  compensating: z.boolean().describe("undoing what was done, after a failure or a cancellation"),
  cancellable: z.boolean(),
  retryable: z.boolean(),
  progress: z.number().int().describe("percent"),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  steps: z.array(
    z.object({
      name: z.string(),
      status: z.enum(STEP_STATUSES),
      attempt: z.number().int(),
      error: z.string().nullable(),
      startedAt: timestamp.nullable(),
      finishedAt: timestamp.nullable(),
    }),
  ),
  results: z.array(batchResult).nullable().describe("what became of each VM: of a batch, when it is asked for by its id"),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
});
export const operationListInput = pageInput.extend({ subjectId: z.string().max(64).optional(), status: z.enum(OPERATION_STATUSES).optional() });
export const operationListOutput = pageOf(operationOutput);
export const operationIdInput = z.object({ id: id("operation") });
