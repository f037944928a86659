import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import type { VmidStore } from "../drivers/proxmox/vmids.ts";
import { createVmidStore } from "./vmid-repository.ts";

const DAY_MS = 86_400_000;
const RANGE = { from: 10_000, to: 10_099 };
let rt: TestRuntime;
let vmids: VmidStore;
let clusters = 0;
const cluster = (): string => `https://pve${(clusters += 1)}:8006`;
beforeAll(async () => {
  rt = await createTestRuntime();
  vmids = createVmidStore(rt);
});
afterAll(() => rt.close());

it("gives each its own number and the same one again; clusters do not know each other", async () => {
  const [one, other] = [cluster(), cluster()];
  expect(await vmids.reserve(one, "sy-a", RANGE)).toBe(10_000);
  expect(await vmids.reserve(one, "sy-b", RANGE)).toBe(10_001);
  expect(await vmids.reserve(one, "sy-a", RANGE)).toBe(10_000);
  expect(await vmids.reserve(other, "sy-a", RANGE)).toBe(10_000);
  expect([await vmids.find(one, "sy-b"), await vmids.find(one, "sy-c"), await vmids.owner(one, 10_001), await vmids.owner(one, 10_050)]).toEqual([10_001, null, "sy-b", null]);
});

it("a number that was given back rests for a week, and its old owner gets another", async () => {
  const here = cluster();
  await vmids.reserve(here, "sy-a", RANGE);
  await vmids.release(here, "sy-a");
  expect([await vmids.find(here, "sy-a"), await vmids.owner(here, 10_000)]).toEqual([null, null]);
  expect(await vmids.reserve(here, "sy-b", RANGE)).toBe(10_001);
  expect(await vmids.reserve(here, "sy-a", RANGE)).toBe(10_002);
  rt.clock.advance(7 * DAY_MS - 1);
  expect(await vmids.reserve(here, "sy-c", RANGE)).toBe(10_003);
  rt.clock.advance(2);
  expect(await vmids.reserve(here, "sy-d", RANGE)).toBe(10_000);
});

it("a number that turns out to be somebody else's rests too; a late discard changes nothing", async () => {
  const here = cluster();
  await vmids.reserve(here, "sy-a", RANGE);
  await vmids.discard(here, "sy-a", 10_000);
  expect(await vmids.reserve(here, "sy-a", RANGE)).toBe(10_001);
  await vmids.discard(here, "sy-a", 10_000);
  expect(await vmids.find(here, "sy-a")).toBe(10_001);
});

it("a range that is used up says so", async () => {
  const here = cluster();
  await vmids.reserve(here, "sy-a", { from: 500, to: 500 });
  await expect(vmids.reserve(here, "sy-b", { from: 500, to: 500 })).rejects.toThrow("every VM number between 500 and 500");
});

it("thirty at once get thirty numbers, and the same one asked ten times over gets one", async () => {
  const here = cluster();
  const refs = Array.from({ length: 30 }, (_, n) => `sy-${n}`);
  const numbers = await Promise.all(refs.map((ref) => vmids.reserve(here, ref, RANGE)));
  expect(new Set(numbers).size).toBe(30);
  expect(Math.max(...numbers)).toBe(10_029);
  const same = await Promise.all(Array.from({ length: 10 }, () => vmids.reserve(here, "sy-same", RANGE)));
  expect(new Set(same).size).toBe(1);
  expect(await rt.db.prisma.proxmoxVmid.count({ where: { cluster: here } })).toBe(31);
});
