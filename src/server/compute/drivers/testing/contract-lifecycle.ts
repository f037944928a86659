import { expect, it } from "vitest";
import type { ContractBench } from "./contract-bench.ts";

/** What every driver does: the host, and a VM from its creation to its end. */
export function describeLifecycle(bench: () => ContractBench): void {
  it("says what the host has", async () => {
    const { driver, call } = bench();
    const probe = await driver.probe(call());
    expect(probe.version).not.toBe("");
    for (const amount of [probe.vcpu, probe.memoryMb, probe.storageGb]) expect(amount).toBeGreaterThan(0);
    expect(probe.memoryFreeMb).toBeLessThanOrEqual(probe.memoryMb);
    expect(probe.storageFreeGb).toBeLessThanOrEqual(probe.storageGb);
    const storages = probe.storages ?? [];
    expect(storages.filter(({ isDefault }) => isDefault).map(({ totalGb }) => totalGb)).toEqual(storages.length === 0 ? [] : [probe.storageGb]);
    expect(new Set(storages.map(({ name }) => name)).size).toBe(storages.length);
    for (const { totalGb, freeGb } of storages) expect([freeGb >= 0, freeGb <= totalGb]).toEqual([true, true]);
    for (const free of [probe.memoryFreeMb, probe.storageFreeGb]) expect(free).toBeGreaterThanOrEqual(0);
    expect(probe.cpuPercent ?? 0).toBeLessThanOrEqual(100);
    expect(probe.warnings).toEqual(expect.any(Array));
  });

  it("creates a stopped VM, once however often it is asked", async () => {
    const { driver, stranger, ref, call, hypervisor } = bench();
    expect(await driver.inspect(ref, call())).toBeNull();
    await driver.create(ref, hypervisor.hardware, call());
    await stranger().create(ref, hypervisor.hardware, call());
    const { vcpu, memoryMb } = hypervisor.hardware;
    const listed = (await driver.list(call())).filter((vm) => vm.ref === ref);
    expect(listed).toEqual([expect.objectContaining({ ref, power: "stopped", busy: null, privateIp: null, vcpu, memoryMb })]);
    expect([hypervisor.hardware.storageGb, null]).toContain(listed[0]?.storageGb);
    expect(listed[0]?.name).not.toBe("");
  });

  it("joins a creation under way in another process", async () => {
    const { driver, stranger, ref, call, hypervisor } = bench();
    await Promise.all([driver.create(ref, hypervisor.hardware, call()), stranger().create(ref, hypervisor.hardware, call())]);
    expect((await driver.list(call())).filter((vm) => vm.ref === ref)).toHaveLength(1);
  });

  it("refuses a second VM of the same name with another size", async () => {
    const { driver, ref, call, hypervisor, create, failure } = bench();
    await create();
    expect(await failure(driver.create(ref, { ...hypervisor.hardware, ...hypervisor.larger }, call()))).toBe("refused");
  });

  it("finishes a creation that was abandoned half-way when asked again", async () => {
    const { driver, stranger, ref, call, hypervisor, eventually } = bench();
    const abort = new AbortController();
    const begun = driver.create(ref, hypervisor.hardware, call("k1", abort.signal)).catch(() => {});
    await eventually(() => driver.inspect(ref, call()));
    abort.abort(new Error("killed"));
    await begun;
    await stranger().create(ref, hypervisor.hardware, call());
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "stopped", busy: null });
    await stranger().start(ref, call());
    expect(await driver.inspect(ref, call())).toMatchObject({ power: "running" });
  });

  it("destroys a VM whose creation is under way", async () => {
    const { driver, stranger, ref, call, hypervisor, eventually } = bench();
    const abort = new AbortController();
    const begun = driver.create(ref, hypervisor.hardware, call("k1", abort.signal)).catch(() => {});
    await eventually(() => driver.inspect(ref, call()));
    abort.abort(new Error("killed"));
    await begun;
    await stranger().destroy(ref, call());
    expect((await driver.list(call())).map((vm) => vm.ref)).not.toContain(ref);
  });

  it("refuses what does not fit", async () => {
    const { driver, ref, call, hypervisor, failure } = bench();
    expect(await failure(driver.create(ref, { ...hypervisor.hardware, ...hypervisor.tooLarge }, call()))).toBe("refused");
    expect((await driver.list(call())).map((vm) => vm.ref)).not.toContain(ref);
  });

  it("destroys a running VM, and one that is not there", async () => {
    const { driver, stranger, ref, call, running, observe } = bench();
    await running();
    await driver.destroy(ref, call());
    await stranger().destroy(ref, call());
    expect(await observe()).toBeNull();
  });

  it("says not_found for a VM that is not there", async () => {
    const { driver, ref, guest, call, failure } = bench();
    expect(await failure(driver.start(ref, call()))).toBe("not_found");
    expect(await failure(driver.stop(ref, { mode: "forced" }, call()))).toBe("not_found");
    expect(await failure(driver.configure(ref, guest, call()))).toBe("not_found");
    expect(await failure(driver.reset(ref, call()))).toBe("not_found");
  });

  it("lists VMs of others, and removes them when told to", async () => {
    const { driver, call, hypervisor } = bench();
    const foreign = await hypervisor.makeForeign();
    expect((await driver.list(call())).find((vm) => vm.ref === foreign)).toMatchObject({ ref: foreign, name: expect.any(String), power: expect.any(String) });
    expect(await driver.inspect(foreign, call())).toMatchObject({ ref: foreign });
    await driver.destroy(foreign, call());
    expect((await driver.list(call())).map((vm) => vm.ref)).not.toContain(foreign);
  });

  it("measures the running ones alone", async () => {
    const { driver, ref, call, another, create, running, hypervisor } = bench();
    await running();
    const other = another();
    await create(other);
    const usage = await driver.usage([ref, other], call());
    expect(usage.map((row) => row.ref)).toEqual([ref]);
    expect(usage[0]?.cpuPercent).toBeGreaterThanOrEqual(0);
    expect(usage[0]?.cpuPercent).toBeLessThanOrEqual(100);
    expect(usage[0]?.memoryUsedMb).toBeLessThanOrEqual(hypervisor.hardware.memoryMb);
  });
}
