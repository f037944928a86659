import { PALETTE } from "./text-screen.ts";

/** How an RFB client wants its pixels (RFC 6143, 7.4). True colour alone. */
export interface PixelFormat {
  bytes: 1 | 2 | 4;
  bigEndian: boolean;
  red: { max: number; shift: number };
  green: { max: number; shift: number };
  blue: { max: number; shift: number };
}

export const PIXEL_FORMAT_BYTES = 16;

export const OWN_FORMAT: PixelFormat = { bytes: 4, bigEndian: false, red: { max: 255, shift: 16 }, green: { max: 255, shift: 8 }, blue: { max: 255, shift: 0 } };

/** @throws Error when it has a map of colours instead */
export function readPixelFormat(bytes: Buffer): PixelFormat {
  const bits = bytes.readUInt8(0);
  if (bytes.readUInt8(3) === 0 || (bits !== 8 && bits !== 16 && bits !== 32)) throw new Error("only true colour of 8, 16 or 32 bits is spoken here");
  const channel = (n: number): { max: number; shift: number } => ({ max: bytes.readUInt16BE(4 + 2 * n), shift: bytes.readUInt8(10 + n) & 31 });
  return { bytes: bits === 8 ? 1 : bits === 16 ? 2 : 4, bigEndian: bytes.readUInt8(2) !== 0, red: channel(0), green: channel(1), blue: channel(2) };
}

export function writePixelFormat({ bytes, bigEndian, red, green, blue }: PixelFormat): Buffer {
  const out = Buffer.alloc(PIXEL_FORMAT_BYTES);
  out.writeUInt8(bytes * 8, 0);
  out.writeUInt8(bytes === 4 ? 24 : bytes * 8, 1);
  out.writeUInt8(bigEndian ? 1 : 0, 2);
  out.writeUInt8(1, 3);
  for (const [n, channel] of [red, green, blue].entries()) {
    out.writeUInt16BE(channel.max, 4 + 2 * n);
    out.writeUInt8(channel.shift, 10 + n);
  }
  return out;
}

/** The screen's colours as pixels of the format. */
export function paletteIn({ bytes, bigEndian, red, green, blue }: PixelFormat): Buffer[] {
  return PALETTE.map(([r, g, b]) => {
    const part = (value: number, { max, shift }: { max: number; shift: number }): number => Math.round((value * max) / 255) * 2 ** shift;
    const value = (part(r, red) + part(g, green) + part(b, blue)) % 2 ** (8 * bytes);
    const pixel = Buffer.alloc(bytes);
    if (bigEndian) pixel.writeUIntBE(value, 0, bytes);
    else pixel.writeUIntLE(value, 0, bytes);
    return pixel;
  });
}
