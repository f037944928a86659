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
  "deleting",
  "terminated",
  "rolled_back",
  "error",
] as const;
export type VmStatus = (typeof VM_STATUSES)[number];

export const VM_ACTIONS = ["start", "stop", "shutdown", "restart", "reset", "suspend", "resume", "rename", "delete"] as const;
export type VmAction = (typeof VM_ACTIONS)[number];

const ALLOWED: Record<VmStatus, readonly VmAction[]> = {
  provisioning: ["rename"],
  running: ["stop", "shutdown", "restart", "reset", "suspend", "rename", "delete"],
  stopped: ["start", "rename", "delete"],
  suspended: ["resume", "stop", "rename", "delete"],
  starting: ["rename"],
  stopping: ["rename"],
  restarting: ["rename"],
  updating: ["rename"],
  deleting: [],
  terminated: [],
  rolled_back: ["delete"],
  error: ["start", "stop", "rename", "delete"],
};

/** Status while the action's operation runs, and the one it ends in. */
export const VM_TRANSITIONS = {
  start: { during: "starting", after: "running" },
  stop: { during: "stopping", after: "stopped" },
  shutdown: { during: "stopping", after: "stopped" },
  restart: { during: "restarting", after: "running" },
  reset: { during: "restarting", after: "running" },
  suspend: { during: "updating", after: "suspended" },
  resume: { during: "updating", after: "running" },
  delete: { during: "deleting", after: "terminated" },
} as const satisfies Partial<Record<VmAction, { during: VmStatus; after: VmStatus }>>;
export type VmOperationAction = keyof typeof VM_TRANSITIONS;

export function vmAllows(status: string, action: VmAction): boolean {
  return Object.hasOwn(ALLOWED, status) && ALLOWED[status as VmStatus].includes(action);
}

/** Whether something is under way: the UI pulses. */
export function vmInTransition(status: string): boolean {
  return ["provisioning", "starting", "stopping", "restarting", "updating", "deleting"].includes(status);
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
