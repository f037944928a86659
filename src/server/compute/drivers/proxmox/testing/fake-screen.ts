import type { Duplex } from "node:stream";
import { welcomeRfbClient } from "../../../rfb/server-handshake.ts";
import { readBytes } from "../../../rfb/stream-bytes.ts";

const WIDTH = 32;
const HEIGHT = 16;

/** A small RFB server: one colour, which changes with each key. Raw encoding. */
export async function serveScreen(stream: Duplex, password: string, name: string): Promise<void> {
  await welcomeRfbClient(stream, password);
  await readBytes(stream, 1);
  const title = Buffer.from(name);
  const init = Buffer.alloc(24);
  init.writeUInt16BE(WIDTH, 0);
  init.writeUInt16BE(HEIGHT, 2);
  Buffer.of(32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0).copy(init, 4);
  init.writeUInt32BE(title.length, 20);
  stream.write(Buffer.concat([init, title]));
  let colour = 1;
  let shown = 0;
  let waiting = false;
  const show = (): void => {
    const head = Buffer.alloc(16);
    head.writeUInt16BE(1, 2);
    head.writeUInt16BE(WIDTH, 8);
    head.writeUInt16BE(HEIGHT, 10);
    stream.write(Buffer.concat([head, Buffer.alloc(WIDTH * HEIGHT * 4, colour)]));
    shown = colour;
    waiting = false;
  };
  for (;;) {
    const type = (await readBytes(stream, 1)).readUInt8(0);
    if (type === 0) await readBytes(stream, 19);
    else if (type === 2) await readBytes(stream, (await readBytes(stream, 3)).readUInt16BE(1) * 4);
    else if (type === 3) {
      const incremental = (await readBytes(stream, 9)).readUInt8(0) === 1;
      if (!incremental || shown !== colour) show();
      else waiting = true;
    } else if (type === 4) {
      if ((await readBytes(stream, 7)).readUInt8(0) === 1) colour = (colour % 250) + 1;
      if (waiting) show();
    } else if (type === 5) await readBytes(stream, 5);
    else if (type === 6) await readBytes(stream, (await readBytes(stream, 7)).readUInt32BE(3));
    else throw new Error(`unknown message ${type}`);
  }
}
