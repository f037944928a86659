import { AppError } from "#shared/errors.ts";

/** An INVALID_REQUEST with what is wrong with each field. */
export function invalid(fields: Record<string, string>): AppError {
  const details = Object.entries(fields).map(([field, message]) => ({ field, message }));
  const first = details[0];
  return new AppError("INVALID_REQUEST", first && `${first.field} ${first.message}.`, { details });
}
