import { createHash } from "node:crypto";
import { esp32ChipName } from "#shared/machines/chips.ts";
import { imageRefusal } from "./image-refusals.ts";
import { checkSignatureSector, SECTOR_BYTES } from "./signature-sector.ts";

/**
 * An application image of ESP-IDF, as `idf.py build` leaves it (esp_app_format.h, esp_app_desc.h; "App Image Format" in Espressif's documentation). All
 * numbers are little-endian.
 */
export interface Esp32Image {
  chip: string;
  project: string;
  version: string;
  secureVersion: number;
  idfVersion: string;
  sizeBytes: number;
  /** of the whole file, in hexadecimal */
  sha256: string;
  /** whether a Secure Boot v2 signature sector follows the image */
  signed: boolean;
}

const MAGIC = 0xe9;
const HEADER_BYTES = 24;
const SEGMENT_HEADER_BYTES = 8;
const DESCRIPTOR_AT = HEADER_BYTES + SEGMENT_HEADER_BYTES;
const DESCRIPTOR_BYTES = 256;
const DESCRIPTOR_MAGIC = 0xabcd5432;
const CHECKSUM_SEED = 0xef;
const MAX_SEGMENTS = 16;
const SHA256_BYTES = 32;
/** What a device may say of itself, and so what it can be compared with (claimRequest, `status`). */
const VERSION = /^[0-9A-Za-z.+_-]{1,31}$/;
const PROJECT = /^[0-9A-Za-z ._-]{1,31}$/;

/**
 * Looks at every byte of an upload.
 * @throws AppError INVALID_REQUEST with `reason`: what it is instead, or what is wrong with it
 */
export function readEsp32Image(file: Buffer): Esp32Image {
  refuseOthers(file);
  const segments = file.readUInt8(1);
  if (segments < 1 || segments > MAX_SEGMENTS) throw imageRefusal("malformed", `it says that it has ${segments} segments; an image has 1 to ${MAX_SEGMENTS}`);
  const chipId = file.readUInt16LE(12);
  const chip = esp32ChipName(chipId);
  if (chip === null) throw imageRefusal("unknown_chip", `it is for a chip with the number ${chipId}, which is none that is known`);
  const hashed = file.readUInt8(23);
  if (hashed > 1) throw imageRefusal("malformed", "byte 23 must be 0 or 1");
  const end = checkSegments(file, segments);
  const imageEnd = hashed === 1 ? checkHash(file, end) : end;
  const signed = checkRest(file, imageEnd);
  return { chip, ...readDescriptor(file), sizeBytes: file.length, sha256: createHash("sha256").update(file).digest("hex"), signed };
}

/** Says what else people upload by mistake. */
function refuseOthers(file: Buffer): void {
  if (file.length === 0) throw imageRefusal("empty");
  const first = file.readUInt8(0);
  if (startsWith(file, [0x7f, 0x45, 0x4c, 0x46])) throw imageRefusal("elf");
  if (startsWith(file, [0xaa, 0x50])) throw imageRefusal("partition_table");
  // A whole flash: on the ESP32 and S2 the boot loader stands at 0x1000, on others at 0 (or 0x2000), the partition table usually at 0x8000.
  const holdsTable = file.length > 0x8002 && file.readUInt16LE(0x8000) === 0x50aa;
  const bootLoaderBehind = [0x1000, 0x2000].some((at) => file.length > at && file.readUInt8(at) === MAGIC);
  if (first === 0xff && (holdsTable || bootLoaderBehind)) throw imageRefusal("merged");
  if (first !== MAGIC) throw imageRefusal("not_an_image");
  if (file.length < DESCRIPTOR_AT + 4) throw imageRefusal("truncated");
  if (file.readUInt32LE(DESCRIPTOR_AT) !== DESCRIPTOR_MAGIC) throw imageRefusal(holdsTable ? "merged" : "bootloader");
  if (file.length < DESCRIPTOR_AT + DESCRIPTOR_BYTES) throw imageRefusal("truncated");
}

/** Walks the segments. @returns where the checksum ends, which is the last byte of a block of 16 */
function checkSegments(file: Buffer, count: number): number {
  let at = HEADER_BYTES;
  let checksum = CHECKSUM_SEED;
  for (let index = 0; index < count; index += 1) {
    if (at + SEGMENT_HEADER_BYTES > file.length) throw imageRefusal("truncated", `the file ends before segment ${index + 1} of ${count}`);
    const length = file.readUInt32LE(at + 4);
    at += SEGMENT_HEADER_BYTES;
    if (at + length > file.length) throw imageRefusal("truncated", `the file ends within segment ${index + 1} of ${count}`);
    if (index === 0 && length < DESCRIPTOR_BYTES) throw imageRefusal("malformed", "its first segment is too short for the application's description");
    for (const byte of file.subarray(at, at + length)) checksum ^= byte;
    at += length;
  }
  const end = (at + 16) & ~15;
  if (end > file.length) throw imageRefusal("truncated", "the file ends before its checksum");
  if (file.readUInt8(end - 1) !== checksum) throw imageRefusal("checksum");
  return end;
}

function checkHash(file: Buffer, at: number): number {
  const end = at + SHA256_BYTES;
  if (end > file.length) throw imageRefusal("truncated", "the file ends within its SHA-256");
  if (!createHash("sha256").update(file.subarray(0, at)).digest().equals(file.subarray(at, end))) throw imageRefusal("hash");
  return end;
}

/** What follows the image: nothing, or a signature sector on the next boundary of 4 KiB. @returns whether there is one */
function checkRest(file: Buffer, imageEnd: number): boolean {
  if (file.length === imageEnd) return false;
  const sector = Math.ceil(imageEnd / SECTOR_BYTES) * SECTOR_BYTES;
  if (file.length !== sector + SECTOR_BYTES) throw imageRefusal("trailing", `${file.length - imageEnd} bytes follow the image`);
  if (!file.subarray(imageEnd, sector).every((byte) => byte === 0xff)) throw imageRefusal("trailing", "something other than padding stands between the image and its signature");
  checkSignatureSector(file, sector);
  return true;
}

function readDescriptor(file: Buffer): Pick<Esp32Image, "secureVersion" | "version" | "project" | "idfVersion"> {
  const version = text(file, 48);
  const project = text(file, 80);
  if (version === null || !VERSION.test(version)) throw imageRefusal("version", "its version must have 1 to 31 letters, digits and . + _ -");
  if (project === null || !PROJECT.test(project)) throw imageRefusal("project_name", "its project must have a name of letters, digits, spaces and . _ -");
  return { secureVersion: file.readUInt32LE(36), version, project, idfVersion: (text(file, 144) ?? "").replaceAll(/[^\x20-\x7e]/g, "") };
}

/** A field of 32 bytes that a NUL ends; null when none does. */
function text(file: Buffer, at: number): string | null {
  const field = file.subarray(at, at + 32);
  const end = field.indexOf(0);
  return end === -1 ? null : field.toString("latin1", 0, end);
}

function startsWith(file: Buffer, bytes: readonly number[]): boolean {
  return file.length >= bytes.length && bytes.every((byte, index) => file[index] === byte);
}
