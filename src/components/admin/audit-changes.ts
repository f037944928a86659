/** A value of an audit entry before and after; null: it was not there. */
export interface Change {
  field: string;
  before: string | null;
  after: string | null;
}

/** What an entry recorded, field by field: nested ones by dots, those that changed first. */
export function auditChanges(before: unknown, after: unknown): Change[] {
  const old = fields(before);
  const now = fields(after);
  const changes = [...new Set([...old.keys(), ...now.keys()])].map((field) => ({ field, before: old.get(field) ?? null, after: now.get(field) ?? null }));
  return changes.sort((a, b) => Number(a.before === a.after) - Number(b.before === b.after));
}

function fields(value: unknown, path = ""): Map<string, string> {
  if (value === null || value === undefined) return new Map(path === "" ? [] : [[path, "null"]]);
  if (typeof value !== "object" || Array.isArray(value)) return new Map([[path, typeof value === "string" ? value : JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, child]) => [...fields(child, path === "" ? key : `${path}.${key}`)]));
}
