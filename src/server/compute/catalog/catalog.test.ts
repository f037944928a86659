import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imageCreateInput, planCreateInput, planUpdateInput, quotaSetInput, regionCreateInput, upgradeCreateInput } from "#shared/compute/catalog.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { createProject } from "../projects.ts";
import { createVm } from "../provision.ts";
import { seedCatalog } from "../seed.ts";
import { getCatalog } from "./catalog.ts";
import { createImage, listImages, updateImage } from "./images.ts";
import { createPlan, listPlans, updatePlan } from "./plans.ts";
import { listPlaces } from "./places.ts";
import { listQuotas, setQuota } from "./quotas.ts";
import { createRegion, listRegions, removeUnusedRegion, updateRegion } from "./regions.ts";
import { createUpgrade, listUpgrades, updateUpgrade } from "./upgrades.ts";

let rt: TestRuntime;
let admin: Person;
let customer: Person;
let projectId: string;
let hostIds: Record<string, string>;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  admin = await makePerson(rt, { platformRole: "admin" });
  customer = await makePerson(rt, { welcome: credits(100) });
  projectId = (await createProject(rt, customer.actor, { name: "Catalog" })).id;
  hostIds = Object.fromEntries((await listPlaces(rt)).data.map((host) => [host.name, host.id]));
});
afterAll(() => rt.close());

const PRICES = { computePricePerHour: "2000", storagePricePerHour: "500" };
const planInput = (change: object = {}) => planCreateInput.parse({ slug: "tiny", name: "Tiny", vcpu: 1, memoryMb: 256, storageGb: 10, ...PRICES, ...change });
const imageInput = (change: object = {}) => imageCreateInput.parse({ slug: "plan9", name: "Plan 9", family: "plan9", version: "4", defaultUser: "glenda", minStorageGb: 1, ...change });
const vm = (change: object) => createVm(rt, customer.actor, { name: "web-1", projectId, plan: "small", templateId: "debian-12", sshKeys: [], metadata: {}, ...change });
const auditOf = async (subjectId: string) => (await rt.db.prisma.auditEntry.findMany({ where: { subjectId }, orderBy: { id: "asc" } })).map(({ action, before, after }) => ({ action, before, after }));
const field = (name: string) => ({ code: "INVALID_REQUEST", extras: { details: [{ field: name }] } });

describe("plans", () => {
  it("are made, shown to customers in their order, changed and archived, all with an entry in the audit log", async () => {
    const made = await createPlan(rt, admin.actor, planInput({ description: "For trials", expireInDays: 14, hosts: [{ hostId: hostIds["sim-seoul-1"], storage: "fast" }] }));
    expect(made).toMatchObject({ slug: "tiny", active: true, cloneMode: "full", vmCount: 0, hosts: [{ hostName: "sim-seoul-1", storage: "fast" }], ...PRICES });
    expect((await getCatalog(rt)).plans[0]).toMatchObject({ slug: "nano" });
    expect((await getCatalog(rt)).plans.find(({ slug }) => slug === "tiny")).toMatchObject({ pricePerHour: "2500", stoppedPricePerHour: "500", description: "For trials", expireInDays: 14 });

    const changed = await updatePlan(rt, admin.actor, { id: made.id, name: "Small", cloneMode: "linked" });
    expect(changed).toEqual({ ...made, name: "Small", cloneMode: "linked" });
    expect(await updatePlan(rt, admin.actor, { id: made.id, active: false })).toMatchObject({ active: false, hosts: made.hosts });
    expect((await getCatalog(rt)).plans.map(({ slug }) => slug)).not.toContain("tiny");
    expect((await listPlans(rt)).data.at(-1)).toMatchObject({ slug: "tiny", active: false });
    await expect(vm({ plan: "tiny" })).rejects.toMatchObject(field("plan"));
    expect(await auditOf(made.id)).toMatchObject([
      { action: "plan.create", after: { slug: "tiny", computePricePerHour: "2000", hosts: [{ host: "sim-seoul-1", storage: "fast" }] } },
      { action: "plan.update", before: { name: "Tiny", computePricePerHour: "2000" }, after: { name: "Small", computePricePerHour: "2000" } },
      { action: "plan.archive", before: { active: true }, after: { active: false } },
    ]);
  });

  it("have slugs of their own, hosts that are there, each once, and are there to be changed", async () => {
    await expect(createPlan(rt, admin.actor, planInput({ slug: "nano" }))).rejects.toMatchObject({ code: "CONFLICT", extras: { details: [{ field: "slug" }] } });
    const id = hostIds["sim-seoul-1"];
    await expect(createPlan(rt, admin.actor, planInput({ slug: "x", hosts: [{ hostId: id }, { hostId: newId("host") }] }))).rejects.toMatchObject(field("hosts.1.hostId"));
    await expect(createPlan(rt, admin.actor, planInput({ slug: "x", hosts: [{ hostId: id }, { hostId: id }] }))).rejects.toMatchObject(field("hosts.1.hostId"));
    await expect(updatePlan(rt, admin.actor, { id: newId("plan"), name: "No" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listPlans(rt)).data.map(({ slug }) => slug)).not.toContain("x");
  });

  it.each([
    { slug: "Tiny" }, { slug: "-x" }, { slug: "a b" }, { slug: "" }, { name: " " }, { vcpu: 0 }, { vcpu: 513 }, { vcpu: 1.5 }, { memoryMb: 63 }, { storageGb: 0 },
    { computePricePerHour: "-1" }, { computePricePerHour: "1.5" }, { computePricePerHour: 5 }, { storagePricePerHour: "1e3" }, { storagePricePerHour: "1".repeat(16) }, { cloneMode: "half" },
    { expireInDays: 0 }, { expireInDays: 3651 }, { description: "x".repeat(501) }, { hosts: [{ hostId: "hst_1" }] }, { position: -1 },
    { hosts: [{ hostId: newId("host"), storage: "$(reboot)" }] }, { hosts: [{ hostId: newId("host"), storage: "-rf" }] }, { hosts: [{ hostId: newId("host"), storage: "../../etc" }] },
  ])("with %j do not reach the service", (change) => {
    expect(planCreateInput.safeParse({ ...planInput(), ...change }).success).toBe(false);
    if (Object.keys(change).every((key) => key in planUpdateInput.shape)) expect(planUpdateInput.safeParse({ id: newId("plan"), ...change }).success).toBe(false);
  });

  it("stand where their mapping says, and nowhere else", async () => {
    const nano = (await listPlans(rt)).data.find(({ slug }) => slug === "nano");
    await updatePlan(rt, admin.actor, { id: nano?.id ?? "", hosts: [{ hostId: hostIds["sim-seoul-2"] ?? "", storage: null }] });
    for (let n = 0; n < 3; n += 1) {
      const { id } = await vm({ plan: "nano" });
      expect((await rt.db.prisma.vm.findUniqueOrThrow({ where: { id } })).hostId).toBe(hostIds["sim-seoul-2"]);
    }
    await expect(vm({ plan: "nano", region: "eu-frankfurt" })).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect((await listPlans(rt)).data.find(({ slug }) => slug === "nano")).toMatchObject({ vmCount: 3 });
    await updatePlan(rt, admin.actor, { id: nano?.id ?? "", hosts: [] });
    await expect(vm({ plan: "nano", region: "eu-frankfurt" })).resolves.toMatchObject({ status: "provisioning" });
  });
});

describe("upgrades", () => {
  it("add something, and are archived like plans", async () => {
    const made = await createUpgrade(rt, admin.actor, upgradeCreateInput.parse({ slug: "more-memory", name: "More memory", memoryMb: 2_048, ...PRICES }));
    expect((await getCatalog(rt)).upgrades.find(({ id }) => id === made.id)).toMatchObject({ resources: { cpu: 0, memoryGb: 2, storageGb: 0 }, pricePerHour: "2500" });
    await expect(updateUpgrade(rt, admin.actor, { id: made.id, memoryMb: 0 })).rejects.toMatchObject(field("vcpu"));
    expect(await updateUpgrade(rt, admin.actor, { id: made.id, memoryMb: 0, vcpu: 2, active: false })).toMatchObject({ vcpu: 2, memoryMb: 0, active: false });
    expect((await getCatalog(rt)).upgrades.map(({ id }) => id)).not.toContain(made.id);
    expect((await listUpgrades(rt)).data.map(({ id }) => id)).toContain(made.id);
    expect((await auditOf(made.id)).map(({ action }) => action)).toEqual(["upgrade.create", "upgrade.archive"]);
    await expect(createUpgrade(rt, admin.actor, upgradeCreateInput.parse({ slug: "more-memory", name: "Again", vcpu: 1, ...PRICES }))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(createUpgrade(rt, admin.actor, upgradeCreateInput.parse({ slug: "nothing", name: "Nothing", ...PRICES }))).rejects.toMatchObject(field("vcpu"));
    await expect(updateUpgrade(rt, admin.actor, { id: newId("upgrade"), name: "No" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("images", () => {
  it("are where their sources say: on real hosts only there", async () => {
    const hostId = newId("host");
    const at = rt.clock.now();
    await rt.db.prisma.region.create({ data: { id: "us-east", name: "East", position: 5 } });
    const host = { driver: "proxmox", region: "us-east", vcpu: 16, memoryMb: 65_536, storageGb: 1_000, health: "healthy", createdAt: at, updatedAt: at };
    await rt.db.prisma.host.create({ data: { ...host, id: hostId, name: "pve-1" } });
    await expect(vm({ region: "us-east" })).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });

    for (const source of ["debian.qcow2", "99", "0100", "1000000000"]) await expect(createImage(rt, admin.actor, imageInput({ sources: [{ hostId, source }] }))).rejects.toMatchObject(field("sources.0.source"));
    const made = await createImage(rt, admin.actor, imageInput({ sources: [{ hostId, source: "9000" }] }));
    expect(made).toMatchObject({ sources: [{ hostName: "pve-1", source: "9000" }], active: true });
    const { id } = await vm({ region: "us-east", templateId: "plan9" });
    expect(await rt.db.prisma.vm.findUniqueOrThrow({ where: { id } })).toMatchObject({ hostId });

    await updateImage(rt, admin.actor, { id: made.id, sources: [] });
    await expect(vm({ region: "us-east", templateId: "plan9" })).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(await updateImage(rt, admin.actor, { id: made.id, active: false, defaultUser: "rob" })).toMatchObject({ active: false, defaultUser: "rob", vmCount: 1 });
    expect((await listImages(rt)).data.at(-1)).toMatchObject({ slug: "plan9" });
    await expect(vm({ templateId: "plan9" })).rejects.toMatchObject(field("templateId"));
    await expect(createImage(rt, admin.actor, imageInput())).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(updateImage(rt, admin.actor, { id: newId("image"), name: "No" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each([{ family: "Debian" }, { family: "" }, { defaultUser: "root; id" }, { defaultUser: "9lives" }, { minStorageGb: 0 }, { sources: [{ hostId: newId("host"), source: "../shadow" }] }, { sources: [{ hostId: newId("host"), source: "" }] }])(
    "with %j do not reach the service",
    (change) => expect(imageCreateInput.safeParse({ ...imageInput(), ...change }).success).toBe(false),
  );

  it("need room on the plan's disk", async () => {
    await expect(vm({ plan: "nano", templateId: (await createImage(rt, admin.actor, imageInput({ slug: "vast", minStorageGb: 11 }))).slug })).rejects.toMatchObject(field("plan"));
  });
});

describe("regions", () => {
  it("are made, renamed, and removed only when nothing ever stood there", async () => {
    const made = await createRegion(rt, admin.actor, regionCreateInput.parse({ id: "jp-osaka", name: "Osaka", position: 9 }));
    expect((await listRegions(rt)).data.at(-1)).toEqual(made);
    expect(await updateRegion(rt, admin.actor, { id: "jp-osaka", name: "Kansai" })).toMatchObject({ name: "Kansai", position: 9 });
    await expect(createRegion(rt, admin.actor, regionCreateInput.parse({ id: "jp-osaka", name: "Again" }))).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(removeUnusedRegion(rt, admin.actor, "kr-seoul")).rejects.toMatchObject({ code: "CONFLICT" });
    await removeUnusedRegion(rt, admin.actor, "jp-osaka");
    await expect(removeUnusedRegion(rt, admin.actor, "jp-osaka")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(updateRegion(rt, admin.actor, { id: "jp-osaka", name: "No" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await auditOf("jp-osaka")).map(({ action }) => action)).toEqual(["region.create", "region.update", "region.remove"]);
    for (const id of ["", "KR", "a b", "-x", "x".repeat(33)]) expect(regionCreateInput.safeParse({ id, name: "X" }).success).toBe(false);
  });

  it("are shown to customers while a host there takes VMs", async () => {
    const shown = async () => (await getCatalog(rt)).regions.map(({ id }) => id);
    const set = (name: string, data: object) => rt.db.prisma.host.update({ where: { name }, data });
    expect(await shown()).toEqual(["kr-seoul", "eu-frankfurt", "us-east"]);
    await set("pve-1", { health: "unreachable" });
    await set("sim-seoul-1", { status: "draining" });
    await set("sim-frankfurt-1", { status: "maintenance" });
    expect(await shown()).toEqual(["kr-seoul"]);
    await set("pve-1", { health: "unknown" });
    await set("sim-frankfurt-1", { status: "active", health: "unknown" });
    expect(await shown()).toEqual(["kr-seoul", "eu-frankfurt"]);
  });
});

describe("quotas", () => {
  it("are set for each tier, a new one too", async () => {
    const limits = { vms: 1, vcpu: 2, memoryMb: 4_096, storageGb: 50, snapshots: 0, backups: 3 };
    expect((await listQuotas(rt)).data.map(({ tier }) => tier)).toEqual(["free", "pro", "business"]);
    await setQuota(rt, admin.actor, { tier: "trial", ...limits });
    await setQuota(rt, admin.actor, { tier: "trial", ...limits, vms: 2 });
    expect((await listQuotas(rt)).data[0]).toEqual({ tier: "trial", ...limits, vms: 2 });
    expect(await auditOf("trial")).toMatchObject([{ action: "quota.set", before: null, after: { vms: 1 } }, { before: { vms: 1 }, after: { vms: 2 } }]);
    for (const change of [{ tier: "A" }, { tier: "" }, { vms: -1 }, { vms: 1.5 }, { memoryMb: 3e9 }]) expect(quotaSetInput.safeParse({ tier: "trial", ...limits, ...change }).success).toBe(false);
  });
});
