/** States of VMs and operations, and what is allowed in each: read by the server and by the UI's buttons. */
export const VM_STATUSES = [
  "provisioning",
  "running",
  "stopped",
  "suspended",
  "starting",
  "stopping",
  "restarting",
  "updating",
  "migrating",
  "deleting",
  "terminated",
  "rolled_back",
  "error",
] as const;
export type VmStatus = (typeof VM_STATUSES)[number];

export const VM_ACTIONS = [
  "start",
  "stop",
  "shutdown",
  "restart",
  "reset",
  "suspend",
  "resume",
  "rename",
  "upgrade",
  "password",
  "snapshot",
  "snapshot_restore",
  "snapshot_delete",
  "backup",
  "backup_restore",
  "migrate",
  "extend",
  "delete",
] as const;
export type VmAction = (typeof VM_ACTIONS)[number];

const COPIES = ["snapshot", "snapshot_restore", "snapshot_delete", "backup", "backup_restore"] as const;
/** What changes the database alone. */
const WRITTEN = ["rename", "extend"] as const;

const ALLOWED: Record<VmStatus, readonly VmAction[]> = {
  provisioning: WRITTEN,
  running: ["stop", "shutdown", "restart", "reset", "suspend", "password", ...COPIES, "migrate", ...WRITTEN, "delete"],
  stopped: ["start", "upgrade", ...COPIES, "migrate", ...WRITTEN, "delete"],
  suspended: ["resume", "stop", "snapshot_delete", ...WRITTEN, "delete"],
  starting: WRITTEN,
  stopping: WRITTEN,
  restarting: WRITTEN,
  updating: WRITTEN,
  migrating: WRITTEN,
  deleting: [],
  terminated: [],
  rolled_back: ["delete"],
  error: ["start", "stop", ...WRITTEN, "delete"],
};

/** Status while the action's operation runs, and the one it ends in; null: the one it began in, or as the hypervisor says. */
export const VM_TRANSITIONS = {
  start: { during: "starting", after: "running" },
  stop: { during: "stopping", after: "stopped" },
  shutdown: { during: "stopping", after: "stopped" },
  restart: { during: "restarting", after: "running" },
  reset: { during: "restarting", after: "running" },
  suspend: { during: "updating", after: "suspended" },
  resume: { during: "updating", after: "running" },
  upgrade: { during: "updating", after: "stopped" },
  password: { during: "updating", after: "running" },
  snapshot: { during: "updating", after: null },
  snapshot_restore: { during: "updating", after: null },
  snapshot_delete: { during: "updating", after: null },
  backup: { during: "updating", after: null },
  backup_restore: { during: "updating", after: null },
  migrate: { during: "migrating", after: null },
  delete: { during: "deleting", after: "terminated" },
} as const satisfies Partial<Record<VmAction, { during: VmStatus; after: VmStatus | null }>>;
export type VmOperationAction = keyof typeof VM_TRANSITIONS;

/** What a power button does. */
export const POWER_ACTIONS = ["start", "stop", "shutdown", "restart", "reset", "suspend", "resume"] as const satisfies readonly VmOperationAction[];
export type PowerAction = (typeof POWER_ACTIONS)[number];

/** What can be done to many VMs at once. */
export const BATCH_ACTIONS = [...POWER_ACTIONS, "delete", "snapshot", "backup"] as const satisfies readonly VmOperationAction[];
export type BatchAction = (typeof BATCH_ACTIONS)[number];

export function vmAllows(status: string, action: VmAction): boolean {
  return Object.hasOwn(ALLOWED, status) && ALLOWED[status as VmStatus].includes(action);
}

/** Whether something is under way: the UI pulses. */
export function vmInTransition(status: string): boolean {
  return ["provisioning", "starting", "stopping", "restarting", "updating", "migrating", "deleting"].includes(status);
}

/** A VM that no longer exists on any host. */
export function vmIsGone(status: string): boolean {
  return status === "terminated" || status === "rolled_back";
}

export const OPERATION_STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

export const STEP_STATUSES = ["pending", "running", "succeeded", "failed", "compensating", "compensated"] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

export function operationIsOver(status: string): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}
