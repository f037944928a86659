import type { VmOperationAction } from "#shared/compute/states.ts";

/** What the power menu offers; deleting has its own place. */
export type PowerAction = Exclude<VmOperationAction, "delete">;

/** Those that interrupt what runs on the VM: they ask first. */
export const INTERRUPTING: readonly PowerAction[] = ["stop", "shutdown", "restart", "reset", "suspend"];
