import { TypeID } from "typeid-js";
import type { IdKind } from "#shared/ids.ts";
import { ID_PREFIXES } from "#shared/ids.ts";

/** Where the random end of a UUIDv7 begins: what comes before it are its time and the count within a millisecond. */
const RANDOM_FROM = 11;

/**
 * The ids of a restored machine's history. The machine may still be in the database, so none of them can be as it was; each follows from the old one, so that what referred to
 * another record still does, and they sort as they did.
 * @param machineId of the restored machine; no two have the same
 */
export function renaming(machineId: string): (kind: IdKind, id: string) => string {
  const seed = TypeID.fromString(machineId).toUUIDBytes();
  return (kind, id) => {
    const bytes = Uint8Array.from(TypeID.fromString(id).toUUIDBytes());
    for (let at = RANDOM_FROM; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (seed[at] ?? 0);
    return TypeID.fromUUIDBytes(ID_PREFIXES[kind], bytes).toString();
  };
}
