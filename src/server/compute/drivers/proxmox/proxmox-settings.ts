import { z } from "zod";
import type { DriverHost } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { VmidRange } from "./vmids.ts";

/** Numbers from here on are taken where the host's settings say nothing: far from those that people give by hand. */
export const DEFAULT_VMIDS: VmidRange = { from: 10_000, to: 99_999 };

/** An API token (`user@realm!name`), or a user with a password. */
export const proxmoxCredentials = z.union([
  z.object({ tokenId: z.string().regex(/^[^\s:/!]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]*$/), tokenSecret: z.string().min(1) }),
  z.object({ username: z.string().regex(/^[^\s:/@!]+$/), realm: z.string().regex(/^[A-Za-z][A-Za-z0-9.\-_]+$/).default("pam"), password: z.string().min(1) }),
]);
export type ProxmoxCredentials = z.infer<typeof proxmoxCredentials>;

const storageName = z.string().regex(/^[A-Za-z][A-Za-z0-9\-_.]*[A-Za-z0-9]$/);

export const proxmoxSettings = z.object({
  /** where disks are made */
  storage: storageName,
  /** network bridge of VMs */
  bridge: z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]*$/),
  /** takes ISO images: needed for customers' own user data */
  isoStorage: storageName.optional(),
  /** takes backups: without one there are none */
  backupStorage: storageName.optional(),
  /** numbers that VMs of ours get; both or neither */
  vmidFrom: z.number().int().min(100).max(999_999_999).optional(),
  vmidTo: z.number().int().min(100).max(999_999_999).optional(),
  /** PEM of the cluster's authority (/etc/pve/pve-root-ca.pem), trusted beside the usual ones where no fingerprint is */
  caCertificate: z.string().max(16_384).optional(),
});
export type ProxmoxSettings = z.infer<typeof proxmoxSettings>;

/** A host's row, read as this driver needs it. */
export interface ProxmoxPlace {
  /** scheme, name and port: also the name of its numbers in `VmidStore` */
  origin: string;
  node: string;
  credentials: ProxmoxCredentials;
  settings: ProxmoxSettings;
  vmids: VmidRange;
  tlsFingerprint: string | null;
}

/** @throws DriverError refused, naming what is missing and no secret */
export function proxmoxPlace(host: DriverHost): ProxmoxPlace {
  const missing = (what: string): never => {
    throw new DriverError("refused", `host ${host.name}: ${what}`);
  };
  const credentials = proxmoxCredentials.safeParse(host.credentials);
  const settings = proxmoxSettings.safeParse(host.settings);
  const url = host.endpoint !== null && URL.canParse(host.endpoint) ? new URL(host.endpoint) : null;
  if (url?.protocol !== "https:") return missing("its address must begin with https://");
  if (!host.node) return missing("the node of the cluster is not set");
  if (!credentials.success) return missing("it needs an API token (id and secret), or user, realm and password");
  if (!settings.success) return missing(`settings: ${settings.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`);
  const { vmidFrom, vmidTo } = settings.data;
  return {
    origin: url.origin,
    node: host.node,
    credentials: credentials.data,
    settings: settings.data,
    vmids: { from: vmidFrom ?? DEFAULT_VMIDS.from, to: vmidTo ?? Math.max(DEFAULT_VMIDS.to, vmidFrom ?? 0) },
    tlsFingerprint: host.tlsFingerprint,
  };
}
