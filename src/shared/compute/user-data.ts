/** The customer's own cloud-init data: what is accepted, read by the server and by the form. */
export const USER_DATA_LIMIT = 64 * 1024;

export type UserDataProblem = "tooLarge" | "notText" | "badStart";

/** cloud-init decides by the beginning what it is: cloud-config, a script, or several parts in MIME. Anything else it would ignore without a word. */
const BEGINNINGS = [/^#cloud-config[ \t\r]*(\n|$)/, /^#!/, /^(content-type|mime-version):/i];

/** What is wrong with it; null: nothing. */
export function userDataProblem(text: string): UserDataProblem | null {
  // A lone half of a surrogate pair has no UTF-8, and no database and no shell takes NUL.
  if (!text.isWellFormed() || text.includes("\0")) return "notText";
  if (new TextEncoder().encode(text).length > USER_DATA_LIMIT) return "tooLarge";
  return BEGINNINGS.some((beginning) => beginning.test(text)) ? null : "badStart";
}

/** A sentence's end for API errors: "user_data …". */
export const USER_DATA_PROBLEMS: Record<UserDataProblem, string> = {
  tooLarge: "must have at most 65536 bytes of UTF-8",
  notText: "must be text in UTF-8, without NUL characters",
  badStart: "must begin with #cloud-config on a line of its own, with #!, or with a MIME header (Content-Type: or MIME-Version:)",
};
