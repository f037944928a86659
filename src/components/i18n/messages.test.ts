import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AREAS, LOCALES, type Locale, negotiateLocale } from "./locales.ts";
import { messageUsage, placeholders } from "./message-usage.ts";

const ROOT = join(import.meta.dirname, "../../..");

function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, child]) => flatten(child, `${path}.${key}`));
}

function messagesOf(locale: Locale): Map<string, string> {
  return new Map(AREAS.flatMap((area) => flatten(JSON.parse(readFileSync(join(import.meta.dirname, "messages", locale, `${area}.json`), "utf8")), area)));
}

function sources(): string[] {
  return ["src/app", "src/components"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|message-usage/.test(file))
      .map((file) => readFileSync(join(ROOT, folder, file), "utf8")),
  );
}

const english = messagesOf("en");
const usages = sources().map(messageUsage);
const used = new Set(usages.flatMap((usage) => [...usage.keys]));
const prefixes = [...new Set(usages.flatMap((usage) => [...usage.prefixes]))];

describe("messages", () => {
  test.each(LOCALES.filter((locale) => locale !== "en"))("%s has exactly the keys of English", (locale) => {
    expect([...messagesOf(locale).keys()].sort()).toEqual([...english.keys()].sort());
  });

  test.each(LOCALES.filter((locale) => locale !== "en"))("%s is told the same things as English, and says something", (locale) => {
    const other = messagesOf(locale);
    const unlike = [...english].filter(([key, text]) => placeholders(text).join() !== placeholders(other.get(key) ?? "").join() || other.get(key)?.trim() === "");
    expect(unlike.map(([key]) => key)).toEqual([]);
  });

  test("each one that the code asks for exists", () => {
    expect([...used].filter((key) => !english.has(key))).toEqual([]);
    expect(prefixes.filter((prefix) => ![...english.keys()].some((key) => key.startsWith(prefix)))).toEqual([]);
  });

  test("each one is asked for somewhere", () => {
    expect([...english.keys()].filter((key) => !used.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))).toEqual([]);
  });
});

describe("messageUsage", () => {
  const read = (source: string) => {
    const { keys, prefixes: begun } = messageUsage(source);
    return { keys: [...keys].sort(), prefixes: [...begun] };
  };
  test("reads plain keys, choices, templates and rich text", () => {
    const source = 'const t = useTranslations("vm");\nt("a.b"); t(mode === "x" ? "yes" : "no", { c: "not" }); t(`kind.${k}`); t.rich("rich", {}); other("nope");';
    expect(read(source)).toEqual({ keys: ["vm.a.b", "vm.no", "vm.rich", "vm.yes"], prefixes: ["vm.kind."] });
  });
  test("reads translators from Promise.all and from parameters", () => {
    const source = 'const [a, t] = await Promise.all([f(1, 2), getTranslations("auth.signIn")]);\nt("title");\nfunction g(e: ReturnType<typeof useTranslations<"errors">>) { e("code") }';
    expect(read(source).keys).toEqual(["auth.signIn.title", "errors.code"]);
  });
  test("a name stands for what it was last given", () => {
    expect(read('function A() { const t = useTranslations("a"); t("x") } function B() { const t = useTranslations("b"); t("y") }').keys).toEqual(["a.x", "b.y"]);
  });
  test("a cast is no key", () => {
    expect(read('const t = useTranslations("s");\nt(`r.${x as "customer"}`)')).toEqual({ keys: [], prefixes: ["s.r."] });
  });
});

describe("placeholders", () => {
  test.each([
    ["nothing", []],
    ["{a} and {b}", ["a", "b"]],
    ["{count, plural, one {VM} other {# VMs of {name}}} {last}", ["count", "last", "name"]],
    ["{when, date, short}", ["when"]],
    ["<b>{x}</b>", ["x"]],
  ])("of %j are %j", (message, expected) => expect(placeholders(message)).toEqual(expected));
});

describe("negotiateLocale", () => {
  test.each([
    [null, "en"],
    ["ko-KR,ko;q=0.9,en;q=0.8", "ko"],
    ["fr, ko;q=0.5, en;q=0.7", "en"],
    ["ko;q=0, de", "en"],
    ["*", "en"],
  ])("%j is %s", (header, locale) => expect(negotiateLocale(header)).toBe(locale));
});
