import type { Driver, DriverHost } from "../driver.ts";
import { passwordCall } from "./agent.ts";
import { createProxmoxClient } from "./client.ts";
import { consoleCall } from "./console.ts";
import { createCall } from "./creation.ts";
import { destroyVm } from "./destruction.ts";
import { configureCall } from "./guest-configuration.ts";
import { inspectionCalls } from "./inspection.ts";
import { migrateCall } from "./migration.ts";
import { powerCalls } from "./power.ts";
import { probeHost } from "./probe.ts";
import { proxmoxPlace } from "./proxmox-settings.ts";
import { type ProxmoxTools, type Session, USUAL_PACE } from "./session.ts";
import { resizeCall } from "./sizing.ts";
import { snapshotCalls } from "./snapshots.ts";
import { usageCall } from "./usage.ts";

/**
 * Proxmox VE 7 to 9 by its HTTP API. VMs of ours bear the ref they were given; those of others are `pve:<number>`, and every call takes them alike.
 * Keep one for each host: it holds connections, the ticket and the last counters of each VM.
 * @throws DriverError refused when the host's address, node, credentials or settings are not what Proxmox needs
 */
export function createProxmoxDriver(host: DriverHost, tools: ProxmoxTools): Driver {
  const place = proxmoxPlace(host);
  const pace = { ...USUAL_PACE, ...tools.pace };
  const client = createProxmoxClient(place, { requestMs: pace.requestMs, log: tools.log, now: tools.now });
  const session: Session = { hostName: host.name, client, place, vmids: tools.vmids, log: tools.log, now: tools.now, pace, ended: new Set() };
  const usage = usageCall(session);
  return {
    supports: new Set(["suspension", "resizing", "passwords", "snapshots", "migration", "console"] as const),
    probe: (call) => probeHost(session, call),
    ...inspectionCalls(session),
    create: createCall(session),
    configure: configureCall(session),
    destroy: (ref, call) => destroyVm(session, ref, call),
    ...powerCalls(session),
    usage,
    resize: resizeCall(session),
    setPassword: passwordCall(session),
    ...snapshotCalls(session),
    migrate: migrateCall(session),
    openConsole: consoleCall(session),
  };
}
