import type { Logger } from "#server/infra/logger.ts";
import type { ProxmoxClient } from "./client.ts";
import type { ProxmoxPlace } from "./proxmox-settings.ts";
import type { VmidStore } from "./vmids.ts";

/** How patient the driver is. Milliseconds. */
export interface Pace {
  /** between two looks at a task, growing to `slowestPollMs` */
  pollMs: number;
  slowestPollMs: number;
  /** for one request: Proxmox's own limit within a cluster is 30 s */
  requestMs: number;
  /** how long what a finished task did may take to show */
  settleMs: number;
  /** after this long a lock without a task is nobody's */
  staleLockMs: number;
}

export const USUAL_PACE: Pace = { pollMs: 1_000, slowestPollMs: 5_000, requestMs: 40_000, settleMs: 20_000, staleLockMs: 60_000 };

export interface ProxmoxTools {
  vmids: VmidStore;
  log: Logger;
  now: () => Date;
  /** shorter in tests */
  pace?: Partial<Pace>;
}

/** One host's connection and what belongs to it, handed to each part of the driver. */
export interface Session {
  hostName: string;
  client: ProxmoxClient;
  place: ProxmoxPlace;
  vmids: VmidStore;
  log: Logger;
  now: () => Date;
  pace: Pace;
  /** Tasks that we saw end: the host's list of running ones may lag behind. */
  ended: Set<string>;
}
