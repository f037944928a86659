import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";
import { blankVm, FAKE_PACE, GIB, storageOf, usedOf } from "./testing/fake-state.ts";
import { TEMPLATE } from "./testing/fake-proxmox.ts";

let bench: Bench;
afterEach(() => bench?.close());

const CLONE = /\/clone$/;
/** VMs that are not the template. */
const made = (): number[] => [...bench.fake.state.vms.keys()].filter((vmid) => vmid !== TEMPLATE);
const shared = () => storageOf(bench.fake.state, "pve1", "shared");

describe("a creation", () => {
  it("is a full clone on the host's storage, with size, network and marks, and is told step by step", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, { ...bench.hardware, vcpu: 3, network: { bridge: "vmbr1", vlan: 42 } }, bench.call());
    const vm = await bench.vm();
    expect(vm).toMatchObject({ node: "pve1", running: false, config: { cores: "3", sockets: "1", memory: "512", agent: "1" } });
    expect(vm?.config.scsi0).toBe(`shared:vm-${vm?.vmid}-disk-0,size=3G`);
    // The model and the address are the clone's own; what else stood in the template's card stays.
    expect(vm?.config.net0).toMatch(/^virtio=BC:24:11:(\w\w:){2}\w\w,bridge=vmbr1,firewall=1,tag=42$/);
    expect(vm?.config.tags).toBe(`${bench.ref}.${vm?.vmid}`);
    expect(vm?.config.name).toBe(bench.ref.replaceAll("_", "-"));
    expect(bench.asked("POST", CLONE)).toEqual([expect.objectContaining({ full: "1", storage: "shared", newid: String(vm?.vmid) })]);
    expect(bench.told.map(({ percent }) => percent)).toContain(50);
    expect(bench.told.map(({ message }) => message)).toContain("create full clone of drive scsi0 (shared:base-9000-disk-0)");
  });

  it("is a linked clone where the storage can, without naming a storage", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, { ...bench.hardware, cloneMode: "linked" }, bench.call());
    expect(bench.asked("POST", CLONE)).toEqual([expect.objectContaining({ full: "0" })]);
    expect(bench.asked("POST", CLONE)[0]).not.toHaveProperty("storage");
  });

  it("is a full clone where a linked one cannot be, or the disk goes to another storage", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, { ...bench.hardware, cloneMode: "linked", storage: "local-lvm" }, bench.call());
    expect(bench.asked("POST", CLONE)[0]).toMatchObject({ full: "1", storage: "local-lvm" });
    shared().snapshots = false;
    const { driver } = bench;
    await driver.destroy(bench.ref, bench.call());
    await driver.create(bench.ref, { ...bench.hardware, cloneMode: "linked" }, bench.call());
    expect(bench.asked("POST", CLONE)[1]).toMatchObject({ full: "1", storage: "shared" });
  });

  it("goes to the host's node when the template is on another", async () => {
    bench = await createBench();
    await bench.connect("pve2").create(bench.ref, bench.hardware, bench.call());
    expect(await bench.vm()).toMatchObject({ node: "pve2" });
    const error = await bench.failure(bench.connect("pve2").create(`${bench.ref}2`, { ...bench.hardware, storage: "local-lvm" }, bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("not shared with pve2");
  });

  it("refuses an image without template, one that is none, and one that is too large, with a sentence", async () => {
    bench = await createBench();
    bench.fake.state.vms.set(300, blankVm(300, "pve1", { scsi0: "shared:vm-300-disk-0,size=2G" }));
    const { failure, driver, ref, hardware, call } = bench;
    const of = (source: string | null) => ({ ...hardware, image: { slug: "debian-13", source } });
    for (const [source, text] of [[null, "catalog"], ["4711", "no template 4711"], ["300", "not a template"], ["9000; rm -rf /", "catalog"]] as const) {
      const error = await failure(driver.create(ref, of(source), call()));
      expect(error.failure).toBe("refused");
      expect(error.message).toContain(text);
    }
    expect((await failure(driver.create(ref, { ...hardware, storageGb: 1 }, call()))).message).toContain("2 GB: more than the 1 GB");
    expect(made()).toEqual([300]);
  });
});

describe("a creation on a host that fails", () => {
  it.each(["lost596", "lostReset", "hangAfter", "lockTimeout"] as const)("%s: makes one VM", async (kind) => {
    bench = await createBench({ requestMs: 1_500 });
    bench.fake.faults.add({ kind, method: "POST", path: CLONE });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    expect(made()).toHaveLength(1);
    expect((await bench.vm())?.config).toMatchObject({ cores: "1", tags: expect.stringContaining(bench.ref) });
    expect(usedOf(shared())).toBe(2 * GIB + 3 * GIB + 4 * 1024 ** 2);
  });

  it("leaves nothing when the disk is full in the middle of the clone", async () => {
    bench = await createBench();
    Object.assign(shared(), { total: usedOf(shared()) + 1.25 * GIB + 3 * GIB });
    shared().volumes.set("shared:vm-700-disk-0", 3 * GIB);
    const error = await bench.failure(bench.driver.create(bench.ref, bench.hardware, bench.call()));
    expect(error).toMatchObject({ failure: "refused" });
    expect(error.message).toContain("No space left on device");
    expect(made()).toEqual([]);
    expect([...shared().volumes.keys()]).toEqual(["shared:base-9000-disk-0", "shared:vm-700-disk-0"]);
  });

  it("leaves nothing when the clone fits, and the disk cannot grow", async () => {
    bench = await createBench();
    Object.assign(shared(), { total: usedOf(shared()) + 2.5 * GIB });
    expect(await bench.failure(bench.driver.create(bench.ref, bench.hardware, bench.call()))).toMatchObject({ failure: "refused" });
    expect(made()).toEqual([]);
    expect(await bench.vmids.find(bench.fake.origin, bench.ref)).toBeNull();
  });

  it("does not take the host's word for it", async () => {
    bench = await createBench();
    bench.fake.faults.add({ kind: "lie", method: "POST", path: CLONE, times: 100 });
    expect((await bench.failure(bench.driver.create(bench.ref, bench.hardware, bench.call()))).retryable).toBe(true);
    bench.fake.faults.clear();
    bench.fake.faults.add({ kind: "lie", method: "POST", path: /\/config$/, times: 1 });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    expect((await bench.vm())?.config).toMatchObject({ cores: "1", memory: "512" });
  });

  it("goes on after the process that began it was killed, at any step", async () => {
    bench = await createBench();
    // Killed after 0, 1, 2, … requests that change something.
    for (let steps = 0; steps < 5; steps += 1) {
      const abort = new AbortController();
      const before = bench.fake.requests.length;
      const watch = setInterval(() => {
        const changes = bench.fake.requests.slice(before).filter(({ method }) => method !== "GET").length;
        if (changes > steps) abort.abort(new Error("killed"));
      }, 1);
      const ref = `${bench.ref.slice(0, -1)}${steps}`;
      await bench.connect().create(ref, bench.hardware, bench.call("k", abort.signal)).catch(() => {});
      clearInterval(watch);
      await bench.connect().create(ref, bench.hardware, bench.call());
      expect((await bench.vm(ref))?.config).toMatchObject({ cores: "1", scsi0: expect.stringContaining("size=3G"), tags: expect.stringContaining(ref) });
      expect(made()).toHaveLength(steps + 1);
    }
  });

  it("says what to do about a lock that the node's crash has left", async () => {
    bench = await createBench({ pace: { clone: 5_000 } });
    const creating = bench.failure(bench.connect("pve1", {}, { staleLockMs: 300 }).create(bench.ref, bench.hardware, bench.call()));
    while (!(await bench.vm())) await new Promise((done) => setTimeout(done, 5));
    bench.fake.tasks.loseAll();
    const error = await creating;
    expect(error.retryable).toBe(true);
    expect(error.message).toContain("qm unlock");
  });
});

describe("numbers", () => {
  it("leaves a number to whoever took it, and uses the next", async () => {
    bench = await createBench();
    bench.fake.state.vms.set(10_000, blankVm(10_000, "pve2", { name: "somebody-elses" }));
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    expect((await bench.vm())?.vmid).toBe(10_001);
    expect(bench.fake.state.vms.get(10_000)?.config).toEqual({ name: "somebody-elses" });
  });

  it("leaves it to somebody who is quicker between our look and our clone", async () => {
    bench = await createBench({ pace: { clone: 100 } });
    const number = await bench.vmids.reserve(bench.fake.origin, bench.ref, { from: 10_000, to: 20_000 });
    // A clone that somebody began by hand: blank, but for its lock, so it could be ours until it is done.
    const foreign = blankVm(number, "pve1", { lock: "clone" });
    bench.fake.state.vms.set(number, foreign);
    setTimeout(() => Object.assign(foreign, { config: { name: "by-hand" } }), 100);
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    expect((await bench.vm())?.vmid).not.toBe(number);
    expect(foreign.config).toEqual({ name: "by-hand" });
  });

  it("keeps a number that a clone of ours, asked for by a killed process, takes while we look", async () => {
    bench = await createBench();
    const number = await bench.vmids.reserve(bench.fake.origin, bench.ref, { from: 10_000, to: 20_000 });
    let looks = 0;
    bench.fake.onRequest = (_method, path) => {
      looks += path === "/cluster/resources" ? 1 : 0;
      if (looks !== 2 || bench.fake.state.vms.has(number)) return;
      // Not there at the first look; there, and still blank, at the second.
      const late = blankVm(number, "pve1", { lock: "clone" });
      bench.fake.state.vms.set(number, late);
      setTimeout(() => Object.assign(late, { config: { description: `switchyard ${bench.ref}.${number}`, cores: "2", memory: "2048", scsi0: `shared:vm-${number}-disk-0,size=2G` } }), 50);
    };
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    expect(made()).toEqual([number]);
    expect(bench.asked("POST", CLONE)).toEqual([]);
  });

  it("gives twenty VMs at once numbers of their own", async () => {
    bench = await createBench({ pace: { ...FAKE_PACE, clone: 10, task: 2, power: 2 } });
    const refs = Array.from({ length: 20 }, (_, at) => `${bench.ref}${at.toString(36)}`);
    const drivers = [bench.connect(), bench.connect()];
    await Promise.all(refs.map((ref, at) => drivers[at % 2]?.create(ref, bench.hardware, bench.call("k", AbortSignal.timeout(60_000)))));
    expect(new Set(made()).size).toBe(20);
    expect((await bench.driver.list(bench.call())).map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
  }, 60_000);
});

describe("whose VM it is", () => {
  it("takes a copy of ours for somebody else's, and destroys ours alone", async () => {
    bench = await createBench();
    const vm = await bench.running();
    const copy = { ...blankVm(555, "pve1", { ...vm.config, scsi0: "shared:vm-555-disk-0,size=3G" }) };
    bench.fake.state.vms.set(555, copy);
    const listed = await bench.driver.list(bench.call());
    expect(listed.map(({ ref }) => ref).toSorted()).toEqual(["pve:555", bench.ref].toSorted());
    await bench.driver.destroy(bench.ref, bench.call());
    expect(made()).toEqual([555]);
  });

  it("touches nobody who got our number after our VM was deleted by hand", async () => {
    bench = await createBench();
    const { vmid } = await bench.running();
    bench.fake.state.vms.set(vmid, blankVm(vmid, "pve1", { name: "pet-project" }));
    expect(await bench.driver.inspect(bench.ref, bench.call())).toBeNull();
    expect(await bench.failure(bench.driver.start(bench.ref, bench.call()))).toMatchObject({ failure: "not_found" });
    await bench.driver.destroy(bench.ref, bench.call());
    expect(bench.fake.state.vms.get(vmid)?.config).toEqual({ name: "pet-project" });
  });

  it("finds a VM whose tag was taken off by its description", async () => {
    bench = await createBench();
    const vm = await bench.running();
    vm.config.tags = "web";
    expect(await bench.driver.inspect(bench.ref, bench.call())).toMatchObject({ name: "web-1", power: "running" });
  });

  it("removes one that was adopted, and no name that is no ref", async () => {
    bench = await createBench();
    bench.fake.state.vms.set(300, blankVm(300, "pve1", { name: "pet", scsi0: "shared:vm-300-disk-0,size=2G" }));
    await bench.driver.destroy("../nodes/pve1", bench.call());
    await bench.driver.destroy("pve:0", bench.call());
    expect(made()).toEqual([300]);
    await bench.driver.destroy("pve:300", bench.call());
    expect(made()).toEqual([]);
  });
});
