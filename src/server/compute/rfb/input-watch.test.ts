import { describe, expect, it } from "vitest";
import { createInputWatch } from "./input-watch.ts";

const INIT = Buffer.of(1);
const KEY = Buffer.of(4, 1, 0, 0, 0, 0, 0, 0x61);
const POINTER = Buffer.of(5, 0, 0, 1, 0, 1);
const REQUEST = Buffer.of(3, 1, 0, 0, 0, 0, 2, 208, 1, 144);
const ENCODINGS = Buffer.of(2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5);
const FORMAT = Buffer.concat([Buffer.of(0, 0, 0, 0), Buffer.alloc(16, 4)]);
const cutText = (length: number, body: number): Buffer => {
  const message = Buffer.alloc(8 + body, 4);
  message.writeUInt8(6, 0);
  message.writeInt32BE(length, 4);
  return message;
};

describe("input by people in the bytes of an RFB client", () => {
  it("is keys, the pointer and the clipboard, not what the client asks by itself", () => {
    const isInput = createInputWatch();
    expect(isInput(Buffer.concat([INIT, FORMAT, ENCODINGS, REQUEST]))).toBe(false);
    for (const [message, expected] of [[KEY, true], [REQUEST, false], [POINTER, true], [ENCODINGS, false], [cutText(3, 3), true], [REQUEST, false], [cutText(-8, 8), true], [REQUEST, false]] as const) {
      expect(isInput(message)).toBe(expected);
    }
    expect(isInput(Buffer.concat([REQUEST, REQUEST, KEY]))).toBe(true);
  });

  it("is found however the bytes are cut", () => {
    const all = Buffer.concat([INIT, FORMAT, ENCODINGS, REQUEST, cutText(5, 5), REQUEST, KEY, REQUEST]);
    for (const size of [1, 2, 3, 7]) {
      const isInput = createInputWatch();
      let count = 0;
      for (let at = 0; at < all.length; at += size) if (isInput(all.subarray(at, at + size))) count += 1;
      expect(count).toBe(2);
    }
  });

  it("is everything after a message that nobody knows", () => {
    const isInput = createInputWatch();
    expect(isInput(INIT)).toBe(false);
    expect(isInput(Buffer.of(99))).toBe(true);
    expect(isInput(REQUEST)).toBe(true);
  });
});
