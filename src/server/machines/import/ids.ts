import { randomBytes } from "node:crypto";
import { TypeID } from "typeid-js";
import { type IdKind, ID_PREFIXES } from "#shared/ids.ts";

/** An id of the kind that sorts as if it had been made at that time: lists of orders go by their ids. */
export function idAt(kind: IdKind, at: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  // RFC 9562: version 7, variant 10.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return TypeID.fromUUIDBytes(ID_PREFIXES[kind], bytes).toString();
}

/** What a record is known by here, so that it is taken once. */
export function importKey(source: string, id: string): string {
  return `${source}/${id}`;
}
