import { newId } from "#shared/ids.ts";
import { addPrices } from "#server/billing/prices/schedule.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { createProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { hasProjectNamed } from "./repository.ts";
import { createSshKey } from "./ssh-keys.ts";

/** The catalog that an installation begins with. What is there already, by slug or name, is left as it is. */
const GB = 1024;

const REGIONS = [
  { id: "kr-seoul", name: "Seoul" },
  { id: "eu-frankfurt", name: "Frankfurt" },
];

const HOSTS = [
  { name: "sim-seoul-1", region: "kr-seoul", vcpu: 64, memoryMb: 256 * GB, storageGb: 4_000 },
  { name: "sim-seoul-2", region: "kr-seoul", vcpu: 64, memoryMb: 256 * GB, storageGb: 4_000 },
  { name: "sim-frankfurt-1", region: "eu-frankfurt", vcpu: 96, memoryMb: 384 * GB, storageGb: 8_000 },
];

/** Prices in micro-credits an hour. */
const PLANS = [
  { slug: "nano", name: "Nano", vcpu: 1, memoryMb: GB / 2, storageGb: 10, compute: 4_000, storage: 1_000 },
  { slug: "small", name: "Small", vcpu: 1, memoryMb: 2 * GB, storageGb: 25, compute: 12_000, storage: 2_500 },
  { slug: "medium", name: "Medium", vcpu: 2, memoryMb: 4 * GB, storageGb: 50, compute: 25_000, storage: 5_000 },
  { slug: "large", name: "Large", vcpu: 4, memoryMb: 8 * GB, storageGb: 100, compute: 52_000, storage: 10_000 },
  { slug: "xlarge", name: "Extra large", vcpu: 8, memoryMb: 16 * GB, storageGb: 200, compute: 108_000, storage: 20_000 },
];

/** What each adds, and to the price an hour. */
const UPGRADES = [
  { slug: "memory-2", name: "2 GB more memory", memoryMb: 2 * GB, compute: 6_000, storage: 0 },
  { slug: "cpu-1", name: "1 more vCPU", vcpu: 1, compute: 8_000, storage: 0 },
  { slug: "disk-50", name: "50 GB more disk", storageGb: 50, compute: 0, storage: 5_000 },
];

const IMAGES = [
  { slug: "debian-12", name: "Debian 12", family: "debian", version: "12", defaultUser: "debian", minStorageGb: 4 },
  { slug: "ubuntu-24.04", name: "Ubuntu 24.04 LTS", family: "ubuntu", version: "24.04", defaultUser: "ubuntu", minStorageGb: 5 },
  { slug: "alpine-3.22", name: "Alpine 3.22", family: "alpine", version: "3.22", defaultUser: "alpine", minStorageGb: 1 },
  { slug: "rocky-9", name: "Rocky Linux 9", family: "rocky", version: "9", defaultUser: "rocky", minStorageGb: 10 },
];

/** Regions, simulated hosts, plans and images; once, however often it runs. */
export async function seedCatalog(rt: Runtime): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, async (tx: Tx) => {
    const once = { skipDuplicates: true } as const;
    await tx.region.createMany({ ...once, data: REGIONS.map((region, position) => ({ ...region, position })) });
    await tx.host.createMany({ ...once, data: HOSTS.map((host) => ({ id: newId("host"), driver: "simulated", hypervisor: "simulated", health: "healthy", healthSince: at, createdAt: at, updatedAt: at, ...host })) });
    const plans = await tx.plan.createManyAndReturn({ ...once, data: PLANS.map(({ compute: _compute, storage: _storage, ...plan }, position) => ({ id: newId("plan"), ...plan, position })) });
    const upgrades = await tx.upgrade.createManyAndReturn({ ...once, data: UPGRADES.map(({ compute: _compute, storage: _storage, ...upgrade }, position) => ({ id: newId("upgrade"), ...upgrade, position })) });
    for (const { type, made, offered } of [
      { type: "plan", made: plans, offered: PLANS },
      { type: "upgrade", made: upgrades, offered: UPGRADES },
    ] as const) {
      for (const { id, slug } of made) {
        const priced = offered.find((each) => each.slug === slug);
        if (priced) await addPrices(tx, { subject: { type, id }, compute: BigInt(priced.compute), storage: BigInt(priced.storage), policy: {}, effectiveFrom: at, appliesTo: "new", createdById: null, at });
      }
    }
    await tx.image.createMany({ ...once, data: IMAGES.map((image, position) => ({ id: newId("image"), ...image, position })) });
  });
}

const DEMO_PROJECT = "Storefront";
/** A public key whose private half was thrown away. */
const DEMO_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGwztQko72o4XWv5tlW+5ynZCxetDHJsVAfdGSLA/LMF demo";

/** A project with an SSH key and two VMs, made by the same services that customers use; once for each organization. */
export async function seedDemoCompute(rt: Runtime, organizationId: string, ownerId: string): Promise<void> {
  if (await hasProjectNamed(rt, organizationId, DEMO_PROJECT)) return;
  const actor: MemberActor = {
    kind: "user",
    userId: ownerId,
    name: "",
    email: "demo",
    sessionId: "",
    platformRole: null,
    memberships: [],
    ip: "",
    requestId: "",
    organizationId,
    role: "owner",
  };
  const project = await createProject(rt, actor, { name: DEMO_PROJECT });
  const key = await createSshKey(rt, actor, { name: "Laptop", publicKey: DEMO_KEY });
  const common = { projectId: project.id, sshKeys: [key.id], region: "kr-seoul" };
  await createVm(rt, actor, { ...common, name: "web-1", plan: "medium", templateId: "debian-12", metadata: { role: "web" } });
  await createVm(rt, actor, { ...common, name: "db-1", plan: "large", templateId: "ubuntu-24.04", metadata: { role: "database" } });
}
