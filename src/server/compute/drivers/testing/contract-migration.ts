import { expect, it } from "vitest";
import type { ContractBench } from "./contract-bench.ts";
import type { TestHost } from "./hypervisor.ts";

/** Migration, where the driver supports it and there are two hosts to try it on. */
export function describeMigration(bench: () => ContractBench): void {
  const target = ({ driver, hypervisor }: ContractBench, skip: (when: boolean, note: string) => void): TestHost => {
    const [, second] = hypervisor.hosts;
    skip(!driver.supports.has("migration") || !second, "it does not support that, or there is one host alone");
    // `skip` has left the test already.
    if (!second) throw new Error("one host alone");
    return second;
  };
  const stopped = { live: false, bandwidthMbps: null };
  const live = { live: true, bandwidthMbps: null };
  /** The VM's power on either host; null: not there. */
  const places = async ({ hypervisor, ref, call }: ContractBench): Promise<(string | null)[]> =>
    Promise.all(hypervisor.hosts.slice(0, 2).map(async ({ connect }) => (await connect().inspect(ref, call()))?.power ?? null));

  it("moves a stopped VM, once however often it is asked", async ({ skip }) => {
    const here = bench();
    const { driver, stranger, ref, call, create, hypervisor } = here;
    const second = target(here, skip);
    await create();
    await driver.migrate(ref, second.host, stopped, call("m1"));
    await stranger().migrate(ref, second.host, stopped, call("m1"));
    expect(await places(here)).toEqual([null, "stopped"]);
    expect(await second.connect().inspect(ref, call())).toMatchObject({ vcpu: hypervisor.hardware.vcpu, memoryMb: hypervisor.hardware.memoryMb, busy: null });
    await second.connect().start(ref, call());
    expect(await places(here)).toEqual([null, "running"]);
  });

  it("moves a running VM alive", async ({ skip }) => {
    const here = bench();
    const { driver, ref, call, running } = here;
    const second = target(here, skip);
    await running();
    await driver.migrate(ref, second.host, live, call("m1"));
    expect(await places(here)).toEqual([null, "running"]);
    await second.connect().stop(ref, { mode: "forced" }, call());
    expect(await places(here)).toEqual([null, "stopped"]);
  });

  it("moves a VM back again, and it can be destroyed there", async ({ skip }) => {
    const here = bench();
    const { driver, ref, call, running, hypervisor } = here;
    const second = target(here, skip);
    await running();
    await driver.migrate(ref, second.host, live, call("m1"));
    await second.connect().migrate(ref, hypervisor.hosts[0].host, live, call("m2"));
    expect(await places(here)).toEqual(["running", null]);
    await driver.destroy(ref, call());
    expect(await places(here)).toEqual([null, null]);
  });

  it("finishes a migration that was abandoned half-way when asked again", async ({ skip }) => {
    const here = bench();
    const { driver, stranger, ref, call, create, eventually } = here;
    const second = target(here, skip);
    await create();
    const abort = new AbortController();
    const begun = driver.migrate(ref, second.host, stopped, call("m1", abort.signal)).catch(() => {});
    await eventually(async () => {
      const seen = await driver.inspect(ref, call());
      return seen === null || seen.busy !== null;
    });
    abort.abort(new Error("killed"));
    await begun;
    await stranger().migrate(ref, second.host, stopped, call("m1"));
    expect(await places(here)).toEqual([null, "stopped"]);
  });

  it("says not_found for a VM that is on neither host", async ({ skip }) => {
    const here = bench();
    const second = target(here, skip);
    expect(await here.failure(here.driver.migrate(here.ref, second.host, stopped, here.call()))).toBe("not_found");
  });
}
