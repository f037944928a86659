import type { CallOptions, HostProbe, StorageProbe } from "../driver.ts";
import { networkRows, nodeRows, nodeStatus, nodeStorages, permissionTree, storageRows, storageStatus } from "./answers.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import { hasPrivilege, missingPrivileges, neededPrivileges } from "./privileges.ts";
import type { Session } from "./session.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const DAY_MS = 86_400_000;
/** Proxmox renews its own certificate two weeks before it ends: a pinned one has to be confirmed anew then. */
const CERTIFICATE_WARNING_DAYS = 30;
const FULL = 0.9;
/** A storage that is away stalls the question about it. */
const STORAGE_MS = 15_000;
/** Beside the default one they matter less: a poll does not wait for any of them to come back. */
const STORAGES_MS = 5_000;

/** Everything that can be known about a host without changing it. @throws ProxmoxError with the reason for which nothing works */
export async function probeHost(session: Session, call: CallOptions): Promise<HostProbe> {
  const { client, place } = session;
  const version = await client.version(call, true);
  const permissions = await client.get("/access/permissions", {}, permissionTree, call);
  if (Object.keys(permissions).length === 0) throw new ProxmoxError("refused", "permission", "the user or token may do nothing on this host. A token with privilege separation needs permissions of its own.");
  const nodes = await client.get("/nodes", {}, nodeRows, call);
  const node = nodes.find((each) => each.node === place.node);
  if (!node) throw new ProxmoxError("refused", "other", `the cluster has no node ${place.node}; it has ${nodes.map((each) => each.node).join(", ") || "none that we may see"}`);
  if (node.status === "offline") throw new ProxmoxError("unavailable", "connection", `node ${place.node} is offline`);
  const status = await client.get(apiPath`/nodes/${place.node}/status`, {}, nodeStatus, call);
  const storage = await storageOf(session, place.settings.storage, call);
  const certificate = client.certificate();
  return {
    version: `Proxmox VE ${version.text}`,
    hypervisor: "kvm",
    vcpu: status.cpuinfo.cpus,
    memoryMb: Math.floor(status.memory.total / MIB),
    memoryFreeMb: Math.floor((status.memory.available ?? status.memory.free) / MIB),
    storageGb: Math.floor((storage.total ?? 0) / GIB),
    storageFreeGb: Math.floor((storage.avail ?? 0) / GIB),
    storages: await storagesOf(session, call),
    cpuPercent: status.cpu === undefined ? null : Math.round(status.cpu * 1_000) / 10,
    tlsFingerprint: certificate?.fingerprint ?? null,
    warnings: [
      ...[...missingPrivileges(permissions, neededPrivileges(version.major, place.node, place.settings))].map(([path, lacking]) => `Missing on ${path}: ${lacking.join(", ")}.`),
      ...storageWarnings(place.settings.storage, storage, "images"),
      ...(await isoWarnings(session, call)),
      ...(await backupWarnings(session, permissions, call)),
      ...(await bridgeWarnings(session, call)),
      ...certificateWarnings(session),
      ...(version.major < 7 ? [`Proxmox VE ${version.text} is older than what this program was made for (7).`] : []),
    ],
  };
}

type StorageState = Awaited<ReturnType<typeof storageOf>>;

async function storageOf(session: Session, storage: string, call: CallOptions) {
  try {
    return await session.client.get(apiPath`/nodes/${session.place.node}/storage/${storage}/status`, {}, storageStatus, { ...call, timeoutMs: STORAGE_MS });
  } catch (error) {
    if (error instanceof ProxmoxError && /storage '?[^']*'? does not exist|no such storage/i.test(error.message)) throw new ProxmoxError("refused", "other", `${session.place.node} has no storage ${storage}`, error);
    throw error;
  }
}

/** Those that take disks and that we may see. One that is away has no size. */
async function storagesOf({ client, place }: Session, call: CallOptions): Promise<StorageProbe[] | null> {
  try {
    const rows = await client.get(apiPath`/nodes/${place.node}/storage`, { content: "images", enabled: true }, nodeStorages, { ...call, timeoutMs: STORAGES_MS });
    return rows.map(({ storage, total = 0, avail = 0 }) => ({ name: storage, isDefault: storage === place.settings.storage, totalGb: Math.floor(total / GIB), freeGb: Math.floor(avail / GIB) }));
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return null;
  }
}

function storageWarnings(name: string, state: StorageState, content: string): string[] {
  const warnings: string[] = [];
  if (state.active === false || state.enabled === false) warnings.push(`Storage ${name} is not active.`);
  if (!state.content.split(",").includes(content)) warnings.push(`Storage ${name} does not take ${content}, only ${state.content}.`);
  if (state.total && state.used !== undefined && state.used / state.total > FULL) warnings.push(`Storage ${name} is ${Math.round((state.used / state.total) * 100)} % full.`);
  return warnings;
}

async function isoWarnings(session: Session, call: CallOptions): Promise<string[]> {
  const { isoStorage } = session.place.settings;
  if (isoStorage === undefined) return ["No storage for ISO images is set: VMs with user data of their customers cannot be made."];
  try {
    return storageWarnings(isoStorage, await storageOf(session, isoStorage, call), "iso");
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return [`Storage ${isoStorage} for ISO images: ${error.message}.`];
  }
}

/** Ours are protected, and Proxmox allows five such archives of a VM, where nothing else is set, to whoever may not change the storage itself. */
async function backupWarnings(session: Session, permissions: Parameters<typeof hasPrivilege>[0], call: CallOptions): Promise<string[]> {
  const { backupStorage } = session.place.settings;
  if (backupStorage === undefined) return ["No storage for backups is set: VMs of this host have none."];
  try {
    const warnings = storageWarnings(backupStorage, await storageOf(session, backupStorage, call), "backup");
    const rows = await session.client.get("/storage", {}, storageRows, call);
    const most = rows.find((each) => each.storage === backupStorage)?.["max-protected-backups"] ?? (hasPrivilege(permissions, `/storage/${backupStorage}`, "Datastore.Allocate") ? -1 : 5);
    return most < 0 ? warnings : [...warnings, `Storage ${backupStorage} keeps at most ${most} backups of a VM: set its max-protected-backups to -1.`];
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return [`Storage ${backupStorage} for backups: ${error.message}.`];
  }
}

async function bridgeWarnings(session: Session, call: CallOptions): Promise<string[]> {
  try {
    const bridges = await session.client.get(apiPath`/nodes/${session.place.node}/network`, { type: "any_bridge" }, networkRows, call);
    return bridges.some((each) => each.iface === session.place.settings.bridge) ? [] : [`Bridge ${session.place.settings.bridge} is not there, or not shown to us.`];
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return [`Bridge ${session.place.settings.bridge} could not be checked: ${error.message}.`];
  }
}

function certificateWarnings(session: Session): string[] {
  const certificate = session.client.certificate();
  if (!certificate) return [];
  const days = Math.floor((certificate.validTo.getTime() - session.now().getTime()) / DAY_MS);
  if (days < 0) return ["The certificate has ended."];
  return days < CERTIFICATE_WARNING_DAYS ? [`The certificate ends in ${days} days${session.place.tlsFingerprint === null ? "" : "; the new one's fingerprint has to be confirmed here"}.`] : [];
}
