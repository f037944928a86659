import type { Capability, Driver, DriverHost } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { passwordCall } from "./agent.ts";
import { backupCalls } from "./backups.ts";
import { createProxmoxClient } from "./client.ts";
import { consoleCall } from "./console.ts";
import { createCall } from "./creation.ts";
import { destroyVm } from "./destruction.ts";
import { configureCall } from "./guest-configuration.ts";
import { historyCall } from "./history.ts";
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
 * Not "serial-log": Proxmox gives a VM's serial port to whoever has it open, keeps nothing of what was written while nobody had, and its API has no way to a file
 * that would. The port can only be watched live, by one at a time, as a console.
 */
const ALWAYS = ["suspension", "resizing", "passwords", "snapshots", "migration", "console", "history"] as const;

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
    supports: new Set<Capability>([...ALWAYS, ...(place.settings.backupStorage === undefined ? [] : (["backups"] as const))]),
    probe: (call) => probeHost(session, call),
    ...inspectionCalls(session),
    create: createCall(session),
    configure: configureCall(session),
    destroy: (ref, call) => destroyVm(session, ref, call),
    ...powerCalls(session),
    usage,
    usageHistory: historyCall(session),
    resize: resizeCall(session),
    setPassword: passwordCall(session),
    ...snapshotCalls(session),
    ...backupCalls(session),
    migrate: migrateCall(session),
    openConsole: consoleCall(session),
    readSerial: () => Promise.reject(new DriverError("refused", "Proxmox keeps nothing of what guests write to their serial ports")),
  };
}
