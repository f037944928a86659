/** More is a file, and belongs into one. */
export const MAX_PASTE = 4_000;

const RETURN = 0xff0d;
const TAB = 0xff09;
const SHIFT = 0xffe1;
const PAUSE_MS = 8;
/** Of a US keyboard: guests read key codes, and need the shift key to be held for these. */
const SHIFTED = /[A-Z~!@#$%^&*()_+{}|:"<>?]/;

export interface KeySender {
  sendKey(keysym: number, code: string | null, down?: boolean): void;
}

/** The X11 keysym of a character. */
export function keysymOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (character === "\n") return RETURN;
  if (character === "\t") return TAB;
  // Latin-1 is its own keysym; the rest of Unicode has a range of its own.
  return code < 0x100 ? code : 0x01000000 + code;
}

/** Types a text, key by key, no faster than a guest takes it. `signal` ends it. */
export async function typeText(sender: KeySender, text: string, signal: AbortSignal): Promise<void> {
  for (const character of text.replaceAll("\r\n", "\n").replaceAll("\r", "\n")) {
    if (signal.aborted) return;
    const shifted = SHIFTED.test(character);
    if (shifted) sender.sendKey(SHIFT, "ShiftLeft", true);
    sender.sendKey(keysymOf(character), null);
    if (shifted) sender.sendKey(SHIFT, "ShiftLeft", false);
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}
