/**
 * XML as libvirt prints and takes it: elements, attributes, text, comments. No DTD, no entities but the five of XML and characters by number: what a host
 * that lies could abuse is refused.
 */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  content: (XmlElement | string)[];
}

const MOST_DEPTH = 100;
const NAME = /[A-Za-z_][\w.:-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Reads one document, or several one after another. @throws SyntaxError for anything else */
export function parseXml(text: string): XmlElement[] {
  const roots: XmlElement[] = [];
  const open: XmlElement[] = [];
  let at = 0;
  const fail = (what: string): never => {
    throw new SyntaxError(`no valid XML: ${what} at ${at}`);
  };
  const skipTo = (end: string): string => {
    const found = text.indexOf(end, at);
    if (found < 0) fail(`no ${end}`);
    const body = text.slice(at, found);
    at = found + end.length;
    return body;
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const add = (node: XmlElement | string): void => {
    const parent = open.at(-1);
    if (parent) parent.content.push(node);
    else if (typeof node !== "string") roots.push(node);
    else if (node.trim() !== "") fail("text outside of an element");
  };

  while (at < text.length) {
    if (text[at] !== "<") {
      const end = text.indexOf("<", at);
      add(decode(text.slice(at, end < 0 ? text.length : end)));
      at = end < 0 ? text.length : end;
    } else if (text.startsWith("<!--", at)) {
      at += 4;
      skipTo("-->");
    } else if (text.startsWith("<![CDATA[", at)) {
      at += 9;
      add(skipTo("]]>"));
    } else if (text.startsWith("<?", at)) {
      skipTo("?>");
    } else if (text.startsWith("</", at)) {
      at += 2;
      const name = match(NAME)?.[0];
      if (skipTo(">").trim() !== "" || open.pop()?.name !== name) fail("an end without its beginning");
    } else {
      at += 1;
      const element: XmlElement = { name: match(NAME)?.[0] ?? fail("no name"), attributes: {}, content: [] };
      for (let found = match(ATTRIBUTE); found; found = match(ATTRIBUTE)) element.attributes[found[1] ?? ""] = decode(found[2] ?? found[3] ?? "");
      add(element);
      const end = match(/\s*(\/?)>/y) ?? fail("no end of a tag");
      if (end[1] === "") open.push(element);
      if (open.length > MOST_DEPTH) fail("too deep");
    }
  }
  if (open.length > 0) fail("an element without its end");
  return roots;
}

function decode(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w*);?/gi, (whole, name: string) => {
    const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : name.startsWith("#") ? Number(name.slice(1)) : null;
    if (code !== null && code <= 0x10ffff) return String.fromCodePoint(code);
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(";")) throw new SyntaxError(`no valid XML: the entity ${whole.slice(0, 20)}`);
    return character;
  });
}

/** Text that stands for itself in XML, between tags and between quotes. Characters that XML cannot have are left out. */
export function escapeXml(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "").replaceAll(/[<>&"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element to be written. Attributes without a value are left out. */
export function xml(name: string, attributes: Record<string, string | number | null | undefined> = {}, ...content: (XmlElement | string | null)[]): XmlElement {
  const kept = Object.entries(attributes).flatMap(([key, value]): [string, string][] => (value === null || value === undefined ? [] : [[key, String(value)]]));
  return { name, attributes: Object.fromEntries(kept), content: content.filter((node) => node !== null) };
}

export function writeXml(element: XmlElement): string {
  const attributes = Object.entries(element.attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join("");
  const content = element.content.map((node) => (typeof node === "string" ? escapeXml(node).replaceAll("&#10;", "\n") : writeXml(node))).join("");
  return `<${element.name}${attributes}>${content}</${element.name}>`;
}

/** The elements at a path below this one. */
export function all(element: XmlElement, ...path: string[]): XmlElement[] {
  return path.reduce<XmlElement[]>((found, name) => found.flatMap((each) => each.content.filter((node): node is XmlElement => typeof node !== "string" && node.name === name)), [element]);
}

export function first(element: XmlElement, ...path: string[]): XmlElement | undefined {
  return all(element, ...path)[0];
}

/** The text of the first element at a path, without space around it. */
export function textAt(element: XmlElement, ...path: string[]): string | undefined {
  return first(element, ...path)?.content.filter((node) => typeof node === "string").join("").trim();
}
