import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { connectRfbClient, type RfbClient } from "../../../rfb/testing/rfb-client.ts";
import { sha512Crypt } from "../../../sha512-crypt.ts";
import { type Driver, hypervisorRef } from "../../driver.ts";
import type { TestHypervisor } from "../../testing/hypervisor.ts";
import { startSimulatedHypervisor } from "../testing/hypervisor.ts";
import { encodeHextile, encodeRaw } from "./encodings.ts";
import { OWN_FORMAT, paletteIn, readPixelFormat, writePixelFormat } from "./pixel-format.ts";
import { screenText } from "./testing/screen-text.ts";
import { createTextScreen, type TextScreen } from "./text-screen.ts";

const PASSWORD = "correct horse";
const CONTROL = 0xffe3;
const call = { key: "k", signal: AbortSignal.timeout(60_000) };

describe("the screen of a simulated machine", () => {
  let hypervisor: TestHypervisor;
  let driver: Driver;
  let ref: string;
  let client: RfbClient;
  beforeEach(async () => {
    hypervisor = await startSimulatedHypervisor();
    driver = hypervisor.hosts[0].connect();
    ref = hypervisorRef(newId("vm"));
    await driver.create(ref, hypervisor.hardware, call);
    await driver.configure(ref, { hostname: "web-1", user: "debian", passwordHash: sha512Crypt(PASSWORD, "saltsalt"), sshKeys: [], addresses: [], nameservers: [], userData: null }, call);
    await driver.start(ref, call);
    client = await connectRfbClient(await driver.openConsole(ref, call));
  });
  afterEach(async () => {
    client.close();
    await hypervisor.close();
  });

  /** Waits until the screen says it. */
  async function shows(text: string): Promise<string> {
    await client.update({ incremental: false });
    for (;;) {
      const seen = screenText(client);
      if (seen.includes(text)) return seen;
      await client.update({ incremental: true });
    }
  }

  it("shows how it boots, says that it is simulated, and lets nobody in with a wrong password", async () => {
    expect(client).toMatchObject({ name: "web-1", width: 720, height: 400 });
    const seen = await shows("web-1 login: _");
    expect(seen).toContain("Hypervisor detected: Switchyard simulator (nothing here is real)");
    expect(seen).toContain("SIMULATED MACHINE");
    client.type("debian\n");
    await shows("Password: _");
    client.type("wrong\n");
    expect(await shows("Login incorrect")).not.toContain("wrong");
  });

  it("lets its user in with the VM's password, after a change with the new one", async () => {
    await shows("web-1 login: _");
    client.type(`debian\n${PASSWORD}\n`);
    await shows("debian@web-1:~$ _");
    await driver.setPassword(ref, { user: "debian", passwordHash: sha512Crypt("another", "salt2") }, call);
    client.type("exit\n");
    await shows("web-1 login: _");
    client.type(`debian\n${PASSWORD}\n`);
    await shows("Login incorrect");
    client.type("debian\nanother\nwhoami\n");
    await shows("\ndebian\n");
  });

  it("echoes keys, runs commands, and remembers them", async () => {
    await shows("web-1 login: _");
    client.type("guest\nhelp\n");
    await shows("nproc");
    client.type("hostnamx");
    client.key(0xff08);
    client.type("e\n");
    await shows("$ hostname\nweb-1\n");
    client.type("clear\necho  one   two\nsudo make me a sandwich\n");
    expect(await shows('-sh: sudo: command not found (try "help")')).toContain("$ echo  one   two\none two\n");
    client.key(0xff52);
    client.key(0xff52);
    await shows("$ echo  one   two_");
    client.type("\nuptime\n");
    await shows(" up 0:00,  1 user");
    for (let n = 0; n < 30; n += 1) client.type(`echo line ${n}\n`);
    expect((await shows("\nline 29\n")).split("\n")).toHaveLength(25);
  });

  it("reboots by Ctrl-Alt-Del, as the hypervisor's reset does it", async () => {
    await shows("web-1 login: _");
    client.type("guest\necho here\n");
    await shows("\nhere\n");
    for (const key of [CONTROL, 0xffe9]) client.press(key, true);
    client.key(0xffff);
    for (const key of [CONTROL, 0xffe9]) client.press(key, false);
    await shows("rebooting");
    expect(await shows("web-1 login: _")).not.toContain("here\n");
    expect(await driver.inspect(ref, call)).toMatchObject({ power: "running" });
  });
});

describe("an encoding", () => {
  const whole = (screen: TextScreen) => ({ x: 0, y: 0, width: screen.width, height: screen.height });

  it("hextile says the same as raw, in a few kilobytes", () => {
    const screen = createTextScreen();
    for (let n = 0; n < 40; n += 1) {
      screen.write(`line ${n} `);
      screen.write("with colours ", n % 2 ? "good" : "bad");
      screen.write("#@%&\n", "accent");
    }
    const palette = paletteIn(OWN_FORMAT);
    const encoded = encodeHextile(screen, whole(screen), palette);
    expect(decodeHextile(encoded, screen.width, screen.height).equals(encodeRaw(screen, whole(screen), palette))).toBe(true);
    expect(encoded.length).toBeLessThan(64 * 1024);
  });

  it("writes pixels as they are asked for", () => {
    const format = { bytes: 2, bigEndian: true, red: { max: 31, shift: 11 }, green: { max: 63, shift: 5 }, blue: { max: 31, shift: 0 } } as const;
    expect(readPixelFormat(writePixelFormat(format))).toEqual(format);
    // #c9d1d9 in 5, 6, 5 bits
    expect(paletteIn(format)[1]).toEqual(Buffer.of(0xc6, 0x9a));
    expect(() => readPixelFormat(Buffer.alloc(16))).toThrow("true colour");
  });
});

/** By RFC 6143, 7.7.4, for pixels of 4 bytes. */
function decodeHextile(bytes: Buffer, width: number, height: number): Buffer {
  const out = Buffer.alloc(width * height * 4);
  let at = 0;
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  const fill = (x: number, y: number, w: number, h: number, pixel: Buffer): void => {
    for (let row = y; row < y + h; row += 1) for (let column = x; column < x + w; column += 1) pixel.copy(out, (row * width + column) * 4);
  };
  let background: Buffer = Buffer.alloc(4);
  let foreground: Buffer = Buffer.alloc(4);
  for (let y = 0; y < height; y += 16) {
    for (let x = 0; x < width; x += 16) {
      const [w, h] = [Math.min(16, width - x), Math.min(16, height - y)];
      const flags = take(1).readUInt8(0);
      if (flags & 1) {
        for (let row = 0; row < h; row += 1) take(w * 4).copy(out, ((y + row) * width + x) * 4);
        continue;
      }
      if (flags & 2) background = take(4);
      if (flags & 4) foreground = take(4);
      fill(x, y, w, h, background);
      const count = flags & 8 ? take(1).readUInt8(0) : 0;
      for (let n = 0; n < count; n += 1) {
        const pixel = flags & 16 ? take(4) : foreground;
        const [place, size] = take(2);
        fill(x + ((place ?? 0) >> 4), y + ((place ?? 0) & 15), ((size ?? 0) >> 4) + 1, ((size ?? 0) & 15) + 1, pixel);
      }
    }
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes too many`);
  return out;
}
