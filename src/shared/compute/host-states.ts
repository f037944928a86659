/** What the column host.driver, its status, its health and findings may say: read by the server and by the web app. */
export const HOST_TYPES = ["proxmox", "libvirt", "simulated"] as const;
export type HostType = (typeof HOST_TYPES)[number];

/** active: takes VMs · draining: keeps those it has, takes none · maintenance: nothing is asked of it */
export const HOST_STATUSES = ["active", "draining", "maintenance"] as const;
export type HostStatus = (typeof HOST_STATUSES)[number];

export const HOST_HEALTHS = ["unknown", "healthy", "unreachable"] as const;
export type HostHealth = (typeof HOST_HEALTHS)[number];

/** unknown_vm: there and not here · missing_vm: here and not there */
export const FINDING_KINDS = ["unknown_vm", "missing_vm"] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const FINDING_VIEWS = ["open", "ignored", "resolved"] as const;
