import { z } from "zod";
import { displayName, id, pageInput, pageOf, timestamp } from "../schema.ts";
import { FINDING_KINDS, FINDING_VIEWS, HOST_HEALTHS, HOST_STATUSES, HOST_TYPES } from "./host-states.ts";

// How to reach a host. One object for all kinds, as the REST contract has it; what a kind must have, the service checks.

const line = (max: number) => z.string().trim().max(max).regex(/^[^\p{Cc}]*$/u, { error: "must not contain control characters" });
/** SHA-256, colon hex, as Proxmox and openssl print it */
const fingerprint = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/, { error: "must be a SHA-256 fingerprint: 32 pairs of hexadecimal digits with colons between" });

/** The driver's own; which of them a kind of host takes, and how they must look, its driver says (drivers/proxmox, drivers/libvirt). */
export const hostSettings = z.object({
  storage: line(100).optional().describe("proxmox: where disks are made"),
  bridge: line(32).optional().describe("proxmox: network bridge of VMs"),
  isoStorage: line(100).optional().describe("proxmox: takes ISO images, for customers' own user data"),
  backupStorage: line(100).optional().describe("proxmox: takes backups; without one there are none"),
  vmidFrom: z.number().int().optional().describe("proxmox: numbers that VMs get, from 10000 unless given"),
  vmidTo: z.number().int().optional(),
  caCertificate: z.string().max(16_384).optional().describe("proxmox: PEM of the cluster's authority, trusted beside the usual ones"),
  pool: line(100).optional().describe("libvirt: storage pool of disks and images; default unless given"),
  backupPool: line(100).optional().describe("libvirt: storage pool (a folder) that takes backups; without one there are none"),
  network: line(100).optional().describe("libvirt: its virtual network; default unless given"),
  openvswitch: z.boolean().optional().describe("libvirt: bridges are Open vSwitch's and take VLAN tags"),
  domainType: z.enum(["kvm", "qemu", "xen", "vmware", "hyperv"]).optional().describe("libvirt: the best that the host has unless given"),
  cpuModel: line(100).optional().describe("libvirt: of VMs, where hosts differ and VMs move between them"),
  migrationUri: line(300).optional().describe("libvirt: how other hosts' libvirtd reach this one's"),
  migrationAddress: line(200).optional().describe("libvirt: where other hosts send memory and disks, tcp://10.0.0.2"),
  sharedStorage: z.boolean().optional().describe("libvirt: the pool is the same on the hosts that VMs move between"),
});

/** Secrets are taken and never given: outputs say only which are set. */
export const hostConnection = z.object({
  type: z.enum(HOST_TYPES),
  apiUrl: line(300).optional().describe("proxmox: https://pve.example.com:8006"),
  node: line(63).optional().describe("proxmox: the node of the cluster that this host is"),
  username: line(64).optional().describe("proxmox: with password"),
  realm: line(32).optional().describe("proxmox: of the username; pam unless given"),
  password: z.string().max(512).optional(),
  token: line(300).optional().describe("proxmox, instead of username and password: user@realm!name=secret"),
  tlsFingerprint: fingerprint.nullish().describe("proxmox: SHA-256 of the certificate to trust; without one the usual authorities decide"),
  uri: line(300).optional().describe("libvirt: qemu:///system, qemu+ssh://root@host/system"),
  sshPrivateKey: z.string().max(20_000).optional().describe("libvirt by qemu+ssh"),
  knownHosts: z.string().max(20_000).optional().describe("libvirt by qemu+ssh: lines of ssh-keyscan that were compared with the host's own keys"),
  caCertificate: z.string().max(50_000).optional().describe("libvirt by qemu+tls: PEM of the authority"),
  clientCertificate: z.string().max(50_000).optional().describe("libvirt by qemu+tls: PEM of our own certificate"),
  clientKey: z.string().max(20_000).optional().describe("libvirt by qemu+tls: its key"),
  settings: hostSettings.default({}),
});

const limits = {
  vcpuRatio: z.number().min(1).max(32).describe("vCPUs sold for each thread that the host has"),
  memoryReserveMb: z.number().int().min(0).max(64 * 1024 * 1024).describe("the host's own"),
  storageReserveGb: z.number().int().min(0).max(16 * 1024 * 1024).describe("the host's own"),
};
/** Of a simulated host alone: others say themselves what they have. */
const simulatedSize = {
  vcpu: z.number().int().min(1).max(4_096).optional(),
  memoryMb: z.number().int().min(512).max(64 * 1024 * 1024).optional(),
  storageGb: z.number().int().min(1).max(16 * 1024 * 1024).optional(),
};

export const hostCreateInput = hostConnection.extend({
  name: displayName(),
  location: z.string().max(64).describe("region"),
  status: z.enum(HOST_STATUSES).default("active").describe("maintenance: saved without asking the host"),
  ...simulatedSize,
  vcpuRatio: limits.vcpuRatio.default(1),
  memoryReserveMb: limits.memoryReserveMb.default(0),
  storageReserveGb: limits.storageReserveGb.default(0),
});
/** What is left out stays as it is. */
export const hostUpdateInput = hostConnection
  .omit({ type: true })
  .partial()
  .extend({
    id: id("host"),
    settings: hostSettings.optional(),
    name: displayName().optional(),
    location: z.string().max(64).optional(),
    ...simulatedSize,
    vcpuRatio: limits.vcpuRatio.optional(),
    memoryReserveMb: limits.memoryReserveMb.optional(),
    storageReserveGb: limits.storageReserveGb.optional(),
  });
export const hostIdInput = z.object({ id: id("host") });
export const hostStatusInput = z.object({ id: id("host"), status: z.enum(HOST_STATUSES) });
export const hostListInput = pageInput.extend({ status: z.enum(HOST_STATUSES).optional(), search: z.string().trim().max(100).optional() });

/** `id`: a host whose stored secrets stand in for those that are not given. */
export const hostTestInput = hostConnection.extend({ id: id("host").optional() });
export const hostTestOutput = z.object({
  ok: z.boolean(),
  error: z.string().nullable().describe("what the host, or the way to it, said"),
  certificate: z
    .object({
      fingerprint: z.string().describe("SHA-256 of the certificate that the host shows now"),
      subject: z.string(),
      issuer: z.string(),
      validTo: timestamp,
      trusted: z.enum(["authority", "fingerprint", "no"]).describe("no: compare the fingerprint with the host's own before you confirm it"),
    })
    .nullable(),
  host: z
    .object({
      version: z.string(),
      hypervisor: z.string(),
      vcpu: z.number(),
      memoryMb: z.number(),
      memoryFreeMb: z.number(),
      storageGb: z.number(),
      storageFreeGb: z.number(),
      storages: z.array(z.object({ name: z.string(), isDefault: z.boolean(), totalGb: z.number(), freeGb: z.number() })).nullable().describe("all that can hold disks; null: they could not be asked"),
      cpuPercent: z.number().nullable(),
      warnings: z.array(z.string()),
    })
    .nullable(),
});

export const hostOutput = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  location: z.string(),
  locationName: z.string(),
  status: z.enum(HOST_STATUSES),
  health: z.enum(HOST_HEALTHS),
  healthMessage: z.string().nullable(),
  healthSince: timestamp.nullable(),
  checkedAt: timestamp.nullable(),
  version: z.string().nullable(),
  hypervisor: z.string().nullable(),
  cpuPercent: z.number().nullable().describe("measured, of the whole host"),
  capacity: z.object({
    vcpu: z.object({ total: z.number(), sellable: z.number(), used: z.number() }),
    memoryMb: z.object({ total: z.number(), sellable: z.number(), used: z.number(), free: z.number().nullable().describe("measured") }),
    storageGb: z.object({ total: z.number(), sellable: z.number(), used: z.number(), free: z.number().nullable().describe("measured") }).describe("of the default storage"),
  }),
  vmCount: z.number().int(),
  openFindings: z.number().int(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export const hostListOutput = pageOf(hostOutput);
export const hostDetailOutput = hostOutput.extend({
  apiUrl: z.string().nullable(),
  uri: z.string().nullable(),
  node: z.string().nullable(),
  tlsFingerprint: z.string().nullable(),
  settings: hostSettings,
  credentials: z.object({
    kind: z.enum(["none", "password", "token", "ssh_key", "certificate"]),
    username: z.string().nullable().describe("of the password, or the token's name without its secret"),
  }),
  vcpuRatio: z.number(),
  memoryReserveMb: z.number(),
  storageReserveGb: z.number(),
  storages: z
    .array(z.object({ name: z.string(), isDefault: z.boolean(), totalGb: z.number(), sellableGb: z.number(), usedGb: z.number().describe("of VMs"), freeGb: z.number().nullable().describe("measured") }))
    .describe("the default one first; none: the host has not told, or has one alone"),
  warnings: z.array(z.string()).describe("of the last check"),
});

export const hostVmListInput = pageInput.extend({ id: id("host") });
export const hostVmListOutput = pageOf(
  z.object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    ref: z.string().nullable(),
    organizationId: z.string(),
    organizationName: z.string(),
    resources: z.object({ cpu: z.number(), memoryGb: z.number(), storageGb: z.number() }),
    createdAt: timestamp,
  }),
);

// Findings

export const findingListInput = pageInput.extend({ hostId: id("host").optional(), view: z.enum(FINDING_VIEWS).default("open") });
export const findingOutput = z.object({
  id: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  kind: z.enum(FINDING_KINDS),
  ref: z.string(),
  vmId: z.string().nullable(),
  vmName: z.string().nullable(),
  details: z.object({
    name: z.string().nullable(),
    power: z.string().nullable(),
    vcpu: z.number().nullable(),
    memoryMb: z.number().nullable(),
    storageGb: z.number().nullable(),
    privateIp: z.string().nullable(),
    mac: z.string().nullable(),
    ours: z.boolean().describe("it bears a name that this program gives"),
  }),
  firstSeenAt: timestamp,
  lastSeenAt: timestamp,
  ignoredAt: timestamp.nullable(),
  resolvedAt: timestamp.nullable(),
  resolution: z.string().nullable(),
});
export const findingListOutput = pageOf(findingOutput);
export const findingAdoptInput = z.object({
  id: id("hostFinding"),
  organizationId: id("organization"),
  projectId: id("project"),
  planId: id("plan"),
  imageId: id("image"),
  name: z.string().max(63).optional().describe("without one, made from the name it has on the host"),
});
export const adoptChoicesInput = z.object({ organizationId: id("organization") });
const choice = z.object({ id: z.string(), name: z.string() });
export const adoptChoicesOutput = z.object({ projects: z.array(choice), plans: z.array(choice.extend({ vcpu: z.number(), memoryMb: z.number(), storageGb: z.number() })), images: z.array(choice) });
export const findingAdoptOutput = z.object({ vmId: z.string() });
export const findingRemoveInput = z.object({ id: id("hostFinding"), confirm: z.string().max(300).describe("its name on the host, typed") });
export const findingIgnoreInput = z.object({ id: id("hostFinding"), ignored: z.boolean() });
