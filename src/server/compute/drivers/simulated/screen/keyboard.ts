/** What a key means in a text console. */
export type Key = { character: string } | "enter" | "backspace" | "up" | "down" | "interrupt" | "end" | "redraw" | "erase" | "attention";

const CONTROL = new Set([0xffe3, 0xffe4]);
const ALT = new Set([0xffe9, 0xffea]);
const NAMED = new Map<number, Key>([
  [0xff0d, "enter"],
  [0xff8d, "enter"],
  [0xff08, "backspace"],
  [0xff52, "up"],
  [0xff54, "down"],
]);
const DELETE = 0xffff;
const WITH_CONTROL: Record<string, Key> = { c: "interrupt", d: "end", l: "redraw", u: "erase", m: "enter", h: "backspace" };

/** Follows which modifiers are held, by X11 keysyms. @returns what a key that goes down means; null: nothing */
export function createKeyboard(): (keysym: number, down: boolean) => Key | null {
  const held = new Set<number>();
  return (keysym, down) => {
    if (CONTROL.has(keysym) || ALT.has(keysym)) {
      if (down) held.add(keysym);
      else held.delete(keysym);
      return null;
    }
    if (!down) return null;
    const control = [...held].some((key) => CONTROL.has(key));
    const alt = [...held].some((key) => ALT.has(key));
    if (control && alt && keysym === DELETE) return "attention";
    // The digits of the number pad are 0xffb0 to 0xffb9.
    const code = keysym >= 0xffb0 && keysym <= 0xffb9 ? keysym - 0xff80 : keysym;
    const character = code >= 0x20 && code <= 0x7e ? String.fromCodePoint(code) : null;
    if (control && character !== null) return WITH_CONTROL[character.toLowerCase()] ?? null;
    return character === null ? (NAMED.get(keysym) ?? null) : { character };
  };
}
