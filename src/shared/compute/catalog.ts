import { z } from "zod";
import { meterPolicy, USUAL_POLICY } from "../billing/policy.ts";
import { pricePerHour } from "../billing/prices.ts";
import { displayName, id, timestamp } from "../schema.ts";

/** What an administrator offers for sale. Sizes in MB and GB, prices in micro-credits an hour. */
const MEMORY_LIMIT_MB = 16 * 1024 * 1024;
const STORAGE_LIMIT_GB = 1024 * 1024;
/** Changed by a version with a time of its own (shared/billing/prices.ts). */
const pricesNow = { computePricePerHour: pricePerHour.nullable().describe("now; null: it has no price and is not for sale"), storagePricePerHour: pricePerHour.nullable() };
const position = z.number().int().min(0).max(10_000).describe("place in the list, from 0");
const slug = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/, { error: "must have 1 to 64 lower-case letters, digits, dots and hyphens, and begin and end with a letter or digit" });
const description = z.string().trim().max(500, { error: "must have at most 500 characters" });
const expireInDays = z.number().int().min(1).max(3650).nullable().describe("null: its VMs do not expire by themselves");
const size = { vcpu: z.number().int().max(512), memoryMb: z.number().int().max(MEMORY_LIMIT_MB), storageGb: z.number().int().max(STORAGE_LIMIT_GB) };
/** A name on a hypervisor. It goes into URLs and into arguments of programs: nothing that either could take for something else. */
const hypervisorName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}$/, { error: "must have 1 to 128 letters, digits and . _ + @ -, and begin with a letter or digit" });

function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item) });
}

// Plans

const planHost = z.object({ hostId: id("host"), storage: hypervisorName.nullable().default(null).describe("null: the host's default") });
const planFields = {
  name: displayName(),
  description,
  vcpu: size.vcpu.min(1),
  memoryMb: size.memoryMb.min(64),
  storageGb: size.storageGb.min(1),
  cloneMode: z.enum(["full", "linked"]),
  expireInDays,
  position,
  hosts: z.array(planHost).max(500).describe("where its VMs may stand; none: on every host"),
};
export const planAdminOutput = z.object({
  id: z.string(),
  slug: z.string(),
  ...planFields,
  ...pricesNow,
  hosts: z.array(z.object({ hostId: z.string(), hostName: z.string(), storage: z.string().nullable() })),
  active: z.boolean(),
  vmCount: z.number().int().describe("VMs of it that are not gone"),
});
export const planListOutput = listOf(planAdminOutput);
export const planCreateInput = z.object({
  slug,
  ...planFields,
  computePricePerHour: pricePerHour,
  storagePricePerHour: pricePerHour,
  policy: meterPolicy.default(USUAL_POLICY).describe("how it is counted"),
  description: description.default(""),
  cloneMode: planFields.cloneMode.default("full"),
  expireInDays: expireInDays.default(null),
  position: position.default(0),
  hosts: planFields.hosts.default([]),
});
export const planUpdateInput = z.object({ ...planFields, active: z.boolean() }).partial().extend({ id: id("plan") });
export const planIdInput = z.object({ id: id("plan") });

// Upgrades

const upgradeFields = {
  name: displayName(),
  vcpu: size.vcpu.min(0),
  memoryMb: size.memoryMb.min(0),
  storageGb: size.storageGb.min(0),
  position,
};
export const upgradeAdminOutput = z.object({ id: z.string(), slug: z.string(), ...upgradeFields, ...pricesNow, active: z.boolean() });
export const upgradeListOutput = listOf(upgradeAdminOutput);
export const upgradeCreateInput = z.object({
  slug,
  ...upgradeFields,
  computePricePerHour: pricePerHour,
  storagePricePerHour: pricePerHour,
  vcpu: upgradeFields.vcpu.default(0),
  memoryMb: upgradeFields.memoryMb.default(0),
  storageGb: upgradeFields.storageGb.default(0),
  position: position.default(0),
});
export const upgradeUpdateInput = z.object({ ...upgradeFields, active: z.boolean() }).partial().extend({ id: id("upgrade") });
export const upgradeIdInput = z.object({ id: id("upgrade") });

// Images

const imageFields = {
  name: displayName(),
  family: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, { error: "must be one word in lower case: debian, ubuntu, …" }),
  version: displayName(32),
  defaultUser: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, { error: "must be a user name of a Unix system" }),
  minStorageGb: size.storageGb.min(1),
  position,
  sources: z.array(z.object({ hostId: id("host"), source: hypervisorName })).max(500).describe("what it is called on each host"),
};
export const imageAdminOutput = z.object({
  id: z.string(),
  slug: z.string(),
  ...imageFields,
  sources: z.array(z.object({ hostId: z.string(), hostName: z.string(), source: z.string() })),
  active: z.boolean(),
  vmCount: z.number().int(),
});
export const imageListOutput = listOf(imageAdminOutput);
export const imageCreateInput = z.object({ slug, ...imageFields, position: position.default(0), sources: imageFields.sources.default([]) });
export const imageUpdateInput = z.object({ ...imageFields, active: z.boolean() }).partial().extend({ id: id("image") });
export const imageIdInput = z.object({ id: id("image") });

// Regions

export const regionId = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, { error: "must have 1 to 32 lower-case letters, digits and hyphens" });
export const regionAdminOutput = z.object({ id: z.string(), name: z.string(), position: z.number(), hosts: z.number().int(), vmCount: z.number().int(), pools: z.number().int() });
export const regionListOutput = listOf(regionAdminOutput);
export const regionCreateInput = z.object({ id: regionId, name: displayName(), position: position.default(0) });
export const regionUpdateInput = z.object({ id: regionId, name: displayName().optional(), position: position.optional() });
export const regionIdInput = z.object({ id: regionId });

/** Hosts as the catalog's forms need them. */
export const placeListOutput = listOf(z.object({ id: z.string(), name: z.string(), region: z.string(), driver: z.string(), status: z.string() }));

// Quotas

const limit = z.number().int().min(0).max(2_000_000_000);
const limits = { vms: limit, vcpu: limit, memoryMb: limit, storageGb: limit, snapshots: limit.describe("of each VM"), backups: limit.describe("of all VMs, those that are gone too") };
export const quotaAdminOutput = z.object({ tier: z.string(), ...limits });
export const quotaListOutput = listOf(quotaAdminOutput);
export const quotaSetInput = z.object({ tier: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, { error: "must be one word in lower case" }), ...limits });
const counted = z.object({ vms: z.number().int(), vcpu: z.number().int(), memoryMb: z.number().int(), storageGb: z.number().int() });
const copies = { backups: z.number().int().describe("of all VMs, those that are gone too") };
export const quotaOutput = z.object({ tier: z.string(), used: counted.extend(copies), allowed: counted.extend({ snapshots: z.number().int().describe("of each VM"), ...copies }) });

// Networks

const address = z.string().trim().max(45);
const poolFields = {
  name: displayName(),
  firstAddress: address,
  lastAddress: address,
  gateway: address.nullable(),
  nameservers: z.array(address).max(3),
  bridge: hypervisorName.max(64).nullable().describe("null: the host's default"),
  vlan: z.number().int().min(1).max(4094).nullable(),
};
export const poolOutput = z.object({
  id: z.string(),
  region: z.string(),
  family: z.union([z.literal(4), z.literal(6)]),
  network: z.string(),
  ...poolFields,
  active: z.boolean(),
  size: z.string().describe("addresses it can give, a decimal number"),
  taken: z.number().int(),
  resting: z.number().int().describe("given back a moment ago"),
  createdAt: timestamp,
});
export const poolListOutput = listOf(poolOutput);
export const poolCreateInput = z.object({
  region: regionId,
  network: z.string().trim().max(50).describe("203.0.113.0/24 or 2001:db8:1::/64"),
  ...poolFields,
  firstAddress: address.optional().describe("the network's first that can be given"),
  lastAddress: address.optional(),
  gateway: poolFields.gateway.default(null),
  nameservers: poolFields.nameservers.default([]),
  bridge: poolFields.bridge.default(null),
  vlan: poolFields.vlan.default(null),
});
export const poolUpdateInput = z.object({ ...poolFields, active: z.boolean() }).partial().extend({ id: id("ipPool") });
export const poolIdInput = z.object({ id: id("ipPool") });
export const poolAddressesInput = z.object({ id: id("ipPool"), page: z.number().int().min(1).max(100_000).default(1), limit: z.number().int().min(1).max(100).default(20) });
export const addressOutput = z.object({
  address: z.string(),
  vm: z.object({ id: z.string(), name: z.string(), status: z.string(), organizationId: z.string() }).nullable(),
  takenAt: timestamp,
  releasedAt: timestamp.nullable(),
});
