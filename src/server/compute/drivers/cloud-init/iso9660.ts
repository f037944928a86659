/**
 * A disc of ISO 9660 (ECMA-119, interchange level 2) with Joliet's second set of names, enough for a handful of small files in its root. Systems that read
 * Joliet see the names as they are; to the others Linux gives them back in small letters.
 */
export interface IsoFile {
  name: string;
  content: Buffer;
}

const SECTOR = 2_048;
const SYSTEM_SECTORS = 16;
const PRIMARY = { table: 19, root: 23 };
const JOLIET = { table: 21, root: 24 };
const FIRST_FILE = 25;
/** UCS-2 level 3 (Joliet 1995). */
const JOLIET_ESCAPE = Buffer.from("%/E", "latin1");
/** Always the same: the same files give the same disc. 2000-01-01 00:00:00 UTC */
const RECORDED = Buffer.from([100, 1, 1, 0, 0, 0, 0]);
const RECORDED_LONG = Buffer.from("2000010100000000\0", "latin1");
const NEVER_LONG = Buffer.from("0000000000000000\0", "latin1");

/** @param label at most 16 letters. @throws RangeError for more files than one sector lists, or names that Joliet does not have */
export function isoImage(label: string, files: readonly IsoFile[]): Buffer {
  let next = FIRST_FILE;
  const placed = files
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((file) => {
      const sector = next;
      next += Math.ceil(file.content.length / SECTOR);
      return { ...file, sector };
    });
  const image = Buffer.alloc(next * SECTOR);
  descriptor(1, label, PRIMARY, next).copy(image, SYSTEM_SECTORS * SECTOR);
  descriptor(2, label, JOLIET, next).copy(image, (SYSTEM_SECTORS + 1) * SECTOR);
  Buffer.from("\xffCD001\x01", "latin1").copy(image, (SYSTEM_SECTORS + 2) * SECTOR);
  for (const { table, root } of [PRIMARY, JOLIET]) {
    pathTable(root, "little").copy(image, table * SECTOR);
    pathTable(root, "big").copy(image, (table + 1) * SECTOR);
  }
  directory(PRIMARY.root, placed.map((file) => ({ ...file, id: Buffer.from(`${file.name.toUpperCase()}.;1`, "latin1") }))).copy(image, PRIMARY.root * SECTOR);
  directory(JOLIET.root, placed.map((file) => ({ ...file, id: ucs2(`${file.name};1`) }))).copy(image, JOLIET.root * SECTOR);
  for (const { content, sector } of placed) content.copy(image, sector * SECTOR);
  return image;
}

function descriptor(type: 1 | 2, label: string, place: { table: number; root: number }, sectors: number): Buffer {
  const text = (value: string): Buffer => (type === 2 ? ucs2(value) : Buffer.from(value, "latin1"));
  const blank = type === 2 ? ucs2(" ") : Buffer.from(" ");
  const data = Buffer.alloc(SECTOR);
  data[0] = type;
  data.write("CD001\x01", 1, "latin1");
  // System and volume; set, publisher, preparer, application; copyright, abstract, bibliography.
  for (const [from, to] of [[8, 72], [190, 813]] as const) for (let at = from; at + blank.length <= to; at += blank.length) blank.copy(data, at);
  text(label).copy(data, 40);
  both32(data, 80, sectors);
  if (type === 2) JOLIET_ESCAPE.copy(data, 88);
  for (const at of [120, 124]) both16(data, at, 1);
  both16(data, 128, SECTOR);
  both32(data, 132, 10);
  data.writeUInt32LE(place.table, 140);
  data.writeUInt32BE(place.table + 1, 148);
  record(place.root, SECTOR, Buffer.from([0]), true).copy(data, 156);
  RECORDED_LONG.copy(data, 813);
  RECORDED_LONG.copy(data, 830);
  NEVER_LONG.copy(data, 847);
  NEVER_LONG.copy(data, 864);
  data[881] = 1;
  return data;
}

/** The root alone. */
function pathTable(root: number, order: "little" | "big"): Buffer {
  const data = Buffer.alloc(10);
  data[0] = 1;
  if (order === "little") {
    data.writeUInt32LE(root, 2);
    data.writeUInt16LE(1, 6);
  } else {
    data.writeUInt32BE(root, 2);
    data.writeUInt16BE(1, 6);
  }
  return data;
}

function directory(sector: number, files: readonly { id: Buffer; sector: number; content: Buffer }[]): Buffer {
  const self = record(sector, SECTOR, Buffer.from([0]), true);
  const parent = record(sector, SECTOR, Buffer.from([1]), true);
  const data = Buffer.concat([self, parent, ...files.map((file) => record(file.sector, file.content.length, file.id, false))]);
  if (data.length > SECTOR) throw new RangeError("too many files for one directory");
  return data;
}

function record(sector: number, bytes: number, id: Buffer, isDirectory: boolean): Buffer {
  const length = 33 + id.length + ((id.length + 1) % 2);
  if (length > 254) throw new RangeError("a name is too long");
  const data = Buffer.alloc(length);
  data[0] = length;
  both32(data, 2, sector);
  both32(data, 10, bytes);
  RECORDED.copy(data, 18);
  data[25] = isDirectory ? 2 : 0;
  both16(data, 28, 1);
  data[32] = id.length;
  id.copy(data, 33);
  return data;
}

/** Numbers stand in both orders of bytes. */
function both32(data: Buffer, at: number, value: number): void {
  data.writeUInt32LE(value, at);
  data.writeUInt32BE(value, at + 4);
}

function both16(data: Buffer, at: number, value: number): void {
  data.writeUInt16LE(value, at);
  data.writeUInt16BE(value, at + 2);
}

/** UCS-2, big end first. */
function ucs2(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}
