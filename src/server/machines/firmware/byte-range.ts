/** Ranges of bytes (RFC 9110, section 14). */
export interface ByteRange {
  /** from zero, both inclusive */
  start: number;
  end: number;
}

/**
 * What a Range header asks of a file of `size` bytes. One range alone is served; a header that is malformed, of another unit or for several ranges is as if it
 * were not there, which the standard allows.
 * @returns "unsatisfiable" when it begins behind the end
 */
export function readRange(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const match = /^bytes *= *([0-9]{0,15})-([0-9]{0,15})$/i.exec(header?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (!match || (first === "" && last === "")) return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return "whole";
  return start >= size ? "unsatisfiable" : { start, end };
}
