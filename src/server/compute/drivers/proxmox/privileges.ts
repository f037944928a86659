import type { ProxmoxSettings } from "./proxmox-settings.ts";

type Tree = Readonly<Record<string, Readonly<Record<string, boolean>>>>;

const ON_VMS = [
  "VM.Allocate", "VM.Audit", "VM.Clone", "VM.Config.CDROM", "VM.Config.CPU", "VM.Config.Cloudinit", "VM.Config.Disk", "VM.Config.HWType", "VM.Config.Memory", "VM.Config.Network",
  "VM.Config.Options", "VM.Console", "VM.Migrate", "VM.PowerMgmt", "VM.Snapshot", "VM.Snapshot.Rollback",
] as const;

/** What a user or token needs, by path; the guest agent's privileges were split in version 9, networks have some since 8. */
export function neededPrivileges(major: number, node: string, settings: ProxmoxSettings): Map<string, readonly string[]> {
  const agent = major >= 9 ? ["VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted"] : ["VM.Monitor"];
  const { storage, isoStorage, backupStorage } = settings;
  const needed = new Map<string, readonly string[]>([
    ["/vms", [...ON_VMS, ...(backupStorage === undefined ? [] : ["VM.Backup"]), ...agent]],
    [`/nodes/${node}`, ["Sys.Audit"]],
  ]);
  const on = (name: string, ...privileges: string[]): void => void needed.set(`/storage/${name}`, [...new Set([...(needed.get(`/storage/${name}`) ?? []), ...privileges])]);
  on(storage, "Datastore.AllocateSpace", "Datastore.Audit");
  // An image is put there with AllocateTemplate, and taken away with Allocate alone.
  if (isoStorage !== undefined) on(isoStorage, "Datastore.Audit", "Datastore.AllocateTemplate", "Datastore.Allocate");
  if (backupStorage !== undefined) on(backupStorage, "Datastore.AllocateSpace", "Datastore.Audit");
  if (major >= 8) needed.set(`/sdn/zones/localnetwork/${settings.bridge}`, ["SDN.Use"]);
  return needed;
}

/** Path → privileges that the tree of `GET /access/permissions` does not give there. */
export function missingPrivileges(tree: Tree, needed: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const missing = new Map<string, string[]>();
  for (const [path, privileges] of needed) {
    const lacking = privileges.filter((privilege) => !hasPrivilege(tree, path, privilege));
    if (lacking.length > 0) missing.set(path, lacking);
  }
  return missing;
}

/** Whether the tree of `GET /access/permissions` gives the privilege on a path. What is set on a path replaces what comes from above; from above comes only what propagates. */
export function hasPrivilege(tree: Tree, path: string, privilege: string): boolean {
  const own = tree[path];
  if (own) return privilege in own;
  for (let above = parent(path); ; above = parent(above)) {
    const found = tree[above];
    if (found) return found[privilege] === true;
    if (above === "/") return false;
  }
}

function parent(path: string): string {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "/" : path.slice(0, end);
}
