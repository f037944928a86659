import type { Migration } from "../capabilities.ts";
import type { CallOptions, DriverHost } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { clusterStatus, migrationCheck, nodeRows } from "./answers.ts";
import { bring } from "./bring.ts";
import { type ProxmoxClient, createProxmoxClient } from "./client.ts";
import { cdroms, isCloudInitDrive } from "./disks.ts";
import type { Params } from "./form.ts";
import { changeConfig } from "./hardware.ts";
import { configOf, type SeenVm, vmPath } from "./look.ts";
import { type ProxmoxPlace, proxmoxPlace } from "./proxmox-settings.ts";
import type { Session } from "./session.ts";
import { isUserDataImage, removeUserDataImages } from "./user-data-image.ts";

/** Within a cluster: Proxmox moves the VM itself, with its disks where they are not shared. */
export function migrateCall(session: Session): Migration["migrate"] {
  return async (ref, targetHost, how, call) => {
    const target = proxmoxPlace(targetHost);
    await mustBeOneCluster(session, target, targetHost, call);
    await bring(session, ref, call, async (vm) => {
      if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
      if (vm.node === target.node && vm.lock === null && vm.tasks.length === 0) return "reached";
      return { ask: () => ask(session, ref, vm, target, how, call) };
    });
  };
}

async function ask(session: Session, ref: string, vm: SeenVm, target: ProxmoxPlace, how: { live: boolean; bandwidthMbps: number | null }, call: CallOptions): Promise<unknown> {
  const running = vm.status.status === "running";
  if (running && !how.live) throw new DriverError("refused", "the VM runs: stop it first, or migrate it live");
  await leaveImage(session, ref, vm, target, running, call);
  const check = await session.client.get(`${vmPath(vm)}/migrate`, { target: target.node }, migrationCheck, call);
  // A cloud-init drive counts as a CD, and goes along like a disk.
  const local = check.local_disks.filter((disk) => !disk.cdrom || isCloudInitDrive(disk.volid));
  const { unavailable_storages: lacking = [], ...others } = check.not_allowed_nodes?.[target.node] ?? {};
  if (Object.keys(others).length > 0) throw new DriverError("refused", `VM ${vm.vmid} cannot go to ${target.node}: ${Object.keys(others).join(", ")}`);
  const moves = storageMoves(local.map((disk) => disk.volid), lacking, session.place.settings.storage, target.settings.storage);
  const left = lacking.filter((storage) => !moves.has(storage));
  if (left.length > 0) throw new DriverError("refused", `VM ${vm.vmid} cannot go to ${target.node}: it has no storage ${left.join(", ")}`);
  if (running && check.local_resources.length > 0) throw new DriverError("refused", `VM ${vm.vmid} uses what only this node has: ${check.local_resources.join(", ")}`);
  const params: Params = {
    target: target.node,
    ...(running ? { online: true } : {}),
    ...(running && local.length > 0 ? { "with-local-disks": true } : {}),
    ...(moves.size > 0 ? { targetstorage: [...moves].map(([from, to]) => `${from}:${to}`).join(",") } : {}),
    // KiB a second; 0 would be unlimited
    ...(how.bandwidthMbps === null ? {} : { bwlimit: Math.max(1, Math.round((how.bandwidthMbps * 1_000_000) / 8 / 1_024)) }),
  };
  return session.client.change("POST", `${vmPath(vm)}/migrate`, params, call);
}

/**
 * Which storages' disks go to the other host's default one: those that it lacks, and this host's default. In pairs: a single name would move the disks on shared
 * storages too.
 */
function storageMoves(volumes: readonly string[], lacking: readonly string[], from: string, to: string): Map<string, string> {
  const storages = new Set(volumes.map((volume) => volume.split(":")[0] ?? ""));
  return new Map([...storages].filter((storage) => storage !== to && (storage === from || lacking.includes(storage))).map((storage) => [storage, to]));
}

/** An image of user data on a storage that only this node has would hold the VM back. A guest that runs has read it. */
async function leaveImage(session: Session, ref: string, vm: SeenVm, target: ProxmoxPlace, running: boolean, call: CallOptions): Promise<void> {
  const drive = [...cdroms(await configOf(session, vm, call))].find(([, volume]) => isUserDataImage(session, ref, volume));
  if (!drive) return;
  const [key, volume] = drive;
  const check = await session.client.get(`${vmPath(vm)}/migrate`, { target: target.node }, migrationCheck, call);
  if (!check.local_disks.some((disk) => disk.volid === volume)) return;
  if (!running) throw new DriverError("refused", `the VM's user data is on a storage that ${target.node} does not have: start it and migrate it live, or put ISO images on a shared storage`);
  await changeConfig(session, vm, { [key]: "none,media=cdrom" }, call);
  await removeUserDataImages(session, ref, call, null, vm.node);
}

/** Two standalone hosts can have nodes of the same name. @throws DriverError refused */
async function mustBeOneCluster(session: Session, target: ProxmoxPlace, targetHost: DriverHost, call: CallOptions): Promise<void> {
  const refuse = (): never => {
    throw new DriverError("refused", `${session.hostName} and ${targetHost.name} are not nodes of one Proxmox cluster`);
  };
  const nodes = await session.client.get("/nodes", {}, nodeRows, call);
  const node = nodes.find((each) => each.node === target.node);
  if (!node) return refuse();
  if (node.status !== "online") throw new DriverError("unavailable", `node ${target.node} is ${node.status}`);
  if (target.origin === session.place.origin) return;
  const other = createProxmoxClient(target, { requestMs: session.pace.requestMs, log: session.log, now: session.now });
  const [here, there] = await Promise.all([clusterOf(session.client, call), clusterOf(other, call)]);
  if (here === null || here !== there) refuse();
}

/** A cluster's name and nodes; null: a host that stands alone. */
async function clusterOf(client: ProxmoxClient, call: CallOptions): Promise<string | null> {
  const rows = await client.get("/cluster/status", {}, clusterStatus, call);
  const cluster = rows.find((row) => row.type === "cluster");
  if (!cluster) return null;
  const nodes = rows.filter((row) => row.type === "node").map((row) => row.name);
  return [cluster.name, ...nodes.toSorted()].join("\n");
}
