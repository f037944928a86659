import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

export interface ImageOptions {
  project?: string;
  version?: string;
  /** of the header; 9: ESP32-S3 */
  chipId?: number;
  secureVersion?: number;
  /** bytes of each segment; the first holds the descriptor and has 256 at the least */
  segments?: number[];
  hashed?: boolean;
  /** what the segments are filled with */
  fill?: number;
}

/** A valid application image, as esptool would write it: header, segments, checksum, SHA-256. */
export function buildImage(options: ImageOptions = {}): Buffer {
  const { project = "switchyard-machine", version = "1.2.0", chipId = 9, secureVersion = 0, segments = [512, 100], hashed = true, fill = 7 } = options;
  const header = Buffer.alloc(24);
  header.set([0xe9, segments.length, 2, 0x3f]);
  header.writeUInt32LE(0x4037_5a2c, 4);
  header.writeUInt16LE(chipId, 12);
  header.writeUInt16LE(99, 17);
  header[23] = hashed ? 1 : 0;
  const data = segments.map((length, index) => {
    const segment = Buffer.from(Array.from({ length }, (_, at) => (at * 13 + index * 5 + fill) % 256));
    return index === 0 ? describe(segment, { project, version, secureVersion }) : segment;
  });
  const body = Buffer.concat([header, ...data.flatMap((segment, index) => [segmentHeader(0x3c00_0020 + index * 0x10_000, segment.length), segment])]);
  const checksum = data.reduce((sum, segment) => segment.reduce((each, byte) => each ^ byte, sum), 0xef);
  const padded = Buffer.alloc((body.length + 16) & ~15);
  padded.set(body);
  padded[padded.length - 1] = checksum;
  return hashed ? Buffer.concat([padded, createHash("sha256").update(padded).digest()]) : padded;
}

function segmentHeader(address: number, length: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(address);
  header.writeUInt32LE(length, 4);
  return header;
}

function describe(segment: Buffer, facts: { project: string; version: string; secureVersion: number }): Buffer {
  segment.fill(0, 0, Math.min(256, segment.length));
  segment.writeUInt32LE(0xabcd_5432);
  segment.writeUInt32LE(facts.secureVersion, 4);
  segment.write(facts.version, 16, 32, "latin1");
  segment.write(facts.project, 48, 32, "latin1");
  segment.write("12:00:00", 80, "latin1");
  segment.write("Jan 01 2028", 96, "latin1");
  segment.write("v5.5.1", 112, "latin1");
  return segment;
}

/** The image with a sector of Secure Boot v2 behind it. The key and the signature in it are noise: they are the device's to judge. */
export function withSignatureSector(image: Buffer, blocks = 1): Buffer {
  const padded = Buffer.alloc(Math.ceil(image.length / 4_096) * 4_096, 0xff);
  padded.set(image);
  const sector = Buffer.alloc(4_096, 0xff);
  for (let index = 0; index < blocks; index += 1) {
    const block = Buffer.alloc(1_216);
    block.set([0xe7, 0x02]);
    createHash("sha256").update(padded).digest().copy(block, 4);
    for (let at = 36; at < 1_196; at += 1) block[at] = (at * 7 + index) % 256;
    block.writeUInt32LE(crc32(block.subarray(0, 1_196)), 1_196);
    sector.set(block, index * 1_216);
  }
  return Buffer.concat([padded, sector]);
}

/** A file as esptool's merge-bin leaves it for an ESP32-S3: boot loader at 0, partition table at 0x8000, application at 0x10000. */
export function mergedImage(image: Buffer, bootLoaderAt = 0): Buffer {
  const flash = Buffer.alloc(0x10000 + image.length, 0xff);
  flash.set(bootLoader(), bootLoaderAt);
  flash.set([0xaa, 0x50, 1, 2], 0x8000);
  flash.set(image, 0x10000);
  return flash;
}

/** An image as of a boot loader: no application's descriptor in it. */
export function bootLoader(): Buffer {
  const image = buildImage();
  image.writeUInt32LE(0x50, 32);
  return image;
}
