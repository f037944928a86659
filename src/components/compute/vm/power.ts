import type { PowerAction } from "#shared/compute/states.ts";

/** Those that interrupt what runs on the VM: they ask first. */
export const INTERRUPTING: readonly PowerAction[] = ["stop", "shutdown", "restart", "reset", "suspend"];
