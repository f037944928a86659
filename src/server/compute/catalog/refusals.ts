import { AppError } from "#shared/errors.ts";

/** A field whose value cannot be. */
export function wrong(field: string, message: string): AppError {
  return new AppError("INVALID_REQUEST", `${field} ${message}.`, { details: [{ field, message }] });
}

/** A name that something else has. */
export function taken(field: string): AppError {
  return new AppError("CONFLICT", "Something else has this name already.", { details: [{ field, message: "is in use already" }] });
}
