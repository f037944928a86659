/** Reads which messages a source file asks for. Used by the test that finds missing and unused ones. */
export interface Usage {
  /** whole keys, with their namespace */
  keys: Set<string>;
  /** beginnings of keys whose rest is known only at run time */
  prefixes: Set<string>;
}

/** A translator gets a name at a place in the source; from there on the name stands for its namespace. */
interface Binding {
  name: string;
  namespace: string;
  at: number;
}

const ASSIGNED = /(?:const|let)\s+(\w+)\s*=\s*(?:await\s+)?(?:useTranslations|getTranslations)\(\s*(?:["'`]([\w.]*)["'`])?\s*\)/g;
const PARALLEL = /const\s+\[([^=]+)\]\s*=\s*await\s+Promise\.all\(\[/g;
const PARAMETER = /(\w+)\s*:\s*ReturnType<typeof (?:useTranslations|getTranslations)<["']([\w.]+)["']>>/g;
const LITERAL = /(["'])((?:(?!\1)[^\\\n])*)\1|`([^`]*)`/g;

/** All `t("…")`, `t(a ? "…" : "…")` and `t(`…${x}`)` of the translators that the file makes or is handed by a typed parameter. */
export function messageUsage(source: string): Usage {
  const usage: Usage = { keys: new Set(), prefixes: new Set() };
  const bindings = bindingsOf(source);
  for (const name of new Set(bindings.map((binding) => binding.name))) {
    const own = bindings.filter((binding) => binding.name === name);
    for (const match of source.matchAll(new RegExp(`(?<![\\w.])${name}(?:\\.(?:rich|markup|raw|has))?\\(`, "g"))) {
      const nearest = own.findLast((binding) => binding.at < match.index) ?? own[0];
      const argument = splitArguments(source.slice(match.index + match[0].length))[0] ?? "";
      if (nearest) record(argument, nearest.namespace, usage);
    }
  }
  return usage;
}

function bindingsOf(source: string): Binding[] {
  const found: Binding[] = [];
  const add = (name: string | undefined, namespace: string, at: number) => {
    if (name) found.push({ name, namespace, at });
  };
  for (const match of source.matchAll(ASSIGNED)) add(match[1], match[2] ?? "", match.index);
  for (const match of source.matchAll(PARAMETER)) add(match[1], match[2] ?? "", match.index);
  for (const match of source.matchAll(PARALLEL)) {
    const names = splitArguments(match[1] ?? "");
    for (const [index, expression] of splitArguments(source.slice(match.index + match[0].length)).entries()) {
      const namespace = /^\s*getTranslations\(\s*["']([\w.]*)["']\s*\)/.exec(expression)?.[1];
      if (namespace !== undefined) add(names[index]?.trim(), namespace, match.index);
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

function record(argument: string, namespace: string, usage: Usage): void {
  const full = (key: string) => (namespace === "" ? key : `${namespace}.${key}`);
  for (const match of withoutConditions(argument).matchAll(LITERAL)) {
    const template = match[3];
    if (template?.includes("${")) usage.prefixes.add(full(template.slice(0, template.indexOf("${"))));
    else usage.keys.add(full(template ?? match[2] ?? ""));
  }
}

/** `a === "x" ? "b" : "c"` without what stands before the question mark, and without casts: literals there are no keys. */
function withoutConditions(argument: string): string {
  return argument.replace(/\bas\s+["'][^"']*["']/g, "").replace(/[^?:]*[^?:.]\?(?![.?])/g, "");
}

/** Splits at commas of the outermost level, up to the bracket that closes it. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  let quote = "";
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? "";
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (`"'\``.includes(char)) quote = char;
    else if ("([{".includes(char)) depth += 1;
    else if (")]}".includes(char)) {
      depth -= 1;
      if (depth < 0) return [...parts, text.slice(from, index)];
    } else if (char === "," && depth === 0) {
      parts.push(text.slice(from, index));
      from = index + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** The names that an ICU message has to be told, sorted; not the texts of its branches. */
export function placeholders(message: string): string[] {
  const names = new Set<string>();
  let index = 0;
  const text = () => {
    for (; index < message.length && message[index] !== "}"; index += 1) if (message[index] === "{") argument();
  };
  const argument = () => {
    const head = /^\{\s*(\w+)\s*(,[^{}]*)?/.exec(message.slice(index));
    index += head?.[0].length ?? 1;
    if (head?.[1]) names.add(head[1]);
    for (; index < message.length && message[index] !== "}"; index += 1) {
      if (message[index] !== "{") continue;
      index += 1;
      text();
    }
  };
  text();
  return [...names].sort();
}
