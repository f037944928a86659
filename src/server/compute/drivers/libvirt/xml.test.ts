import { fc } from "#server/testing/properties.ts";
import { describe, expect, it } from "vitest";
import { all, first, parseXml, textAt, writeXml, xml, type XmlElement } from "./xml.ts";

describe("XML", () => {
  it("reads what libvirt prints", () => {
    const [domain] = parseXml(`<?xml version="1.0"?>
      <!-- a comment with <tags> -->
      <domain type='kvm' id="3">
        <name>a &amp; b &#xD55C;</name>
        <devices><disk device='disk'/><disk device='cdrom'><source file='/x "y"'/></disk></devices>
        <description><![CDATA[<not a tag>]]></description>
      </domain>`);
    if (!domain) throw new Error("nothing was read");
    expect(domain.attributes).toEqual({ type: "kvm", id: "3" });
    expect(textAt(domain, "name")).toBe("a & b 한");
    expect(all(domain, "devices", "disk").map((disk) => disk.attributes["device"])).toEqual(["disk", "cdrom"]);
    expect(first(domain, "devices", "disk", "source")?.attributes["file"]).toBe('/x "y"');
    expect(textAt(domain, "description")).toBe("<not a tag>");
    expect(textAt(domain, "title")).toBeUndefined();
  });

  it("reads several documents one after another", () => {
    expect(parseXml("<a/>\n<b>1</b>\n\n").map((root) => root.name)).toEqual(["a", "b"]);
  });

  it.each([
    "<a>",
    "<a></b>",
    "</a>",
    "text",
    "<a b=c/>",
    "<a b='<'/>",
    "<a",
    "<a>&nbsp;</a>",
    "<a>& b</a>",
    "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    "<html><br></html>",
    "<a><!-- </a>",
    `${"<a>".repeat(200)}${"</a>".repeat(200)}`,
    "<a>&#x110000;</a>",
  ])("refuses %s", (text) => {
    expect(() => parseXml(text)).toThrow(SyntaxError);
  });

  it("writes what it reads, whatever the texts are", () => {
    const text = fc.string({ unit: "binary" }).filter((value) => !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\uD800-\uDFFF]/u.test(value)); // eslint-disable-line no-control-regex -- what XML cannot have
    const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
      tree: fc
        .record({ name: fc.stringMatching(/^[a-z][a-z:_-]{0,5}$/), attributes: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), text, { maxKeys: 3 }), content: fc.array(fc.oneof({ maxDepth: 3 }, text.filter((value) => value !== ""), tie("tree")), { maxLength: 3 }) })
        .map((element) => xml(element.name, element.attributes, ...joined(element.content))),
    }));
    fc.assert(fc.property(tree, (element) => {
      expect(parseXml(writeXml(element))).toEqual([element]);
    }));
  });
});

/** Texts side by side are one text when they are read. */
function joined(content: readonly (XmlElement | string)[]): (XmlElement | string)[] {
  const done: (XmlElement | string)[] = [];
  for (const node of content) {
    const last = done.at(-1);
    if (typeof node === "string" && typeof last === "string") done[done.length - 1] = last + node;
    else done.push(node);
  }
  return done;
}
