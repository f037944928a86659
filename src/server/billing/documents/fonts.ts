import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Fonts of documents: Geist, the web app's own, and Nanum Gothic for what it lacks, all of Hangul first. Both under the SIL Open Font License. */
const require = createRequire(import.meta.url);
const NANUM = dirname(require.resolve("@expo-google-fonts/nanum-gothic/package.json"));
const GEIST = join(dirname(require.resolve("geist/font/sans")), "fonts/geist-sans");

export const FONTS = {
  latin: join(GEIST, "Geist-Regular.ttf"),
  latinBold: join(GEIST, "Geist-SemiBold.ttf"),
  korean: join(NANUM, "400Regular/NanumGothic_400Regular.ttf"),
  koreanBold: join(NANUM, "700Bold/NanumGothic_700Bold.ttf"),
} as const;
export type FontName = keyof typeof FONTS;

const bytes = new Map<FontName, Buffer>();

/** A font's file, read once. */
export function fontBytes(name: FontName): Buffer {
  const kept = bytes.get(name) ?? readFileSync(FONTS[name]);
  bytes.set(name, kept);
  return kept;
}

/** What Geist has no glyphs for and Nanum Gothic may have: the scripts of East Asia, their punctuation and forms, and the sign of the won. */
const KOREAN = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF₩]/u;

/** Cuts a text into stretches of one font. */
export function fontRuns(text: string, bold: boolean): { font: FontName; text: string }[] {
  const runs: { font: FontName; text: string }[] = [];
  for (const character of text) {
    const korean = KOREAN.test(character);
    const font = korean ? (bold ? "koreanBold" : "korean") : bold ? "latinBold" : "latin";
    const last = runs.at(-1);
    if (last?.font === font) last.text += character;
    else runs.push({ font, text: character });
  }
  return runs;
}
