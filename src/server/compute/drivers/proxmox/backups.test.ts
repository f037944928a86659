import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";
import { ALL_PRIVILEGES, FAKE_TOKEN } from "./testing/fake-access.ts";
import { blankVm, GIB, storageOf } from "./testing/fake-state.ts";
import { pass } from "./testing/fake-tasks.ts";

let bench: Bench;
afterEach(() => bench?.close());

const VZDUMP = /\/vzdump$/;
const place = () => storageOf(bench.fake.state, "pve1", "backups");
const archives = () => [...bench.fake.state.backups.values()];
const until = async (what: () => unknown): Promise<void> => {
  while (!what()) await new Promise((done) => setTimeout(done, 2));
};
const take = (name: string, ref = bench.ref) => bench.driver.takeBackup(ref, name, bench.call(name));

describe("a backup", () => {
  it("is a protected archive with our name in its notes, told step by step, and nobody gets a mail", async () => {
    bench = await createBench();
    const vm = await bench.running();
    const taken = await take("bkp_1");
    expect(bench.asked("POST", VZDUMP)).toEqual([{ vmid: String(vm.vmid), storage: "backups", mode: "snapshot", compress: "zstd", remove: "0", protected: "1", "notes-template": "switchyard bkp_1", "notification-mode": "legacy-sendmail" }]);
    expect(archives()).toMatchObject([{ vmid: vm.vmid, notes: "switchyard bkp_1", protected: true }]);
    expect(taken).toMatchObject({ name: "bkp_1", sizeMb: 768 });
    expect(bench.told.map(({ percent }) => percent)).toEqual(expect.arrayContaining([25, 50, 75, 100]));
    expect(bench.told.map(({ message }) => message)).toContain(`INFO: Starting Backup of VM ${vm.vmid} (qemu)`);
    expect(vm).toMatchObject({ running: true, config: { description: expect.stringContaining(`switchyard ${bench.ref}.${vm.vmid}`) } });
  });

  it("sends 8.1 nothing that it does not know", async () => {
    bench = await createBench({ version: "8.1.4" });
    await bench.running();
    await take("bkp_1");
    expect(bench.asked("POST", VZDUMP)[0]).not.toHaveProperty("notification-mode");
  });

  it("of a stopped VM does not show it as running meanwhile", async () => {
    bench = await createBench({ pace: { backup: 400 } });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    const taking = take("bkp_1");
    await until(() => place().volumes.size > 0);
    expect(await bench.driver.inspect(bench.ref, bench.call())).toMatchObject({ power: "stopped", busy: "backup" });
    expect(await bench.driver.list(bench.call())).toMatchObject([{ ref: bench.ref, power: "stopped" }]);
    await taking;
  });

  it("fails with the reason from the task's log, and leaves nothing, when its storage runs full", async () => {
    bench = await createBench();
    const vm = await bench.running();
    place().total = GIB / 2;
    const error = await bench.failure(take("bkp_1"));
    expect(error).toMatchObject({ failure: "refused", message: "Proxmox: task vzdump failed: vma_queue_write: write error - No space left on device" });
    expect(place().volumes.size).toBe(0);
    expect(vm.config.lock).toBeUndefined();
    expect(bench.asked("POST", VZDUMP)).toHaveLength(1);
  });

  it("fails with a sentence where the storage keeps no more, and a probe has warned of that", async () => {
    bench = await createBench();
    await bench.running();
    delete place().maxProtected;
    Object.assign(bench.fake.access.tokens.get(FAKE_TOKEN.tokenId) ?? {}, { privileges: { "/": ALL_PRIVILEGES.filter((name) => name !== "Datastore.Allocate") } });
    expect((await bench.driver.probe(bench.call())).warnings).toContain("Storage backups keeps at most 5 backups of a VM: set its max-protected-backups to -1.");
    for (const name of ["a", "b", "c", "d", "e"]) await take(name);
    const error = await bench.failure(take("f"));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("limited to 5 on storage 'backups'");
  });

  it("is named afterwards when Proxmox made it and could not write its notes", async () => {
    bench = await createBench();
    await bench.running();
    bench.fake.state.notesFail = true;
    expect(await take("bkp_1")).toMatchObject({ name: "bkp_1" });
    expect(archives()).toMatchObject([{ notes: "switchyard bkp_1", protected: true }]);
    expect(bench.asked("POST", VZDUMP)).toHaveLength(1);
  });

  it.each(["lost596", "lostReset", "hangAfter"] as const)("%s: is one", async (kind) => {
    bench = await createBench({ requestMs: 1_500 });
    await bench.running();
    bench.fake.faults.add({ kind, method: "POST", path: VZDUMP });
    await take("bkp_1");
    expect(archives()).toHaveLength(1);
    expect(bench.asked("POST", VZDUMP)).toHaveLength(1);
  });

  it("is asked for again when the host says that it made one, and did not", async () => {
    bench = await createBench();
    await bench.running();
    bench.fake.faults.add({ kind: "lie", method: "POST", path: VZDUMP });
    await take("bkp_1");
    expect(archives()).toHaveLength(1);
    bench.fake.faults.add({ kind: "lie", method: "POST", path: VZDUMP, times: 50 });
    expect((await bench.failure(take("bkp_2"))).retryable).toBe(true);
    expect(archives()).toHaveLength(1);
  });

  it("waits for a job of the host's own, however long that has the VM, and gives no advice to unlock it", async () => {
    bench = await createBench();
    const vm = await bench.running();
    vm.config.lock = "backup";
    const job = bench.fake.tasks.run("pve1", "vzdump", "", "root@pam", (task) => pass(task, 600));
    const hasty = bench.connect("pve1", {}, { staleLockMs: 50 });
    const taking = hasty.takeBackup(bench.ref, "bkp_1", bench.call());
    await until(() => bench.fake.tasks.find("pve1", job).exit !== null);
    delete vm.config.lock;
    await taking;
    vm.config.lock = "backup";
    expect((await bench.failure(hasty.stop(bench.ref, { mode: "forced" }, bench.call()))).message).toContain("qm unlock");
  });

  it("of a VM that is on another node goes to a storage that both have, and to no other", async () => {
    bench = await createBench();
    const vm = await bench.running();
    vm.node = "pve2";
    await take("bkp_1");
    expect((await bench.driver.listBackups(bench.call())).map(({ name }) => name)).toEqual(["bkp_1"]);
    const settings = { storage: "shared", bridge: "vmbr0", backupStorage: "local" };
    const error = await bench.failure(bench.connect("pve1", { settings }).takeBackup(bench.ref, "bkp_2", bench.call()));
    expect(error).toMatchObject({ failure: "refused", message: "the VM is on pve2 now, and storage local is not shared with it" });
  });

  it("needs a place and privileges, which a probe names", async () => {
    bench = await createBench();
    const without = bench.connect("pve1", { settings: { storage: "shared", bridge: "vmbr0" } });
    expect(without.supports.has("backups")).toBe(false);
    expect((await bench.failure(without.listBackups(bench.call()))).message).toContain("set its storage for them");
    const wrong = bench.connect("pve1", { settings: { storage: "shared", bridge: "vmbr0", backupStorage: "thick" } });
    expect((await wrong.probe(bench.call())).warnings).toContain("Storage thick does not take backup, only images.");
    Object.assign(bench.fake.access.tokens.get(FAKE_TOKEN.tokenId) ?? {}, { privileges: { "/": ALL_PRIVILEGES.filter((name) => name !== "VM.Backup") } });
    expect((await bench.driver.probe(bench.call())).warnings).toEqual(["Missing on /vms: VM.Backup."]);
    await bench.running();
    const error = await bench.failure(take("bkp_1"));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("VM.Backup");
  });
});

describe("listing and deleting", () => {
  it("knows its own alone, of VMs that are gone too", async () => {
    bench = await createBench();
    await bench.running();
    for (const name of ["bkp_1", "bkp_2"]) await take(name);
    const [sample] = archives();
    for (const [at, notes] of ["", "weekly", "switchyard", "switchyard bkp 3", "of switchyard bkp_4"].entries()) {
      const volid = `backups:backup/vzdump-qemu-77${at}-2026_01_01-00_00_00.vma.zst`;
      if (sample) bench.fake.state.backups.set(volid, { ...sample, notes });
      place().volumes.set(volid, GIB);
    }
    await bench.driver.destroy(bench.ref, bench.call());
    expect((await bench.driver.listBackups(bench.call())).map(({ name }) => name)).toEqual(["bkp_1", "bkp_2"]);
    await bench.driver.deleteBackup("bkp_1", bench.call());
    await bench.driver.deleteBackup("weekly", bench.call());
    expect((await bench.driver.listBackups(bench.call())).map(({ name }) => name)).toEqual(["bkp_2"]);
    expect(archives()).toHaveLength(6);
  });

  it("takes the protection off first, and can be met half-done", async () => {
    bench = await createBench();
    await bench.running();
    await take("bkp_1");
    bench.fake.faults.add({ kind: "lost596", method: "DELETE", path: /\/content\// });
    expect((await bench.failure(bench.driver.deleteBackup("bkp_1", bench.call()))).retryable).toBe(true);
    await bench.driver.deleteBackup("bkp_1", bench.call());
    expect(bench.asked("PUT", /\/content\//)).toEqual([expect.objectContaining({ protected: "0" })]);
    expect(archives()).toEqual([]);
  });

  it("ends one that waits for its turn behind another VM's, and leaves that one alone", async () => {
    bench = await createBench({ pace: { backup: 600 } });
    const other = `${bench.ref}x`;
    await bench.running();
    await bench.driver.create(other, bench.hardware, bench.call());
    const first = bench.connect().takeBackup(other, "bkp_first", bench.call());
    await until(() => bench.fake.state.dumping.has("pve1"));
    const second = bench.failure(take("bkp_second"));
    await until(() => bench.fake.tasks.all.filter(({ type, exit }) => type === "vzdump" && exit === null).length === 2);
    await bench.connect().deleteBackup("bkp_second", bench.call());
    expect(await second).toMatchObject({ failure: "refused", message: expect.stringContaining("interrupted") });
    await first;
    expect(archives().map(({ notes }) => notes)).toEqual(["switchyard bkp_first"]);
  });

  it("leaves a backup alone that somebody else takes of the same VM", async () => {
    bench = await createBench();
    const vm = await bench.running();
    vm.config.description = `${vm.config.description}\nswitchyard-backup bkp_1`;
    const upid = bench.fake.tasks.run("pve1", "vzdump", vm.vmid, "root@pam", (task) => pass(task, 300));
    await bench.driver.deleteBackup("bkp_1", bench.call());
    await until(() => bench.fake.tasks.find("pve1", upid).exit !== null);
    expect(bench.fake.tasks.find("pve1", upid).exit).toBe("OK");
  });

  it("says not_found for a VM that is gone, and takes one that was adopted", async () => {
    bench = await createBench();
    bench.fake.state.vms.set(300, blankVm(300, "pve1", { name: "pet", description: "mine\n", scsi0: "shared:vm-300-disk-0,size=2G" }));
    await take("bkp_1", "pve:300");
    expect(bench.fake.state.vms.get(300)?.config.description).toBe("mine\nswitchyard-backup bkp_1");
    expect(await bench.failure(take("bkp_2", "pve:301"))).toMatchObject({ failure: "not_found" });
  });
});
