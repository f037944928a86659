import type { Duplex } from "node:stream";
import type { ConsoleConnection } from "../../drivers/driver.ts";
import { joinRfbServer } from "../client-handshake.ts";
import { readBytes } from "../stream-bytes.ts";

/** A small RFB client for tests: raw encoding, 32 bits a pixel. */
export interface RfbClient {
  name: string;
  width: number;
  height: number;
  /** The picture as it is known. 4 bytes a pixel: blue, green, red, 0 */
  picture: Buffer;
  /** Asks for the screen, or for what has changed, and waits for it. */
  update(how: { incremental: boolean }): Promise<void>;
  /** Presses and releases, by X11 keysym. */
  key(keysym: number): void;
  press(keysym: number, down: boolean): void;
  type(text: string): void;
  close(): void;
}

const RAW = 0;

export async function connectRfbClient({ stream, password }: ConsoleConnection, signal: AbortSignal = AbortSignal.timeout(15_000)): Promise<RfbClient> {
  // A stream without a listener throws what goes wrong at its end.
  stream.on("error", () => {});
  await joinRfbServer(stream, password, signal);
  stream.write(Buffer.of(1));
  const init = await readBytes(stream, 24, signal);
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
  const name = (await readBytes(stream, init.readUInt32BE(20), signal)).toString("utf8");
  // SetPixelFormat: 32 bits, depth 24, little-endian true colour, shifts 16, 8, 0. Then SetEncodings: raw alone.
  stream.write(Buffer.of(0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0));
  stream.write(Buffer.of(2, 0, 0, 1, 0, 0, 0, RAW));
  const picture = Buffer.alloc(width * height * 4);
  const client: RfbClient = {
    name,
    width,
    height,
    picture,
    async update({ incremental }) {
      const request = Buffer.alloc(10);
      request.writeUInt8(3, 0);
      request.writeUInt8(incremental ? 1 : 0, 1);
      request.writeUInt16BE(width, 6);
      request.writeUInt16BE(height, 8);
      stream.write(request);
      await receiveUpdate(stream, picture, width);
    },
    key(keysym) {
      client.press(keysym, true);
      client.press(keysym, false);
    },
    press(keysym, down) {
      const event = Buffer.alloc(8);
      event.writeUInt8(4, 0);
      event.writeUInt8(down ? 1 : 0, 1);
      event.writeUInt32BE(keysym, 4);
      stream.write(event);
    },
    type(text) {
      for (const character of text) client.key(character === "\n" ? 0xff0d : (character.codePointAt(0) ?? 0x20));
    },
    close: () => void stream.destroy(),
  };
  return client;
}

/** Reads messages until a FramebufferUpdate (RFC 6143, 7.6.1) has come, and draws it. */
async function receiveUpdate(stream: Duplex, picture: Buffer, width: number): Promise<void> {
  const signal = AbortSignal.timeout(15_000);
  for (;;) {
    const type = (await readBytes(stream, 1, signal)).readUInt8(0);
    // Bell
    if (type === 2) continue;
    // ServerCutText
    if (type === 3) {
      await readBytes(stream, (await readBytes(stream, 7, signal)).readUInt32BE(3), signal);
      continue;
    }
    if (type !== 0) throw new Error(`a message of type ${type}, which nobody asked for`);
    const count = (await readBytes(stream, 3, signal)).readUInt16BE(1);
    for (let n = 0; n < count; n += 1) {
      const head = await readBytes(stream, 12, signal);
      const [x, y, w, h, encoding] = [head.readUInt16BE(0), head.readUInt16BE(2), head.readUInt16BE(4), head.readUInt16BE(6), head.readInt32BE(8)];
      if (encoding !== RAW) throw new Error(`a rectangle in encoding ${encoding}, which nobody asked for`);
      for (let row = 0; row < h; row += 1) (await readBytes(stream, w * 4, signal)).copy(picture, ((y + row) * width + x) * 4);
    }
    return;
  }
}
