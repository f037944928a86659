/**
 * The CSV that Espressif's nvs_partition_gen.py takes: a header that must read exactly so, a namespace in the first row, keys of at most 15
 * characters, strings of at most 4000 bytes with their NUL. The tool does not notice a key that comes twice; this does.
 */
export interface NvsEntry {
  key: string;
  encoding: "u8" | "u16" | "u32" | "string" | "hex2bin";
  value: string | number;
}

const HEADER = "key,type,encoding,value";
const MAX_KEY = 15;
const MAX_STRING_BYTES = 3_999;
const LIMITS = { u8: 0xff, u16: 0xffff, u32: 0xffff_ffff } as const;

/** @throws RangeError when an entry breaks a rule of the format */
export function nvsCsv(namespace: string, entries: readonly NvsEntry[]): string {
  checkKey(namespace);
  const seen = new Set<string>();
  const rows = entries.map((entry) => {
    checkKey(entry.key);
    if (seen.has(entry.key)) throw new RangeError(`NVS key ${entry.key} comes twice`);
    seen.add(entry.key);
    return `${entry.key},data,${entry.encoding},${field(checked(entry))}`;
  });
  return `${[HEADER, `${namespace},namespace,,`, ...rows].join("\n")}\n`;
}

/** An entry's value as it stands in a CSV file of Espressif's tools. @throws RangeError when it breaks a rule of the format */
export function nvsValue(entry: NvsEntry): string {
  checkKey(entry.key);
  return field(checked(entry));
}

function checkKey(key: string): void {
  if (key.length === 0 || key.length > MAX_KEY || !/^[A-Za-z0-9_]+$/.test(key)) throw new RangeError(`NVS key ${key} must have 1 to ${MAX_KEY} letters, digits and _`);
}

function checked(entry: NvsEntry): string {
  const { encoding, key } = entry;
  const text = String(entry.value);
  if (encoding === "string") {
    if (Buffer.byteLength(text) > MAX_STRING_BYTES) throw new RangeError(`NVS value ${key} is longer than ${MAX_STRING_BYTES} bytes`);
  } else if (encoding === "hex2bin") {
    if (!/^([0-9a-fA-F]{2})+$/.test(text)) throw new RangeError(`NVS value ${key} is not hexadecimal`);
  } else if (!/^\d+$/.test(text) || Number(text) > LIMITS[encoding]) {
    throw new RangeError(`NVS value ${key} is not a ${encoding}`);
  }
  return text;
}

/** As Python's csv module reads it: quoted when it must be, quotes doubled. */
export function field(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
