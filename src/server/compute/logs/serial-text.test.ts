import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fromFirstCharacter, serialLines } from "./serial-text.ts";

const lines = (text: string | Buffer, flush = false) => serialLines(Buffer.from(text as string), flush).lines;

describe("lines of serial output", () => {
  it("are what a terminal shows, without its colours", () => {
    expect(lines("[  \u001b[0;32mOK\u001b[0m  ] Started ssh.\r\n\r\n\u001b]0;title\u0007\u001b(B\u001b=# ls\r\r\n")).toEqual(["[  OK  ] Started ssh.", "# ls"]);
    expect(lines("10 %\r55 %\r100 %\r\na\tbc\td\n  indented \u0000\u0008\u001b[2Khere\n\u001b[2J\n")).toEqual(["100 %", "a       bc      d", "  indented here"]);
    expect(lines("a title without an end \u001b]0;lost\nnext\n")).toEqual(["a title without an end", "next"]);
  });

  it("wait for their end, for so long as nobody says that it is enough, or they grow too long", () => {
    expect(serialLines(Buffer.from("one\ntwo: "), false)).toEqual({ lines: ["one"], consumed: 4, open: true });
    expect(serialLines(Buffer.from("one\ntwo: "), true)).toEqual({ lines: ["one", "two:"], consumed: 9, open: false });
    expect(serialLines(Buffer.from("x".repeat(5_000)), false)).toEqual({ lines: ["x".repeat(5_000)], consumed: 5_000, open: false });
    expect(serialLines(Buffer.alloc(0), true)).toEqual({ lines: [], consumed: 0, open: false });
  });

  it("are a thousand at a time", () => {
    const many = Buffer.from("n\n".repeat(1_500));
    const first = serialLines(many, false);
    expect([first.lines.length, first.consumed, first.open]).toEqual([1_000, 2_000, false]);
    expect(serialLines(many.subarray(first.consumed), false).lines).toHaveLength(500);
  });

  it("never tear a character, wherever readings end", () => {
    const text = "준비 완료 ✓\n가나다 🙂 prompt> \nthe end 끝\n".repeat(20);
    const bytes = Buffer.from(text);
    for (let step = 1; step < 40; step += 1) {
      const told: string[] = [];
      let offset = 0;
      for (let known = step; known < bytes.length + step; known += step) {
        const read = serialLines(bytes.subarray(offset, known), false);
        told.push(...read.lines);
        offset += read.consumed;
      }
      expect(told.join("\n")).toBe(text.trimEnd().replaceAll(" \n", "\n"));
    }
    const half = Buffer.from("login 끝").subarray(0, -1);
    expect(serialLines(half, true)).toEqual({ lines: ["login"], consumed: 6, open: true });
    expect(fromFirstCharacter(Buffer.from("끝!").subarray(1)).toString()).toBe("!");
  });

  it("bear anything", () => {
    for (let n = 0; n < 200; n += 1) {
      const bytes = randomBytes(2_000);
      const { lines: told, consumed } = serialLines(bytes, true);
      expect(consumed).toBeGreaterThan(bytes.length - 4);
      for (const line of told) expect(/[\p{Cc}\p{Cs}\p{Zl}]/u.test(line)).toBe(false);
    }
    expect(lines(Buffer.from([0xff, 0xfe, 0x41, 0x80, 0x0a]))).toEqual(["��A�"]);
  });
});
