import { inflateSync } from "node:zlib";

/**
 * What a reader copies out of a PDF, by the tables of its embedded fonts (ISO 32000-1, 9.10.3), one line for each stretch of text. It reads the files of our
 * own writer: each object in the open, streams deflated, texts as hexadecimal glyphs.
 */
export function readPdf(pdf: Uint8Array): { text: string; pages: number; fonts: string[] } {
  const source = Buffer.from(pdf).toString("latin1");
  const objects = new Map([...source.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id = "", body = ""]) => [id, body]));
  const tables = new Map<string, string[]>();
  for (const body of objects.values()) {
    for (const [, name = "", id = ""] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const unicode = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? "")?.[1];
      if (unicode !== undefined) tables.set(name, charactersOf(streamOf(objects.get(unicode) ?? "")));
    }
  }
  const contents = [...objects.values()].flatMap((body) => (/\/Type \/Page\b/.test(body) ? [/\/Contents (\d+) 0 R/.exec(body)?.[1] ?? ""] : []));
  const text = contents.flatMap((id) => stretchesOf(streamOf(objects.get(id) ?? ""), tables)).join("\n");
  return { text, pages: contents.length, fonts: [...new Set([...source.matchAll(/\/BaseFont \/[A-Z]+\+([\w-]+)/g)].map(([, name = ""]) => name))].sort() };
}

function streamOf(body: string): string {
  const [, raw = ""] = /stream\r?\n([\s\S]*)\r?\nendstream/.exec(body) ?? [];
  return /FlateDecode/.test(body) ? inflateSync(Buffer.from(raw, "latin1")).toString("latin1") : raw;
}

function charactersOf(cmap: string): string[] {
  return [...cmap.matchAll(/\[([^\]]*)\]/g)].flatMap(([, list = ""]) => [...list.matchAll(/<([\da-f ]+)>/gi)].map(([, hex = ""]) => Buffer.from(hex.replaceAll(" ", ""), "hex").swap16().toString("utf16le")));
}

function stretchesOf(content: string, tables: ReadonlyMap<string, string[]>): string[] {
  return [...content.matchAll(/\/(F\d+) [\d.]+ Tf\s+\[([^\]]*)\] TJ/g)].map(([, font = "", glyphs = ""]) =>
    [...glyphs.matchAll(/<([\da-f]+)>/gi)].flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? []).map((glyph) => tables.get(font)?.[Number.parseInt(glyph, 16)] ?? "?").join(""),
  );
}
