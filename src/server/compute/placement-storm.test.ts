import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { makePerson, type Person } from "#server/testing/people.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { createProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { seedCatalog } from "./seed.ts";

let rt: TestRuntime;
/** Each with a project: what one customer makes is counted one after the other. */
const people: { person: Person; projectId: string }[] = [];
const CROWD = 14;
/** Its disks are on a storage of their own. */
const FAST_PLAN = "medium";
const FAST = "fast";
beforeAll(async () => {
  rt = await createTestRuntime();
  await seedCatalog(rt);
  for (let n = 0; n < CROWD; n += 1) {
    const person = await makePerson(rt, { welcome: credits(1_000) });
    people.push({ person, projectId: (await createProject(rt, person.actor, { name: "Storm" })).id });
  }
});
afterAll(() => rt.close());

it("no host is ever given more than it may have, and none is refused that fits, however many ask at once", { timeout: 240_000 }, async () => {
  const hostSize = fc.record({
    vcpu: fc.integer({ min: 1, max: 12 }),
    vcpuRatio: fc.constantFrom(1, 1.5, 4),
    memoryMb: fc.integer({ min: 1_024, max: 32_768 }),
    memoryReserveMb: fc.integer({ min: 0, max: 1_024 }),
    storageGb: fc.integer({ min: 20, max: 400 }),
    storageReserveGb: fc.integer({ min: 0, max: 20 }),
    fastGb: fc.integer({ min: 0, max: 400 }),
  });
  const hosts = await rt.db.prisma.host.findMany({ where: { region: "kr-seoul" }, orderBy: { name: "asc" } });
  const { id: planId } = await rt.db.prisma.plan.findUniqueOrThrow({ where: { slug: FAST_PLAN } });
  for (const { id: hostId, storageGb: totalGb } of hosts) {
    await rt.db.prisma.planHost.create({ data: { planId, hostId, storage: FAST } });
    await rt.db.prisma.hostStorage.createMany({ data: [{ hostId, name: "local", isDefault: true, totalGb }, { hostId, name: FAST, isDefault: false, totalGb }] });
  }
  const wishes = fc.array(fc.constantFrom("nano", "small", "medium", "large"), { minLength: 6, maxLength: CROWD });
  await fc.assert(
    fc.asyncProperty(fc.array(hostSize, { minLength: 2, maxLength: 2 }), wishes, async (sizes, plans) => {
      await rt.db.prisma.vm.updateMany({ data: { status: "terminated" } });
      for (const [index, { id }] of hosts.entries()) {
        const { fastGb = 0, ...size } = sizes[index] ?? {};
        await rt.db.prisma.host.update({ where: { id }, data: size });
        await rt.db.prisma.hostStorage.updateMany({ where: { hostId: id, name: FAST }, data: { totalGb: fastGb } });
      }
      const attempts = await Promise.allSettled(
        people.slice(0, plans.length).map(({ person, projectId }, index) =>
          createVm(rt, person.actor, { name: "storm", projectId, plan: plans[index] ?? "", templateId: "alpine-3.22", region: "kr-seoul", sshKeys: [], metadata: {} }),
        ),
      );
      for (const attempt of attempts) if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
      const free = [];
      for (const [index, { id }] of hosts.entries()) {
        const size = sizes[index];
        if (!size) throw new Error("a host without a size");
        const usedOf = async (where: object) => (await rt.db.prisma.vm.aggregate({ where: { hostId: id, status: { not: "terminated" }, ...where }, _sum: { vcpu: true, memoryMb: true, storageGb: true } }))._sum;
        const used = await usedOf({});
        const left = {
          vcpu: Math.floor(size.vcpu * size.vcpuRatio) - (used.vcpu ?? 0),
          memoryMb: size.memoryMb - size.memoryReserveMb - (used.memoryMb ?? 0),
          storageGb: size.storageGb - size.storageReserveGb - ((await usedOf({ storage: null })).storageGb ?? 0),
          fastGb: size.fastGb - ((await usedOf({ storage: FAST })).storageGb ?? 0),
        };
        expect(Math.min(left.vcpu, left.memoryMb, left.storageGb, left.fastGb)).toBeGreaterThanOrEqual(0);
        free.push(left);
      }
      // What was refused fits on no host now: places are only taken here, never given back.
      for (const [index, attempt] of attempts.entries()) {
        if (attempt.status === "fulfilled") continue;
        const plan = await rt.db.prisma.plan.findUniqueOrThrow({ where: { slug: plans[index] ?? "" } });
        expect(free.some((left) => left.vcpu >= plan.vcpu && left.memoryMb >= plan.memoryMb && (plan.slug === FAST_PLAN ? left.fastGb : left.storageGb) >= plan.storageGb)).toBe(false);
      }
    }),
    { numRuns: 8 },
  );
});
