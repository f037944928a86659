import type { z } from "zod";

type Issue = z.core.$ZodIssue;

const NOUNS: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a date",
};

const FORMATS: Record<string, string> = { datetime: "an ISO 8601 time in UTC", email: "an e-mail address", uuid: "a UUID", url: "an address", regex: "of the documented form" };

/**
 * What is wrong with a field, as the end of a sentence that begins with the field's name: "must be a number". Messages that a schema
 * gives are such already; zod's own are not.
 */
export function describeIssue(issue: Issue): string {
  if (!/^(Invalid|Too (small|big)|Unrecognized)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && issue.message.endsWith("received undefined") ? "is required" : `must be ${NOUNS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return bound(issue.origin, "at least", issue.minimum, issue.inclusive ?? true);
    case "too_big":
      return bound(issue.origin, "at most", issue.maximum, issue.inclusive ?? true);
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return `must be ${FORMATS[issue.format] ?? issue.format}`;
    case "unrecognized_keys":
      return `has fields that are not known: ${issue.keys.join(", ")}`;
    default:
      return "is not valid";
  }
}

function bound(origin: string, word: string, limit: number | bigint, inclusive: boolean): string {
  const unit = origin === "string" ? " characters" : origin === "array" || origin === "record" ? " entries" : "";
  if (unit !== "") return `must have ${word} ${limit}${limit === 1 ? unit.replace("entries", "entry").replace("characters", "character") : unit}`;
  return inclusive ? `must be ${word} ${limit}` : `must be ${word === "at least" ? "more" : "less"} than ${limit}`;
}
