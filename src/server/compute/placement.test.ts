import { describe, expect, it } from "vitest";
import { choosePlace, rankPlaces } from "./placement.ts";
import type { HostLoad } from "./placement-repository.ts";

const host = (id: string, change: Partial<HostLoad> = {}): HostLoad => ({
  id,
  name: id,
  driver: "libvirt",
  region: "kr-seoul",
  status: "active",
  health: "healthy",
  vcpu: 16,
  vcpuRatio: 1,
  memoryMb: 64_000,
  memoryReserveMb: 0,
  memoryFreeMb: null,
  storage: null,
  storageGb: 1_000,
  storageReserveGb: 0,
  storageFreeGb: null,
  usedVcpu: 0,
  usedMemoryMb: 0,
  usedStorageGb: 0,
  planAllowed: true,
  hasImage: true,
  ...change,
});
const need = { vcpu: 4, memoryMb: 8_000, storageGb: 100 };

describe("a host takes a VM", () => {
  it.each<[string, Partial<HostLoad>, boolean]>([
    ["when it is empty", {}, true],
    ["when the VM just fits", { usedVcpu: 12, usedMemoryMb: 56_000, usedStorageGb: 900 }, true],
    ["not with a vCPU too few", { usedVcpu: 13 }, false],
    ["not with a megabyte too few", { usedMemoryMb: 56_001 }, false],
    ["not with a gigabyte too few", { usedStorageGb: 901 }, false],
    ["when its vCPUs are sold more than once", { usedVcpu: 20, vcpuRatio: 1.5 }, true],
    ["not beyond that ratio", { usedVcpu: 21, vcpuRatio: 1.5 }, false],
    ["never for a part of a vCPU", { vcpu: 7, vcpuRatio: 1.5, usedVcpu: 7 }, false],
    ["not out of the host's own memory", { usedMemoryMb: 56_000, memoryReserveMb: 1 }, false],
    ["not out of the host's own storage", { usedStorageGb: 900, storageReserveGb: 1 }, false],
    ["not when less memory was measured free", { memoryFreeMb: 7_999 }, false],
    ["when as much memory was measured free", { memoryFreeMb: 8_000 }, true],
    ["not by what was measured alone", { usedMemoryMb: 60_000, memoryFreeMb: 60_000 }, false],
    ["not when less storage was measured free", { storageFreeGb: 99 }, false],
    ["not while it is drained", { status: "draining" }, false],
    ["not in maintenance", { status: "maintenance" }, false],
    ["not while it is away", { health: "unreachable" }, false],
    ["not before anybody has reached it", { health: "unknown" }, false],
    ["simulated, before anybody has reached it", { health: "unknown", driver: "simulated" }, true],
    ["not simulated and away", { health: "unreachable", driver: "simulated" }, false],
    ["not of a plan that stands elsewhere", { planAllowed: false }, false],
    ["not of a plan that stands elsewhere, simulated", { planAllowed: false, driver: "simulated" }, false],
    ["not without the image", { hasImage: false }, false],
    ["simulated, which needs no image", { hasImage: false, driver: "simulated" }, true],
  ])("%s", (_words, change, takes) => {
    expect(choosePlace([host("a", change)], need) !== null).toBe(takes);
  });
});

describe("the best host", () => {
  const best = (...hosts: HostLoad[]) => rankPlaces(hosts, need).map((each) => each.id);

  it("has the largest share of memory free afterwards, by what is reserved or by what was measured", () => {
    expect(best(host("a", { usedMemoryMb: 32_000 }), host("b", { usedMemoryMb: 16_000 }))).toEqual(["b", "a"]);
    expect(best(host("a", { memoryMb: 128_000, usedMemoryMb: 64_000 }), host("b", { usedMemoryMb: 16_000 }))).toEqual(["b", "a"]);
    expect(best(host("a", { memoryFreeMb: 10_000 }), host("b", { usedMemoryMb: 40_000 }))).toEqual(["b", "a"]);
  });

  it("then the largest of CPU, then of storage, then the first by name", () => {
    expect(best(host("a", { usedVcpu: 8 }), host("b", { usedVcpu: 4 }))).toEqual(["b", "a"]);
    expect(best(host("a", { usedStorageGb: 10 }), host("b"))).toEqual(["b", "a"]);
    expect(best(host("b"), host("a"))).toEqual(["a", "b"]);
  });

  it("is none when it fits on none", () => {
    expect(choosePlace([], need)).toBeNull();
    expect(choosePlace([host("a", { usedVcpu: 16 }), host("b", { status: "draining" })], need)).toBeNull();
  });
});
