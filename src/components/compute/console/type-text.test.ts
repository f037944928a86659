import { expect, it } from "vitest";
import { type KeySender, typeText } from "./type-text.ts";

function recorder(): { keys: string[]; sender: KeySender } {
  const keys: string[] = [];
  return { keys, sender: { sendKey: (keysym, _code, down) => void keys.push(`${keysym.toString(16)}${down === undefined ? "" : down ? " down" : " up"}`) } };
}

it("types characters as keys, with shift where a US keyboard needs it", async () => {
  const { keys, sender } = recorder();
  await typeText(sender, "a-A\r\n\té가", AbortSignal.timeout(5_000));
  expect(keys).toEqual(["61", "2d", "ffe1 down", "41", "ffe1 up", "ff0d", "ff09", "e9", "100ac00"]);
});

it("stops when told to", async () => {
  const { keys, sender } = recorder();
  const abort = new AbortController();
  await typeText({ sendKey: (...key) => (abort.abort(), sender.sendKey(...key)) }, "abc", abort.signal);
  expect(keys).toEqual(["61"]);
});
