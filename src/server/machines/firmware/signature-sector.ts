import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { imageRefusal } from "./image-refusals.ts";

/**
 * The sector that Secure Boot v2 puts behind an image ("Signature Block Format" in Espressif's secure-boot-v2 documentation): up to three blocks, each with
 * the image's SHA-256, a key, a signature and a CRC. Whether the key is one that the devices trust, they alone know: it is burned into them.
 */
export const SECTOR_BYTES = 4_096;

const BLOCK_BYTES = 1_216;
const MAX_BLOCKS = 3;
const MAGIC = 0xe7;
/** RSA-3072 and ECDSA alike */
const VERSION = 0x02;
const DIGEST_AT = 4;
const CRC_AT = 1_196;

/** @throws AppError INVALID_REQUEST (`signature_sector`) */
export function checkSignatureSector(file: Buffer, at: number): void {
  const sector = file.subarray(at, at + SECTOR_BYTES);
  const digest = createHash("sha256").update(file.subarray(0, at)).digest();
  let blocks = 0;
  while (blocks < MAX_BLOCKS && sector.readUInt8(blocks * BLOCK_BYTES) === MAGIC) {
    checkBlock(sector.subarray(blocks * BLOCK_BYTES, (blocks + 1) * BLOCK_BYTES), digest);
    blocks += 1;
  }
  if (blocks === 0) throw imageRefusal("signature_sector", "it holds no signature");
  if (!sector.subarray(blocks * BLOCK_BYTES).every((byte) => byte === 0xff)) throw imageRefusal("signature_sector", "something follows its last signature");
}

function checkBlock(block: Buffer, digest: Buffer): void {
  if (block.readUInt8(1) !== VERSION) throw imageRefusal("signature_sector", "it is not of Secure Boot v2");
  if (block.readUInt32LE(CRC_AT) !== crc32(block.subarray(0, CRC_AT))) throw imageRefusal("signature_sector", "its CRC is wrong");
  if (!block.subarray(DIGEST_AT, DIGEST_AT + 32).equals(digest)) throw imageRefusal("signature_sector", "it was made for another image");
  if (!block.subarray(CRC_AT + 4).every((byte) => byte === 0)) throw imageRefusal("signature_sector", "its padding is not empty");
}
