import { expect, it } from "vitest";
import type { SerialOutput } from "../driver.ts";
import type { ContractBench } from "./contract-bench.ts";

const PLENTY = 1024 * 1024;
const LITTLE = 16;

/** What guests write to their serial port, where the driver supports it: the test's guest writes there while it boots. */
export function describeSerial(bench: () => ContractBench): void {
  const read = ({ stranger, ref, call }: ContractBench, offset: number, limit = PLENTY): Promise<SerialOutput> => stranger().readSerial(ref, offset, limit, call());
  /** The VM has run, and is off: what it wrote changes no more. */
  const written = async (here: ContractBench): Promise<SerialOutput> => {
    await here.running();
    await here.eventually(async () => (await read(here, 0)).bytes.length > 2 * LITTLE);
    await here.driver.stop(here.ref, { mode: "forced" }, here.call());
    return read(here, 0);
  };

  it("gives what the guest wrote, from an offset on, and its newest part when that is more than asked for", async ({ skip }) => {
    const here = bench();
    skip(!here.driver.supports.has("serial-log"), "it does not support that");
    const all = await written(here);
    expect(all).toMatchObject({ next: all.bytes.length, skipped: false });
    expect(await read(here, 10)).toEqual({ bytes: all.bytes.subarray(10), next: all.next, skipped: false });
    expect(await read(here, all.next)).toEqual({ bytes: Buffer.alloc(0), next: all.next, skipped: false });
    expect(await read(here, 0, LITTLE)).toEqual({ bytes: all.bytes.subarray(-LITTLE), next: all.next, skipped: true });
    expect(await read(here, all.next - LITTLE, LITTLE)).toEqual({ bytes: all.bytes.subarray(-LITTLE), next: all.next, skipped: false });
  });

  it("begins anew when the offset is beyond the end", async ({ skip }) => {
    const here = bench();
    skip(!here.driver.supports.has("serial-log"), "it does not support that");
    const all = await written(here);
    expect(await read(here, all.next + 1_000)).toMatchObject({ bytes: all.bytes, next: all.next });
  });

  it("goes on where it was when the VM is started again", async ({ skip }) => {
    const here = bench();
    skip(!here.driver.supports.has("serial-log"), "it does not support that");
    const all = await written(here);
    await here.driver.start(here.ref, here.call());
    const more = await here.eventually(async () => {
      const output = await read(here, all.next);
      return output.bytes.length > 0 && output;
    });
    expect(more).toMatchObject({ next: all.next + more.bytes.length, skipped: false });
  });

  it("has nothing of a VM that never ran, and begins anew with another of its name", async ({ skip }) => {
    const here = bench();
    skip(!here.driver.supports.has("serial-log"), "it does not support that");
    await written(here);
    await here.driver.destroy(here.ref, here.call());
    expect(await here.failure(read(here, 0))).toBe("not_found");
    await here.create();
    expect(await read(here, 0)).toEqual({ bytes: Buffer.alloc(0), next: 0, skipped: false });
  });
}
