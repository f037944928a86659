import { errorBodyOf } from "#components/api/errors.ts";

/** What the server said about single fields, by field name; empty when it was about something else. For Mantine's `form.setErrors(fieldErrors(error))`. */
export function fieldErrors(error: unknown): Record<string, string> {
  const details = errorBodyOf(error)?.details ?? [];
  return Object.fromEntries(details.filter((detail) => detail.field !== "").map((detail) => [detail.field, sentence(detail.message)]));
}

/** The server says "must not be empty"; under a field that reads better with a capital and a stop. */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
