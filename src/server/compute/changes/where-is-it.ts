import type { VmObservation } from "../drivers/driver.ts";

/** What a host says about a VM. */
export type Answer = VmObservation | "absent" | "silent";

/**
 * On which of two hosts a VM is whose move was interrupted, and how it is there. A hypervisor takes a VM from the source last, so one that both have is on
 * the source, unless it runs on the target alone. A silent host has it when the other says that it hasn't.
 */
export function whereIsIt(source: Answer, target: Answer): { at: "source" | "target"; seen: Answer } {
  const onTarget = { at: "target", seen: target } as const;
  const onSource = { at: "source", seen: source } as const;
  const runsThere = typeof target === "object" && target.power === "running";
  if (source === "absent") return target === "absent" ? onSource : onTarget;
  if (source === "silent") return runsThere ? onTarget : onSource;
  return runsThere && source.power === "stopped" ? onTarget : onSource;
}
