import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";
import { FAKE_PACE, type FakeVm, GIB, storageOf, usedOf } from "./testing/fake-state.ts";

let bench: Bench;
afterEach(() => bench?.close());

const RESTORE = /^\/nodes\/\w+\/qemu$/;
const forced = { mode: "forced" } as const;
const shared = () => storageOf(bench.fake.state, "pve1", "shared");
const restore = (key = "r1", driver = bench.driver, signal?: AbortSignal) => driver.restoreBackup(bench.ref, "bkp_1", bench.call(key, signal));
const disk = (vm: FakeVm): string => (vm.config.scsi0 ?? "").split(",")[0] ?? "";

/** A stopped VM with a backup, and much changed since: what was on its disk, size, network, cloud-init, name. */
async function changedSince(options: Parameters<typeof createBench>[0] = {}): Promise<FakeVm> {
  bench = await createBench(options);
  const vm = await bench.running();
  await bench.driver.stop(bench.ref, forced, bench.call());
  Object.assign(vm.config, { ostype: "l26", onboot: "1", searchdomain: "old.example.com" });
  bench.fake.state.contents.set(disk(vm), "before");
  await bench.driver.takeBackup(bench.ref, "bkp_1", bench.call());
  bench.fake.state.contents.set(disk(vm), "after");
  const { onboot: _onboot, searchdomain: _domain, ...config } = vm.config;
  vm.config = { ...config, ostype: "win11", tags: `gold;${config.tags}`, description: `${config.description}\nKeep me.` };
  await bench.driver.resize(bench.ref, { vcpu: 2, memoryMb: 1_024, storageGb: 5 }, bench.call());
  const address = { address: "10.0.0.9", prefix: 24, gateway: "10.0.0.1" };
  await bench.driver.configure(bench.ref, { ...bench.guest, hostname: "web-2", passwordHash: "$6$newsalt$abcdefghijklmnopqrstuvwxyz0123456789", addresses: [address], nameservers: ["9.9.9.9"] }, bench.call());
  return vm;
}

/** Everything but what a restore may change. */
function own(vm: FakeVm): Record<string, string> {
  const { scsi0: _disk, ostype: _type, description = "", ...config } = vm.config;
  return { ...config, description: description.split("\n").filter((line) => !/^switchyard-(restored|backup) /.test(line)).join("\n") };
}

describe("a restore in place", () => {
  it("brings back the disk and what its system was installed on, and leaves everything else as it is now", async () => {
    const vm = await changedSince();
    const before = own(vm);
    await restore();
    expect(bench.fake.state.contents.get(disk(vm))).toBe("before");
    expect(own(vm)).toEqual(before);
    expect(vm.config).toMatchObject({ ostype: "l26", name: "web-2", ipconfig0: "ip=10.0.0.9/24,gw=10.0.0.1", cipassword: "$6$newsalt$abcdefghijklmnopqrstuvwxyz0123456789", tags: expect.stringContaining("gold") });
    expect(vm.config.scsi0).toContain("size=5G");
    expect(vm.config).not.toHaveProperty("onboot");
    expect(vm.config).not.toHaveProperty("searchdomain");
    expect(await bench.driver.inspect(bench.ref, bench.call())).toMatchObject({ ref: bench.ref, name: "web-2", busy: null, vcpu: 2, memoryMb: 1_024, storageGb: 5 });
    expect(usedOf(shared())).toBe(2 * GIB + 5 * GIB + 4 * 1024 ** 2);
    expect(bench.told.map(({ percent }) => percent)).toEqual(expect.arrayContaining([25, 100]));
    // The plan is out of the backup's notes again.
    expect([...bench.fake.state.backups.values()]).toMatchObject([{ notes: "switchyard bkp_1" }]);
  });

  it("is done once for one call, and again for the next", async () => {
    const vm = await changedSince();
    await restore("r1");
    bench.fake.state.contents.set(disk(vm), "later");
    await restore("r1", bench.connect());
    expect(bench.fake.state.contents.get(disk(vm))).toBe("later");
    await restore("r2");
    expect(bench.fake.state.contents.get(disk(vm))).toBe("before");
    expect(bench.asked("POST", RESTORE)).toHaveLength(2);
    expect(vm.config.description?.match(/switchyard-restored/g)).toHaveLength(1);
  });

  it("keeps the disk's storage, and the user data's image that the VM has now", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, { ...bench.hardware, storage: "local-lvm" }, bench.call());
    await bench.driver.takeBackup(bench.ref, "bkp_1", bench.call());
    await bench.driver.configure(bench.ref, { ...bench.guest, userData: "#cloud-config\n" }, bench.call());
    const vm = await bench.vm();
    const image = vm?.config.ide2;
    expect(image).toContain(":iso/");
    await restore();
    expect(vm?.config).toMatchObject({ ide2: image, scsi0: expect.stringMatching(/^local-lvm:/) });
  });

  it("leaves no disk behind when the one in the backup is at another place", async () => {
    const vm = await changedSince();
    for (const backup of bench.fake.state.backups.values()) {
      const { scsi0 = "", ...config } = backup.config;
      Object.assign(backup, { config: { ...config, virtio0: scsi0, boot: "order=virtio0" }, contents: { virtio0: "before" } });
    }
    await restore();
    expect(vm.config).toMatchObject({ virtio0: expect.stringContaining("size=5G"), boot: "order=virtio0" });
    expect(Object.keys(vm.config).filter((key) => /^(unused|scsi)\d/.test(key))).toEqual([]);
    expect([...shared().volumes.keys()].filter((volid) => volid.includes(`vm-${vm.vmid}-disk`))).toHaveLength(1);
  });

  it.each(["lost596", "lostReset", "hangAfter"] as const)("%s: comes out the same", async (kind) => {
    const vm = await changedSince({ requestMs: 1_500 });
    const before = own(vm);
    bench.fake.faults.add({ kind, method: "POST", path: RESTORE });
    await restore();
    expect(bench.fake.state.contents.get(disk(vm))).toBe("before");
    expect(own(vm)).toEqual(before);
  });
});

describe("a restore that does not get through", () => {
  it("goes on after its process was killed, at any step", async () => {
    const vm = await changedSince({ pace: { ...FAKE_PACE, backup: 20, task: 5 } });
    const before = own(vm);
    // Killed after 1, 2, 3, … requests that change something; all of them once, and some for good measure.
    for (let steps = 1; steps <= 8; steps += 1) {
      bench.fake.state.contents.set(disk(vm), "after");
      const abort = new AbortController();
      const asked = bench.asked("POST", RESTORE).length;
      let changes = 0;
      bench.fake.onRequest = (method) => {
        changes += method === "GET" ? 0 : 1;
        if (changes === steps) setTimeout(() => abort.abort(new Error("killed")), 1);
      };
      await restore(`k${steps}`, bench.connect(), abort.signal).catch(() => {});
      bench.fake.onRequest = null;
      await restore(`k${steps}`, bench.connect());
      // The first change keeps the plan, the second is the restore itself: from there on it is not done again.
      if (steps > 1) expect(bench.asked("POST", RESTORE).length - asked, `killed after ${steps}`).toBe(1);
      expect(bench.fake.state.contents.get(disk(vm)), `killed after ${steps}`).toBe("before");
      expect(own(vm)).toEqual(before);
      expect(vm.config.scsi0).toContain("size=5G");
    }
  }, 60_000);

  it("leaves a VM that is still ours when the storage runs full, and restores it when there is room", async () => {
    const vm = await changedSince();
    const before = own(vm);
    const { total } = shared();
    shared().total = usedOf(shared()) - 4 * GIB;
    expect(await bench.failure(restore())).toMatchObject({ failure: "refused", message: expect.stringContaining("No space left on device") });
    expect(await bench.driver.inspect(bench.ref, bench.call())).toMatchObject({ ref: bench.ref, name: "web-2", power: "stopped", busy: null, vcpu: 2 });
    expect(bench.asked("POST", RESTORE)).toHaveLength(1);
    shared().total = total;
    await restore("r2", bench.connect());
    expect(own(vm)).toEqual({ ...before, cipassword: expect.stringMatching(/^\$6\$/) });
    expect(vm.config.scsi0).toContain("size=5G");
    expect(bench.fake.state.contents.get(disk(vm))).toBe("before");
  });

  /** Its process is killed, and then it fails: nothing but a number is left. */
  async function wrecked(): Promise<FakeVm> {
    const vm = await changedSince({ pace: { backup: 200 } });
    const abort = new AbortController();
    const killed = restore("r1", bench.connect(), abort.signal).catch(() => {});
    while (vm.config.name !== undefined) await new Promise((done) => setTimeout(done, 2));
    abort.abort(new Error("killed"));
    await killed;
    for (const task of bench.fake.tasks.active(vm.vmid, ["qmrestore"])) task.abort.abort();
    while (bench.fake.tasks.active(vm.vmid).length > 0 || vm.held) await new Promise((done) => setTimeout(done, 2));
    expect(vm.config).toEqual({ memory: "128" });
    return vm;
  }

  it("knows what the VM was, when nothing of it is left on the host and nobody remembers", async () => {
    const vm = await wrecked();
    expect((await bench.connect().list(bench.call())).map(({ ref }) => ref)).toEqual([bench.ref]);
    await restore("r1", bench.connect());
    expect(vm.config).toMatchObject({ name: "web-2", cores: "2", memory: "1024", ipconfig0: "ip=10.0.0.9/24,gw=10.0.0.1", tags: expect.stringContaining(`${bench.ref}.${vm.vmid}`), scsi0: expect.stringContaining("size=5G"), ide2: expect.stringContaining("cloudinit") });
    expect(vm.config.description).toContain("Keep me.");
    expect(bench.fake.state.contents.get(disk(vm))).toBe("before");
  });

  it("can be deleted instead", async () => {
    const vm = await wrecked();
    await bench.connect().destroy(bench.ref, bench.call());
    expect(bench.fake.state.vms.has(vm.vmid)).toBe(false);
    expect(await bench.vmids.find(bench.fake.origin, bench.ref)).toBeNull();
  });

  it("says so when the backup that knew what the VM was is gone", async () => {
    await wrecked();
    const [kept] = [...bench.fake.state.backups.values()];
    if (kept) kept.notes = "switchyard bkp_1";
    const error = await bench.failure(restore("r1", bench.connect()));
    expect(error).toMatchObject({ failure: "refused", message: expect.stringContaining("the backup that knew what it was is gone") });
  });
});
