import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poolCreateInput, poolUpdateInput } from "#shared/compute/catalog.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { makeTenant } from "#server/testing/tenant.ts";
import { seedCatalog } from "../seed.ts";
import { createPool, listPoolAddresses, listPools, removePool, updatePool } from "./pools.ts";

let rt: TestRuntime;
let admin: Person;
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  admin = await makePerson(rt, { platformRole: "admin" });
});
afterAll(() => rt.close());

let count = 0;
const make = (change: object) => {
  count += 1;
  return createPool(rt, admin.actor, poolCreateInput.parse({ name: `Pool ${count}`, region: "kr-seoul", ...change }));
};
const change = (id: string, fields: object) => updatePool(rt, admin.actor, poolUpdateInput.parse({ id, ...fields }));
const field = (name: string) => ({ code: "INVALID_REQUEST", extras: { details: [{ field: name }] } });

describe("a pool", () => {
  it.each([
    ["203.0.113.0/29", "203.0.113.1", "203.0.113.6", "6"],
    ["203.0.113.8/31", "203.0.113.8", "203.0.113.9", "2"],
    ["203.0.113.10/32", "203.0.113.10", "203.0.113.10", "1"],
    ["2001:DB8:0:0::/64", "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", (2n ** 64n - 1n).toString()],
    ["2001:db8:1::8/127", "2001:db8:1::8", "2001:db8:1::9", "2"],
  ])("of %s is all of it that can be given", async (network, firstAddress, lastAddress, size) => {
    const pool = await make({ network });
    expect(pool).toMatchObject({ firstAddress, lastAddress, size, taken: 0, resting: 0, active: true, gateway: null, nameservers: [] });
    await removePool(rt, admin.actor, pool.id);
  });

  it("does not count its gateway, and may have one that is link-local in IPv6", async () => {
    const four = await make({ network: "198.51.100.0/24", gateway: "198.51.100.1", nameservers: ["9.9.9.9", "2620:FE::FE"], bridge: "vmbr1", vlan: 20 });
    expect(four).toMatchObject({ size: "253", gateway: "198.51.100.1", nameservers: ["9.9.9.9", "2620:fe::fe"], bridge: "vmbr1", vlan: 20 });
    expect(await make({ network: "2001:db8:2::/64", gateway: "fe80::1" })).toMatchObject({ gateway: "fe80::1" });
    const audit = await rt.db.prisma.auditEntry.findFirstOrThrow({ where: { subjectId: four.id } });
    expect(audit).toMatchObject({ action: "ip_pool.create", actorName: admin.email, after: { network: "198.51.100.0/24", vlan: 20 } });
  });

  it.each<[string, object, string]>([
    ["no network", { network: "office" }, "network"],
    ["bits beyond the prefix", { network: "10.1.0.1/24" }, "network"],
    ["loopback", { network: "127.0.0.0/24" }, "network"],
    ["the whole of IPv4", { network: "0.0.0.0/0" }, "network"],
    ["multicast", { network: "239.0.0.0/24" }, "network"],
    ["link-local", { network: "fe80::/64" }, "network"],
    ["IPv4 in IPv6", { network: "::ffff:0:0/96" }, "network"],
    ["a region that is none", { network: "10.1.0.0/24", region: "mars" }, "region"],
    ["a first address elsewhere", { network: "10.1.0.0/24", firstAddress: "10.2.0.1" }, "firstAddress"],
    ["a first address of the other family", { network: "10.1.0.0/24", firstAddress: "2001:db8::1" }, "firstAddress"],
    ["a range that ends before it begins", { network: "10.1.0.0/24", firstAddress: "10.1.0.9", lastAddress: "10.1.0.8" }, "lastAddress"],
    ["a range of the network's own address", { network: "10.1.0.0/24", firstAddress: "10.1.0.0", lastAddress: "10.1.0.0" }, "lastAddress"],
    ["a range of the gateway alone", { network: "10.1.0.0/24", firstAddress: "10.1.0.1", lastAddress: "10.1.0.1", gateway: "10.1.0.1" }, "lastAddress"],
    ["a gateway elsewhere", { network: "10.1.0.0/24", gateway: "10.2.0.1" }, "gateway"],
    ["the broadcast address as gateway", { network: "10.1.0.0/24", gateway: "10.1.0.255" }, "gateway"],
    ["a name server that is a name", { network: "10.1.0.0/24", nameservers: ["10.1.0.1", "dns.example"] }, "nameservers.1"],
  ])("with %s is refused", async (_words, input, wrong) => {
    await expect(make(input)).rejects.toMatchObject(field(wrong));
  });

  it.each([{ bridge: "vmbr0; reboot" }, { bridge: "-x" }, { vlan: 0 }, { vlan: 4095 }, { vlan: 1.5 }, { name: "" }, { name: "a\nb" }, { nameservers: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"] }])("with %j does not reach the service", (input) => {
    expect(poolCreateInput.safeParse({ name: "Pool", region: "kr-seoul", network: "10.1.0.0/24", ...input }).success).toBe(false);
  });

  it("overlaps no other, also of another region, also when two are made at once", async () => {
    await make({ network: "10.5.0.0/24", firstAddress: "10.5.0.10", lastAddress: "10.5.0.20" });
    await expect(make({ network: "10.5.0.0/16", region: "eu-frankfurt", firstAddress: "10.5.0.20", lastAddress: "10.5.0.30" })).rejects.toMatchObject({ code: "CONFLICT" });
    const neighbour = await make({ network: "10.5.0.0/24", firstAddress: "10.5.0.21", lastAddress: "10.5.0.30" });
    await expect(change(neighbour.id, { firstAddress: "10.5.0.20" })).rejects.toMatchObject({ code: "CONFLICT" });
    const both = await Promise.allSettled([make({ network: "10.6.0.0/24" }), make({ network: "10.6.0.0/16" })]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("keeps the addresses that VMs have when it is made smaller, and is not removed while it has any", async () => {
    const pool = await make({ network: "10.7.0.0/24", name: "Lent" });
    await expect(make({ network: "10.8.0.0/24", name: "Lent" })).rejects.toMatchObject({ code: "CONFLICT", extras: { details: [{ field: "name" }] } });
    const { vmId } = await makeTenant(rt);
    const at = rt.clock.now();
    await rt.db.prisma.ipAddress.createMany({
      data: [
        { address: "10.7.0.100", poolId: pool.id, vmId, takenAt: at },
        { address: "10.7.0.20", poolId: pool.id, takenAt: at, releasedAt: at },
      ],
    });
    await expect(change(pool.id, { lastAddress: "10.7.0.99" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(change(pool.id, { gateway: "10.7.0.100" })).rejects.toMatchObject(field("gateway"));
    await expect(removePool(rt, admin.actor, pool.id)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await change(pool.id, { firstAddress: "10.7.0.100", lastAddress: "10.7.0.110", gateway: "10.7.0.1", active: false })).toMatchObject({ size: "11", taken: 1, resting: 1, active: false });

    const page = { id: pool.id, page: 1, limit: 20 };
    expect((await listPoolAddresses(rt, page)).data).toMatchObject([
      { address: "10.7.0.20", vm: null, releasedAt: at.toISOString() },
      { address: "10.7.0.100", vm: { id: vmId, name: "secret-vm" }, releasedAt: null },
    ]);
    rt.clock.advance(11 * 60_000);
    expect((await listPoolAddresses(rt, page)).pagination.total).toBe(1);
    expect((await listPools(rt)).data.find(({ id }) => id === pool.id)).toMatchObject({ taken: 1, resting: 0 });
    await rt.db.prisma.ipAddress.update({ where: { address: "10.7.0.100" }, data: { vmId: null, releasedAt: rt.clock.now() } });
    await removePool(rt, admin.actor, pool.id);
    await expect(removePool(rt, admin.actor, pool.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(change(pool.id, { name: "Gone" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(listPoolAddresses(rt, page)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
