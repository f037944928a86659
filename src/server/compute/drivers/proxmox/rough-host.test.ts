import { afterEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "./testing/bench.ts";

let bench: Bench;
afterEach(() => bench?.close());

const forced = { mode: "forced" } as const;

describe("what others do to a VM meanwhile", () => {
  it("finds a VM that was moved to another node, for every button", async () => {
    bench = await createBench();
    const vm = await bench.running();
    Object.assign(vm, { node: "pve2" });
    await bench.driver.stop(bench.ref, forced, bench.call());
    await bench.driver.start(bench.ref, bench.call());
    await bench.driver.takeSnapshot(bench.ref, "first", bench.call());
    expect(vm).toMatchObject({ running: true, snapshots: [{ name: "first", vmstate: true }] });
  });

  it("leaves a VM that is another host's by now when told to destroy it here", async () => {
    bench = await createBench();
    const vm = await bench.running();
    Object.assign(vm, { node: "pve2" });
    expect(await bench.driver.inspect(bench.ref, bench.call())).toBeNull();
    await bench.driver.destroy(bench.ref, bench.call());
    expect(bench.fake.state.vms.get(vm.vmid)).toBe(vm);
    expect(await bench.connect("pve2").inspect(bench.ref, bench.call())).toMatchObject({ power: "running" });
  });

  it("says not_found when it was deleted, and destroys in peace", async () => {
    bench = await createBench();
    const { vmid } = await bench.running();
    bench.fake.state.vms.delete(vmid);
    for (const work of [bench.driver.start(bench.ref, bench.call()), bench.driver.stop(bench.ref, forced, bench.call()), bench.driver.suspend(bench.ref, bench.call())]) {
      expect(await bench.failure(work)).toMatchObject({ failure: "not_found" });
    }
    await bench.driver.destroy(bench.ref, bench.call());
    expect(await bench.vmids.find(bench.fake.origin, bench.ref)).toBeNull();
  });

  it("waits for a backup's lock to be taken off", async () => {
    bench = await createBench();
    const vm = await bench.running();
    vm.config.lock = "backup";
    setTimeout(() => delete vm.config.lock, 100);
    await bench.driver.stop(bench.ref, forced, bench.call());
    expect(vm.running).toBe(false);
  });

  it("does not take an open console for work", async () => {
    bench = await createBench();
    const vm = await bench.running();
    const { stream } = await bench.driver.openConsole(bench.ref, bench.call());
    stream.on("error", () => {}).resume();
    await bench.driver.stop(bench.ref, forced, bench.call());
    expect(vm.running).toBe(false);
    stream.destroy();
  });

  it("presses the button once for one call, and again for the next", async () => {
    bench = await createBench();
    const vm = await bench.running();
    bench.fake.faults.add({ kind: "lost596", method: "POST", path: /reset$/ });
    await bench.driver.reset(bench.ref, bench.call("press-1"));
    await bench.connect().reset(bench.ref, bench.call("press-1"));
    expect(vm.resets).toBe(1);
    await bench.driver.reset(bench.ref, bench.call("press-2"));
    expect(vm.resets).toBe(2);
    expect(vm.config.description).toContain(`switchyard ${bench.ref}.${vm.vmid}`);
  });

  it("leaves two who press stop and delete at once with nothing", async () => {
    bench = await createBench();
    await bench.running();
    const other = bench.connect();
    const stop = bench.driver.stop(bench.ref, forced, bench.call()).catch((error: unknown) => error);
    await other.destroy(bench.ref, bench.call());
    const outcome = await stop;
    expect(outcome === undefined || (outcome as { failure?: string }).failure === "not_found").toBe(true);
    expect(bench.fake.state.vms.size).toBe(1);
  });
});

describe("a host that lies or loses answers", () => {
  it.each(["lost596", "lostReset", "hangAfter"] as const)("%s: the start has happened, and is not called a failure", async (kind) => {
    bench = await createBench({ requestMs: 1_500 });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    bench.fake.faults.add({ kind, method: "POST", path: /start$/ });
    await bench.driver.start(bench.ref, bench.call());
    expect((await bench.vm())?.running).toBe(true);
    expect(bench.asked("POST", /start$/)).toHaveLength(1);
  });

  it("says that a VM was started, which was not: it is asked again, and in the end told", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    bench.fake.faults.add({ kind: "lie", method: "POST", path: /start$/ });
    await bench.driver.start(bench.ref, bench.call());
    expect((await bench.vm())?.running).toBe(true);
    bench.fake.faults.add({ kind: "lie", method: "POST", path: /stop$/, times: 50 });
    const error = await bench.failure(bench.driver.stop(bench.ref, forced, bench.call()));
    expect(error).toMatchObject({ failure: "unavailable" });
    expect(error.message).toContain("still running");
  });

  it("says that a VM was deleted, which was not", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    bench.fake.faults.add({ kind: "lie", method: "DELETE", path: /qemu\/\d+$/, times: 50 });
    expect((await bench.failure(bench.driver.destroy(bench.ref, bench.call()))).retryable).toBe(true);
    expect(await bench.vmids.find(bench.fake.origin, bench.ref)).not.toBeNull();
  });

  it("asks the VM when the node has lost the task", async () => {
    bench = await createBench({ pace: { power: 100 } });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    const starting = bench.driver.start(bench.ref, bench.call());
    while (bench.fake.tasks.active((await bench.vm())?.vmid ?? 0).length === 0) await new Promise((done) => setTimeout(done, 2));
    bench.fake.tasks.loseAll();
    await starting;
    expect((await bench.vm())?.running).toBe(true);
  });

  it("is believed about states only where it is asked directly: its overview is old", async () => {
    bench = await createBench({ pace: { stale: 60_000 } });
    await bench.running();
    await bench.driver.stop(bench.ref, forced, bench.call());
    await bench.driver.start(bench.ref, bench.call());
    expect(await bench.driver.inspect(bench.ref, bench.call())).toMatchObject({ power: "running" });
  });

  it("answers nonsense for a task's state, for a while", async () => {
    bench = await createBench();
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    for (const kind of ["html", "refuse595", "garbage"] as const) bench.fake.faults.add({ kind, method: "GET", path: /tasks\/.*\/status$/ });
    await bench.driver.start(bench.ref, bench.call());
    expect((await bench.vm())?.running).toBe(true);
  });

  it("takes a while for its lock file", async () => {
    bench = await createBench();
    const vm = await bench.running();
    vm.held = true;
    setTimeout(() => Object.assign(vm, { held: false }), 100);
    await bench.driver.stop(bench.ref, forced, bench.call());
    expect(vm.running).toBe(false);
  });
});

describe("high availability", () => {
  it("is waited for: its tasks only say that something was requested", async () => {
    bench = await createBench({ pace: { shutdown: 50 } });
    const vm = await bench.running();
    vm.ha = true;
    await bench.driver.stop(bench.ref, forced, bench.call());
    expect(vm.running).toBe(false);
    await bench.driver.start(bench.ref, bench.call());
    expect(vm.running).toBe(true);
    await bench.driver.migrate(bench.ref, bench.host("pve2"), { live: true, bandwidthMbps: null }, bench.call());
    expect(vm).toMatchObject({ running: true, node: "pve2" });
    await bench.driver.stop(bench.ref, { mode: "graceful", timeoutMs: 5_000 }, bench.call());
    expect(vm.running).toBe(false);
    expect(bench.fake.tasks.all.map(({ type }) => type)).toEqual(expect.arrayContaining(["hastop", "hastart", "hamigrate"]));
  });
});

describe("older versions", () => {
  it("7: stops during a shutdown by ending its task, and sends nothing that it does not know", async () => {
    bench = await createBench({ version: "7.4-16", pace: { shutdown: 10_000 } });
    const vm = await bench.running();
    const shutdown = bench.driver.stop(bench.ref, { mode: "graceful", timeoutMs: 9_000 }, bench.call()).catch(() => {});
    while (bench.fake.tasks.active(vm.vmid, ["qmshutdown"]).length === 0) await new Promise((done) => setTimeout(done, 2));
    await bench.connect().stop(bench.ref, forced, bench.call());
    await shutdown;
    expect(vm.running).toBe(false);
    expect(bench.asked("POST", /status\/stop$/)).toEqual([{}]);
  });

  it("7: has no task for a larger disk", async () => {
    bench = await createBench({ version: "7.4-16" });
    await bench.driver.create(bench.ref, bench.hardware, bench.call());
    await bench.driver.resize(bench.ref, { vcpu: 1, memoryMb: 512, storageGb: 5 }, bench.call());
    expect((await bench.vm())?.config.scsi0).toContain("size=5G");
  });

  it("8: the ticket is the console's password", async () => {
    bench = await createBench({ version: "8.4.1" });
    await bench.running();
    const { password, stream } = await bench.driver.openConsole(bench.ref, bench.call());
    expect(password).toMatch(/^PVEVNC:/);
    stream.on("error", () => {}).destroy();
  });
});
