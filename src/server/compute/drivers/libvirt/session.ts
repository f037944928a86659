import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "#server/infra/logger.ts";
import type { CallOptions } from "../driver.ts";
import type { LibvirtHost } from "./connection.ts";
import type { HostFacts } from "./host-facts.ts";
import type { Virsh, VirshOptions } from "./virsh.ts";

/** A connected host: what every part of the driver works with. */
export interface Session {
  host: LibvirtHost;
  virsh: Virsh;
  log: Logger;
  /** for whoever makes connections of its own to another host */
  program: string;
  /** read once */
  facts(call: CallOptions): Promise<HostFacts>;
}

/** How often a wait looks again. */
const LOOK_MS = 300;

/** A question: it may be asked again. */
export function reading(call: CallOptions): VirshOptions {
  return { signal: call.signal };
}

/** A command that changes something: when its answer is lost, its outcome is open. */
export function changing(call: CallOptions, timeoutMs?: number): VirshOptions {
  return { signal: call.signal, changes: true, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

export async function lookAgain(call: CallOptions, ms = LOOK_MS): Promise<void> {
  await sleep(ms, undefined, { signal: call.signal });
}
