import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";
import { startFakeProxmox } from "./testing/fake-proxmox.ts";
import { storageOf } from "./testing/fake-state.ts";

let bench: Bench;
afterEach(() => bench?.close());

const live = { live: true, bandwidthMbps: 80 };

describe("a migration", () => {
  it("takes local disks along, slowly enough, to the storage of the other host", async () => {
    bench = await createBench({ host: { settings: { storage: "local-lvm", bridge: "vmbr0" } } });
    const vm = await bench.running();
    const target = bench.host("pve2", { settings: { storage: "thick", bridge: "vmbr0" } });
    await bench.driver.migrate(bench.ref, target, live, bench.call());
    expect(vm).toMatchObject({ node: "pve2", running: true });
    expect(vm.config.scsi0).toMatch(/^thick:/);
    expect([...storageOf(bench.fake.state, "pve1", "local-lvm").volumes.keys()]).toEqual([]);
    expect(bench.asked("POST", /migrate$/)).toEqual([{ target: "pve2", online: "1", "with-local-disks": "1", targetstorage: "local-lvm:thick", bwlimit: "9766" }]);
    expect(bench.told.map(({ percent }) => percent)).toContain(100);
  });

  it("takes disks along from a storage that the other node does not have", async () => {
    bench = await createBench({ host: { settings: { storage: "local-lvm", bridge: "vmbr0" } } });
    const vm = await bench.running();
    const { storages } = bench.fake.state;
    storages.splice(storages.findIndex((each) => each.name === "local-lvm" && each.node === "pve2"), 1);
    await bench.driver.migrate(bench.ref, bench.host("pve2", { settings: { storage: "thick", bridge: "vmbr0" } }), live, bench.call());
    expect(vm).toMatchObject({ node: "pve2", running: true });
  });

  it("leaves what is on shared storage where it is, and takes the cloud-init drive along", async () => {
    bench = await createBench({ host: { settings: { storage: "local-lvm", bridge: "vmbr0" } } });
    await bench.driver.create(bench.ref, { ...bench.hardware, storage: "shared" }, bench.call());
    const vm = await bench.vm();
    Object.assign(vm?.config ?? {}, { ide2: "local-lvm:vm-1-cloudinit,media=cdrom,size=4M" });
    await bench.driver.start(bench.ref, bench.call());
    await bench.driver.migrate(bench.ref, bench.host("pve2", { settings: { storage: "thick", bridge: "vmbr0" } }), live, bench.call());
    expect(vm).toMatchObject({ node: "pve2", running: true, config: { scsi0: expect.stringMatching(/^shared:/), ide2: expect.stringMatching(/^thick:/) } });
  });

  it("refuses with a sentence: a running VM not alive, a node that is none, another cluster, a device of the node", async () => {
    bench = await createBench();
    const vm = await bench.running();
    const { failure, driver, ref, call, host } = bench;
    expect((await failure(driver.migrate(ref, host("pve2"), { live: false, bandwidthMbps: null }, call()))).message).toContain("migrate it live");
    expect(await failure(driver.migrate(ref, host("pve9"), live, call()))).toMatchObject({ failure: "refused" });
    const other = await startFakeProxmox();
    Object.assign(other.state, { cluster: "another" });
    const error = await failure(driver.migrate(ref, host("pve2", { endpoint: other.origin }), live, call()));
    await other.close();
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("not nodes of one Proxmox cluster");
    vm.config.hostpci0 = "0000:01:00";
    expect((await failure(driver.migrate(ref, host("pve2"), live, call()))).message).toContain("hostpci0");
    expect(vm).toMatchObject({ node: "pve1", running: true });
  });

  it("goes to a node that is reached at another address of the same cluster", async () => {
    bench = await createBench();
    const vm = await bench.running();
    const endpoint = bench.fake.origin.replace("127.0.0.1", "localhost");
    await bench.driver.migrate(bench.ref, bench.host("pve2", { endpoint }), live, bench.call());
    expect(vm.node).toBe("pve2");
    // That host has no record of the number: the marks say whose it is.
    await bench.connect("pve2", { endpoint }).stop(bench.ref, { mode: "forced" }, bench.call());
    expect(vm.running).toBe(false);
  });

  it("leaves the disc of user data behind when only this node has it and the guest has read it", async () => {
    bench = await createBench({ host: { settings: { storage: "shared", bridge: "vmbr0", isoStorage: "local" } } });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    await bench.driver.configure(bench.ref, { ...bench.guest, userData: "#!/bin/sh\n" }, bench.call());
    expect((await bench.failure(bench.driver.migrate(bench.ref, bench.host("pve2"), { live: false, bandwidthMbps: null }, bench.call()))).message).toContain("shared storage");
    await bench.driver.start(bench.ref, bench.call());
    await bench.driver.migrate(bench.ref, bench.host("pve2"), live, bench.call());
    expect(await bench.vm()).toMatchObject({ node: "pve2", running: true, config: { ide2: "none,media=cdrom" } });
    expect([...storageOf(bench.fake.state, "pve1", "local").volumes.keys()]).toEqual([]);
  });

  it.each(["lost596", "hangAfter"] as const)("%s: has happened, and is not asked for again", async (kind) => {
    bench = await createBench({ requestMs: 1_500 });
    const vm = await bench.running();
    bench.fake.faults.add({ kind, method: "POST", path: /migrate$/ });
    await bench.driver.migrate(bench.ref, bench.host("pve2"), live, bench.call());
    expect(vm).toMatchObject({ node: "pve2", running: true });
    expect(bench.asked("POST", /migrate$/)).toHaveLength(1);
  });
});
