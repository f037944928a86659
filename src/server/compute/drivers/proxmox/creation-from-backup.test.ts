import { afterEach, describe, expect, it } from "vitest";
import type { VmHardware } from "../driver.ts";
import { type Bench, createBench } from "./testing/bench.ts";
import { TEMPLATE } from "./testing/fake-proxmox.ts";
import { blankVm, FAKE_PACE, type FakeVm, GIB, storageOf, usedOf } from "./testing/fake-state.ts";

let bench: Bench;
afterEach(() => bench?.close());

const RESTORE = /^\/nodes\/\w+\/qemu$/;
const shared = () => storageOf(bench.fake.state, "pve1", "shared");
const made = (): number[] => [...bench.fake.state.vms.keys()].filter((vmid) => vmid !== TEMPLATE);
const other = () => `${bench.ref}x`;
const hardware = (): VmHardware => ({ ...bench.hardware, storageGb: 4, vcpu: 2, backup: "bkp_1" });
const make = (ref = other(), driver = bench.driver, signal?: AbortSignal) => driver.create(ref, hardware(), bench.call("c1", signal));

/** A backup of a VM with user data, which is still there. */
async function backed(options: Parameters<typeof createBench>[0] = {}): Promise<FakeVm> {
  bench = await createBench(options);
  await bench.driver.create(bench.ref, bench.hardware, bench.call());
  await bench.driver.configure(bench.ref, { ...bench.guest, userData: "#cloud-config\n" }, bench.call());
  const vm = await bench.vm();
  if (!vm) throw new Error("no VM");
  vm.config.tags = `${vm.config.tags};gold`;
  bench.fake.state.contents.set((vm.config.scsi0 ?? "").split(",")[0] ?? "", "before");
  await bench.driver.takeBackup(bench.ref, "bkp_1", bench.call());
  return vm;
}

describe("a VM made from a backup", () => {
  it("has its disk, and number, addresses, size and marks of its own", async () => {
    const original = await backed();
    await make();
    const vm = await bench.vm(other());
    expect(bench.asked("POST", RESTORE)).toEqual([expect.objectContaining({ vmid: String(vm?.vmid), unique: "1", storage: "shared" })]);
    expect(bench.asked("POST", RESTORE)[0]).not.toHaveProperty("force");
    expect(vm?.config).toMatchObject({ cores: "2", scsi0: expect.stringContaining("size=4G"), name: other().replaceAll("_", "-"), description: `switchyard ${other()}.${vm?.vmid}` });
    expect(vm?.config.tags?.split(";").toSorted()).toEqual(["gold", `${other()}.${vm?.vmid}`].toSorted());
    expect(vm?.config.net0).not.toBe(original.config.net0);
    expect(bench.fake.state.contents.get((vm?.config.scsi0 ?? "").split(",")[0] ?? "")).toBe("before");
    expect((await bench.driver.list(bench.call())).map(({ ref }) => ref).toSorted()).toEqual([bench.ref, other()].toSorted());
  });

  it("has no disc of the other's user data, and takes a cloud-init drive", async () => {
    const original = await backed();
    await make();
    const vm = await bench.vm(other());
    expect(original.config.ide2).toContain(":iso/");
    expect(Object.values(vm?.config ?? {}).filter((value) => value.includes(":iso/"))).toEqual([]);
    await bench.driver.configure(other(), bench.guest, bench.call());
    expect(vm?.config.ide2).toContain("cloudinit");
    expect(vm?.config).toMatchObject({ name: "web-1", ciuser: "debian" });
  });

  it("is refused before anything is asked for when its disk is smaller than the backup's", async () => {
    await backed();
    const error = await bench.failure(bench.driver.create(other(), { ...hardware(), storageGb: 2 }, bench.call()));
    expect(error).toMatchObject({ failure: "refused", message: "the disk in backup bkp_1 has 3 GB: more than the 2 GB of the VM" });
    expect(bench.asked("POST", RESTORE)).toEqual([]);
  });

  it("leaves nothing when the storage runs full in the middle", async () => {
    const original = await backed();
    shared().total = usedOf(shared()) + 2 * GIB;
    expect(await bench.failure(make())).toMatchObject({ failure: "refused", message: expect.stringContaining("No space left on device") });
    expect(made()).toEqual([original.vmid]);
    expect(await bench.vmids.find(bench.fake.origin, other())).toBeNull();
  });

  it("leaves a number to whoever has it", async () => {
    await backed();
    const number = await bench.vmids.reserve(bench.fake.origin, other(), { from: 10_000, to: 20_000 });
    bench.fake.state.vms.set(number, blankVm(number, "pve1", { name: "pet-project" }));
    await make();
    expect((await bench.vm(other()))?.vmid).not.toBe(number);
    expect(bench.fake.state.vms.get(number)?.config).toEqual({ name: "pet-project" });
  });

  it.each(["lost596", "lostReset", "hangAfter"] as const)("%s: is one", async (kind) => {
    await backed({ requestMs: 1_500 });
    bench.fake.faults.add({ kind, method: "POST", path: RESTORE });
    await make();
    expect(made()).toHaveLength(2);
    expect(bench.asked("POST", RESTORE)).toHaveLength(1);
  });

  it("goes on after the process that began it was killed, at any step", async () => {
    await backed({ pace: { ...FAKE_PACE, backup: 20, task: 5 } });
    for (let steps = 1; steps <= 6; steps += 1) {
      const ref = `${bench.ref}${steps}`;
      const abort = new AbortController();
      let changes = 0;
      bench.fake.onRequest = (method) => {
        changes += method === "GET" ? 0 : 1;
        if (changes === steps) setTimeout(() => abort.abort(new Error("killed")), 1);
      };
      await make(ref, bench.connect(), abort.signal).catch(() => {});
      bench.fake.onRequest = null;
      await make(ref, bench.connect());
      const vm = await bench.vm(ref);
      expect(vm?.config, `killed after ${steps}`).toMatchObject({ cores: "2", scsi0: expect.stringContaining("size=4G"), tags: expect.stringContaining(`${ref}.${vm?.vmid}`) });
      expect(made()).toHaveLength(steps + 1);
    }
  }, 60_000);

  it("is made anew when a restore has failed and left a number", async () => {
    await backed();
    const number = await bench.vmids.reserve(bench.fake.origin, other(), { from: 10_000, to: 20_000 });
    bench.fake.state.vms.set(number, blankVm(number, "pve1", { memory: "128" }));
    await make();
    expect(bench.fake.state.vms.has(number)).toBe(false);
    expect((await bench.vm(other()))?.config).toMatchObject({ cores: "2" });
  });
});
