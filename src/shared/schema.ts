import { z } from "zod";
import { type IdKind, ID_PREFIXES, isId } from "./ids.ts";

/** Schemas that every domain uses. Times travel as ISO 8601 in UTC, money as decimal strings of micro-credits. */
export const timestamp = z.iso.datetime();

/** micro-credits; negative where a difference is meant. Checks that follow may take it for a BigInt: a text that is none does not reach them. */
export const micro = z.string().regex(/^-?\d{1,19}$/, { abort: true });

/** An id of the kind. */
export function id(kind: IdKind) {
  return z.string().refine((value) => isId(kind, value), { error: `must be an id that begins with ${ID_PREFIXES[kind]}_` });
}

/** A name that people give: 1 to `max` characters, no control characters. */
export function displayName(max = 64) {
  return z
    .string()
    .trim()
    .min(1, { error: "must not be empty" })
    .max(max, { error: `must have at most ${max} characters` })
    .regex(/^[^\p{Cc}]*$/u, { error: "must not contain control characters" });
}

/** The name of a time zone in the IANA database, like Asia/Seoul. */
export const timeZone = z.string().max(64).refine(isTimeZone, { error: "must be an IANA time zone, like Europe/Berlin" });

/** Whether this computer knows the time zone. A mere difference to UTC, like +09:00, is none: it has no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const pageInput = z.object({
  page: z.number().int().min(1).max(100_000).default(1),
  limit: z.number().int().min(1).max(100).default(20),
});

/** A page of a list: `{data, pagination}` (API.md). */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    pagination: z.object({ page: z.number(), limit: z.number(), total: z.number(), pages: z.number() }),
  });
}

export const cursorInput = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(100).default(20),
});

/** A stretch of a fast-growing list: `{data, nextCursor}`; `nextCursor` is null at the end. */
export function cursorOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

/** Pagination of `total` rows. */
export function pagination(input: { page: number; limit: number }, total: number) {
  return { page: input.page, limit: input.limit, total, pages: Math.max(1, Math.ceil(total / input.limit)) };
}
