import type { Duplex, Readable, Writable } from "node:stream";

/** Proxies in between take frames of this size. */
export const MAX_FRAME_BYTES = 64 * 1024;

/**
 * Passes bytes both ways, no faster than each side reads; large chunks are cut. `onInput` sees what comes from the browser.
 * @returns which side ended first
 */
export function relay(browser: Duplex, screen: Duplex, onInput: (chunk: Buffer) => void): Promise<"browser" | "screen"> {
  return new Promise((resolve) => {
    pump(browser, screen, onInput);
    pump(screen, browser, () => {});
    for (const name of ["end", "close", "error"] as const) {
      browser.once(name, () => resolve("browser"));
      screen.once(name, () => resolve("screen"));
    }
  });
}

function pump(from: Readable, to: Writable, seen: (chunk: Buffer) => void): void {
  from.on("data", (chunk: Buffer) => {
    seen(chunk);
    let room = true;
    for (let at = 0; at < chunk.length; at += MAX_FRAME_BYTES) {
      if (!to.writable) return;
      room = to.write(chunk.subarray(at, at + MAX_FRAME_BYTES));
    }
    if (!room) from.pause();
  });
  to.on("drain", () => from.resume());
  from.resume();
}
