import { duplexPair } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { MAX_FRAME_BYTES, relay } from "./relay.ts";

describe("the relay of a console", () => {
  it("passes bytes both ways, shows what comes from the browser, and cuts large chunks", async () => {
    const [browser, browserEnd] = duplexPair();
    const [screen, screenEnd] = duplexPair();
    const seen: number[] = [];
    const over = relay(browser, screen, (chunk) => void seen.push(chunk.length));
    browserEnd.write("keys");
    expect(String(await new Promise((resolve) => screenEnd.once("data", resolve)))).toBe("keys");
    expect(seen).toEqual([4]);
    const sizes: number[] = [];
    browserEnd.on("data", (chunk: Buffer) => void sizes.push(chunk.length));
    screenEnd.write(Buffer.alloc(300_000));
    await expect.poll(() => sizes.reduce((sum, size) => sum + size, 0)).toBe(300_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    screenEnd.end();
    expect(await over).toBe("screen");
  });

  it("takes no more from a screen than the browser reads", async () => {
    const [browser] = duplexPair();
    const [screen, screenEnd] = duplexPair();
    void relay(browser, screen, () => {});
    let written = 0;
    let waiting = 0;
    for (let n = 0; n < 100 && waiting < 20; n += 1) {
      const room = await new Promise<boolean>((resolve) => {
        screenEnd.write(Buffer.alloc(64 * 1024), () => resolve(true));
        void sleep(50).then(() => resolve(false));
      });
      if (!room) break;
      written += 64 * 1024;
      waiting += 1;
    }
    expect(written).toBeLessThan(20 * 64 * 1024);
  });

  it("says which side has left", async () => {
    const [browser, browserEnd] = duplexPair();
    const [screen] = duplexPair();
    const over = relay(browser, screen, () => {});
    browserEnd.end();
    expect(await over).toBe("browser");
  });
});
