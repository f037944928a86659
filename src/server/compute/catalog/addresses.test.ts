import { fc } from "#server/testing/properties.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { poolCreateInput } from "#shared/compute/catalog.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant, type Tenant } from "#server/testing/tenant.ts";
import { seedCatalog } from "../seed.ts";
import { releaseAddresses } from "./address-repository.ts";
import { ADDRESS_REST_MS, findAddresses, giveAddresses } from "./addresses.ts";
import { createPool } from "./pools.ts";

const REGION = "kr-seoul";
let rt: TestRuntime;
let admin: Person;
let tenant: Tenant;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  admin = await makePerson(rt, { platformRole: "admin" });
  tenant = await makeTenant(rt);
});
afterAll(() => rt.close());
afterEach(async () => {
  await rt.db.prisma.ipAddress.deleteMany();
  await rt.db.prisma.ipPool.deleteMany();
});

let count = 0;
async function pool(network: string, change: object = {}) {
  count += 1;
  rt.clock.advance(1);
  return createPool(rt, admin.actor, poolCreateInput.parse({ name: `Pool ${count}`, region: REGION, network, ...change }));
}

async function makeVms(howMany: number): Promise<string[]> {
  const { id: _id, metadata: _metadata, ...row } = await rt.db.prisma.vm.findUniqueOrThrow({ where: { id: tenant.vmId } });
  const ids = Array.from({ length: howMany }, () => newId("vm"));
  await rt.db.prisma.vm.createMany({ data: ids.map((id) => ({ ...row, id })) });
  return ids;
}

/** As the request that makes a VM does it; null: no addresses are left. */
function take(vmId: string): Promise<string[] | null> {
  return transact(rt, async (tx) => {
    const at = rt.clock.now();
    const found = await findAddresses(tx, REGION, at);
    if (found === "full") return null;
    await giveAddresses(tx, vmId, found, at);
    return found.map(({ address }) => address);
  });
}
const release = (vmId: string) => transact(rt, (tx) => releaseAddresses(tx, vmId, rt.clock.now()));
const takeAll = async (vmIds: string[]) => {
  const taken: (string[] | null)[] = [];
  for (const id of vmIds) taken.push(await take(id));
  return taken;
};

describe("a new VM's addresses", () => {
  it("are none where the region has no active pool", async () => {
    await pool("10.0.0.0/24", { region: "eu-frankfurt" });
    const { id } = await pool("10.1.0.0/24");
    await rt.db.prisma.ipPool.update({ where: { id }, data: { active: false } });
    expect(await take(tenant.vmId)).toEqual([]);
  });

  it("are the lowest that are free, never the network's, the broadcast's or a router's, until there are none", async () => {
    const vms = await makeVms(7);
    await pool("10.0.0.0/29", { gateway: "10.0.0.3" });
    expect(await takeAll(vms)).toEqual([["10.0.0.1"], ["10.0.0.2"], ["10.0.0.4"], ["10.0.0.5"], ["10.0.0.6"], null, null]);
  });

  it("leave out the router of a neighbouring pool", async () => {
    const vms = await makeVms(3);
    await pool("10.0.0.0/24", { firstAddress: "10.0.0.10", lastAddress: "10.0.0.11" });
    await pool("10.0.0.0/24", { firstAddress: "10.0.0.100", lastAddress: "10.0.0.101", gateway: "10.0.0.10" });
    expect(await takeAll(vms)).toEqual([["10.0.0.11"], ["10.0.0.100"], ["10.0.0.101"]]);
  });

  it("may use the ends of networks of one and two, and of a range within", async () => {
    const vms = await makeVms(5);
    await pool("10.0.0.8/31");
    await pool("10.0.0.10/32");
    await pool("10.0.0.0/16", { firstAddress: "10.0.0.255", lastAddress: "10.0.0.255" });
    expect(await takeAll(vms)).toEqual([["10.0.0.8"], ["10.0.0.9"], ["10.0.0.10"], ["10.0.0.255"], null]);
  });

  it("are one of each family, of IPv6 however large the network is", async () => {
    const vms = await makeVms(2);
    await pool("2001:db8:1::/48", { gateway: "2001:db8:1::1" });
    await pool("10.0.0.0/24");
    expect(await takeAll(vms)).toEqual([
      ["10.0.0.1", "2001:db8:1::2"],
      ["10.0.0.2", "2001:db8:1::3"],
    ]);
  });

  it("are all or none: a family without an address left makes the region full", async () => {
    const [first = "", second = ""] = await makeVms(2);
    await pool("10.0.0.1/32");
    await pool("2001:db8:1::/64");
    expect(await take(first)).toEqual(["10.0.0.1", "2001:db8:1::1"]);
    expect(await take(second)).toBeNull();
    expect(await rt.db.prisma.ipAddress.count({ where: { vmId: second } })).toBe(0);
  });

  it("come from pools of one bridge and VLAN: a VM has one interface", async () => {
    const vms = await makeVms(3);
    await pool("10.0.1.1/32", { vlan: 1 });
    await pool("10.0.2.1/32", { vlan: 2 });
    await pool("2001:db8:2::/64", { vlan: 2 });
    await pool("10.0.3.1/32", { bridge: "vmbr3" });
    await pool("2001:db8:3::/64", { bridge: "vmbr3" });
    expect(await takeAll(vms)).toEqual([["10.0.2.1", "2001:db8:2::1"], ["10.0.3.1", "2001:db8:3::1"], null]);
  });

  it("rest before they are given again", async () => {
    const [first = "", second = ""] = await makeVms(2);
    await pool("10.0.0.0/30", { gateway: "10.0.0.1" });
    expect(await take(first)).toEqual(["10.0.0.2"]);
    await release(first);
    await release(first);
    expect(await take(second)).toBeNull();
    rt.clock.advance(ADDRESS_REST_MS - 1);
    expect(await take(second)).toBeNull();
    rt.clock.advance(1);
    expect(await take(second)).toEqual(["10.0.0.2"]);
  });

  it("cannot be one that a VM has, or be spelled otherwise, whoever writes it", async () => {
    const [vmId = ""] = await makeVms(1);
    const { id: poolId } = await pool("2001:db8:1::/64");
    await take(vmId);
    const write = (address: string, other = {}) => rt.db.prisma.ipAddress.create({ data: { address, poolId, vmId, takenAt: rt.clock.now(), ...other } });
    await expect(write("2001:db8:1::1")).rejects.toThrow(/unique/i);
    await expect(write("2001:DB8:1::1")).rejects.toThrow(/spelling/);
    await expect(write("2001:db8:1:0::1")).rejects.toThrow(/spelling/);
    await expect(write("2001:db8:1::2", { releasedAt: rt.clock.now() })).rejects.toThrow(/taken_check/);
  });
});

it("no two VMs have one address, nor one that still rests, however many come and go at once", { timeout: 240_000 }, async () => {
  await pool("10.9.0.0/27", { gateway: "10.9.0.1" });
  await pool("2001:db8:9::/64", { gateway: "fe80::1" });
  const vms = await makeVms(40);
  const lives: { address: string; from: number; to: number }[] = [];
  const held = new Map<string, { address: string; from: number; to: number }[]>();
  let refused = 0;
  const step = async (vmId: string): Promise<void> => {
    const has = held.get(vmId);
    if (has) {
      for (const life of has) life.to = rt.clock.now().getTime();
      held.delete(vmId);
      return release(vmId);
    }
    const addresses = await take(vmId);
    if (!addresses) return void (refused += 1);
    const taken = addresses.map((address) => ({ address, from: rt.clock.now().getTime(), to: Infinity }));
    lives.push(...taken);
    held.set(vmId, taken);
  };
  // Each round: some VMs come or go at the same time; then a while passes.
  const rounds = fc.array(fc.record({ who: fc.uniqueArray(fc.nat(39), { minLength: 5, maxLength: 40 }), minutes: fc.integer({ min: 0, max: 6 }) }), { minLength: 25, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(rounds, async (plan) => {
      for (const { who, minutes } of plan) {
        await Promise.all(who.map((index) => step(vms[index] ?? "")));
        rt.clock.advance(minutes * 60_000);
      }
      for (const [address, own] of Map.groupBy(lives, (life) => life.address)) {
        expect(["10.9.0.0", "10.9.0.1", "10.9.0.31", "2001:db8:9::"]).not.toContain(address);
        const inOrder = own.sort((one, other) => one.from - other.from);
        for (const [index, life] of inOrder.slice(1).entries()) expect(life.from - (inOrder[index]?.to ?? 0)).toBeGreaterThanOrEqual(ADDRESS_REST_MS);
      }
      const rows = await rt.db.prisma.ipAddress.findMany({ where: { vmId: { not: null } } });
      expect(rows.map(({ vmId, address }) => `${vmId} ${address}`).sort()).toEqual([...held].flatMap(([vmId, own]) => own.map(({ address }) => `${vmId} ${address}`)).sort());
    }),
    { numRuns: 4 },
  );
  // It was tight: else this would have shown little.
  expect(refused).toBeGreaterThan(0);
  expect(lives.length).toBeGreaterThan(500);
});
