import { expect, it } from "vitest";
import { connectRfbClient } from "../../rfb/testing/rfb-client.ts";
import type { ContractBench } from "./contract-bench.ts";

const RETURN = 0xff0d;

/** Screens, where the driver supports them: the whole way to a picture, by RFB. */
export function describeConsole(bench: () => ContractBench): void {
  it("opens the screen of a running VM, shows a picture and takes keys", async ({ skip }) => {
    const { driver, ref, call, running } = bench();
    skip(!driver.supports.has("console"), "it does not support that");
    await running();
    const client = await connectRfbClient(await driver.openConsole(ref, call()));
    expect(client.width).toBeGreaterThan(0);
    expect(client.height).toBeGreaterThan(0);
    await client.update({ incremental: false });
    client.key(RETURN);
    await client.update({ incremental: false });
    client.close();
  });

  it("opens it for two at once, and again after one has left", async ({ skip }) => {
    const { driver, stranger, ref, call, running } = bench();
    skip(!driver.supports.has("console"), "it does not support that");
    await running();
    const first = await connectRfbClient(await driver.openConsole(ref, call()));
    const second = await connectRfbClient(await stranger().openConsole(ref, call()));
    await second.update({ incremental: false });
    second.close();
    await first.update({ incremental: false });
    first.close();
    const third = await connectRfbClient(await driver.openConsole(ref, call()));
    await third.update({ incremental: false });
    third.close();
  });

  it("refuses the screen of a stopped VM, and ends with the power", async ({ skip }) => {
    const { driver, ref, call, create, failure } = bench();
    skip(!driver.supports.has("console"), "it does not support that");
    await create();
    expect(await failure(driver.openConsole(ref, call()))).toBe("refused");
    await driver.start(ref, call());
    const { stream } = await driver.openConsole(ref, call());
    const closed = new Promise<void>((resolve) => stream.once("close", () => resolve()).on("error", () => {}).resume());
    await driver.stop(ref, { mode: "forced" }, call());
    await closed;
  });
}
