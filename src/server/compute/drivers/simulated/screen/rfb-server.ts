import type { Duplex } from "node:stream";
import { welcomeRfbClient } from "../../../rfb/server-handshake.ts";
import { readBytes } from "../../../rfb/stream-bytes.ts";
import { encodeHextile, encodeRaw, HEXTILE, RAW } from "./encodings.ts";
import { OWN_FORMAT, paletteIn, PIXEL_FORMAT_BYTES, readPixelFormat, writePixelFormat } from "./pixel-format.ts";
import type { Rectangle, TextScreen } from "./text-screen.ts";

/** Changes of a moment go together. */
const GATHER_MS = 8;
const MAX_CUT_TEXT_BYTES = 256 * 1024;

/**
 * Shows a screen to one RFB client (RFC 6143) until the stream ends. `onKey`: X11 keysym, and whether it went down.
 * @throws Error when the client does not know the password, or breaks the protocol
 */
export async function serveScreen(stream: Duplex, screen: TextScreen, options: { name: string; password: string; onKey(keysym: number, down: boolean): void }): Promise<void> {
  await welcomeRfbClient(stream, options.password);
  // ClientInit: whether others may stay; they may.
  await readBytes(stream, 1);
  stream.write(serverInit(screen, options.name));

  let palette = paletteIn(OWN_FORMAT);
  let encoding = RAW;
  let asked = false;
  let dirty: Rectangle[] = [];
  let timer: NodeJS.Timeout | null = null;
  const send = (): void => {
    timer = null;
    // Later, when the client has read what it was sent.
    if (!asked || dirty.length === 0 || stream.destroyed || stream.writableNeedDrain) return;
    const rectangles = joined(dirty);
    [asked, dirty] = [false, []];
    stream.write(Buffer.concat([updateHead(rectangles.length), ...rectangles.flatMap((each) => [rectangleHead(each, encoding), (encoding === HEXTILE ? encodeHextile : encodeRaw)(screen, each, palette)])]));
  };
  const schedule = (): void => void (timer ??= setTimeout(send, GATHER_MS));
  const unsubscribe = screen.onChange((rectangle) => {
    dirty.push(rectangle);
    // Nobody asks for long: the whole is as good as a thousand pieces.
    if (dirty.length > 4_000) dirty = [{ x: 0, y: 0, width: screen.width, height: screen.height }];
    schedule();
  });
  stream.on("drain", schedule);

  try {
    for (;;) {
      const type = (await readBytes(stream, 1)).readUInt8(0);
      if (type === 0) palette = paletteIn(readPixelFormat((await readBytes(stream, 3 + PIXEL_FORMAT_BYTES)).subarray(3)));
      else if (type === 2) encoding = (await readEncodings(stream)).includes(HEXTILE) ? HEXTILE : RAW;
      else if (type === 3) {
        const request = await readBytes(stream, 9);
        const rectangle = { x: request.readUInt16BE(1), y: request.readUInt16BE(3), width: request.readUInt16BE(5), height: request.readUInt16BE(7) };
        if (request.readUInt8(0) === 0) dirty.push(within(rectangle, screen));
        asked = true;
        schedule();
      } else if (type === 4) {
        const event = await readBytes(stream, 7);
        options.onKey(event.readUInt32BE(3), event.readUInt8(0) !== 0);
      } else if (type === 5) await readBytes(stream, 5);
      else if (type === 6) await skip(stream, (await readBytes(stream, 7)).readUInt32BE(3));
      else throw new Error(`a client's message of the unknown type ${type}`);
    }
  } finally {
    unsubscribe();
    if (timer) clearTimeout(timer);
    stream.destroy();
  }
}

function serverInit({ width, height }: TextScreen, name: string): Buffer {
  const text = Buffer.from(name, "utf8");
  const head = Buffer.alloc(4);
  head.writeUInt16BE(width, 0);
  head.writeUInt16BE(height, 2);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([head, writePixelFormat(OWN_FORMAT), length, text]);
}

async function readEncodings(stream: Duplex): Promise<number[]> {
  const count = (await readBytes(stream, 3)).readUInt16BE(1);
  const list = await readBytes(stream, count * 4);
  return Array.from({ length: count }, (_, n) => list.readInt32BE(n * 4));
}

async function skip(stream: Duplex, length: number): Promise<void> {
  if (length > MAX_CUT_TEXT_BYTES) throw new Error("a client's clipboard is too large");
  await readBytes(stream, length);
}

function updateHead(count: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(count, 2);
  return head;
}

function rectangleHead({ x, y, width, height }: Rectangle, encoding: number): Buffer {
  const head = Buffer.alloc(12);
  for (const [n, value] of [x, y, width, height].entries()) head.writeUInt16BE(value, n * 2);
  head.writeInt32BE(encoding, 8);
  return head;
}

/** One rectangle for each line of text: what changes is mostly a few characters beside each other. */
function joined(dirty: readonly Rectangle[]): Rectangle[] {
  const lines = new Map<string, Rectangle>();
  for (const each of dirty) {
    if (each.width <= 0 || each.height <= 0) continue;
    const key = `${each.y} ${each.height}`;
    const before = lines.get(key);
    const x = Math.min(each.x, before?.x ?? each.x);
    const right = Math.max(each.x + each.width, before ? before.x + before.width : 0);
    lines.set(key, { x, y: each.y, width: right - x, height: each.height });
  }
  return [...lines.values()];
}

function within({ x, y, width, height }: Rectangle, screen: TextScreen): Rectangle {
  const [left, top] = [Math.min(x, screen.width), Math.min(y, screen.height)];
  return { x: left, y: top, width: Math.min(width, screen.width - left), height: Math.min(height, screen.height - top) };
}
