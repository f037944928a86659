import type { JsonSchema } from "#server/http/openapi/json-schema.ts";

/** One line of a table of fields. */
export interface FieldRow {
  /** with the names above it: `resources.memory_gb`, `data[].id` */
  path: string;
  /** how deep it stands */
  depth: number;
  type: string;
  required: boolean;
  description: string | undefined;
  schema: JsonSchema;
}

type Schemas = Readonly<Record<string, JsonSchema>>;

const MAX_DEPTH = 4;

/** The schema that a reference stands for, and its name. */
export function resolve(schema: JsonSchema, schemas: Schemas): { schema: JsonSchema; name: string | null } {
  if (schema.$ref === undefined) return { schema, name: null };
  const name = schema.$ref.split("/").at(-1) ?? "";
  return { schema: schemas[name] ?? {}, name };
}

/** Every field of an object, with those of the objects inside it. */
export function fieldRows(schema: JsonSchema, schemas: Schemas, prefix = "", depth = 0): FieldRow[] {
  const { schema: object } = resolve(schema, schemas);
  if (depth > MAX_DEPTH) return [];
  return Object.entries(object.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const inner = innerObject(child, schemas);
    return [
      { path, depth, type: typeName(child, schemas), required: object.required?.includes(name) ?? false, description: child.description ?? resolve(child, schemas).schema.description, schema: child },
      ...(inner ? fieldRows(inner.schema, schemas, path + inner.suffix, depth + 1) : []),
    ];
  });
}

/** The object whose fields are worth listing below a field. */
function innerObject(schema: JsonSchema, schemas: Schemas): { schema: JsonSchema; suffix: string } | null {
  const { schema: found } = resolve(schema, schemas);
  if (found.properties) return { schema: found, suffix: "" };
  if (found.items) {
    const item = innerObject(found.items, schemas);
    return item && { schema: item.schema, suffix: `[]${item.suffix}` };
  }
  for (const option of found.anyOf ?? found.oneOf ?? []) {
    const inner = innerObject(option, schemas);
    if (inner) return inner;
  }
  return null;
}

/** A type in words: `string`, `"running" | "stopped"`, `Vm[]`, `object of string`. */
export function typeName(schema: JsonSchema, schemas: Schemas): string {
  const { schema: found, name } = resolve(schema, schemas);
  if (name !== null) return name;
  if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (found.const !== undefined) return JSON.stringify(found.const);
  const options = found.anyOf ?? found.oneOf;
  if (options) return [...new Set(options.map((option) => typeName(option, schemas)))].join(" | ");
  if (found.type === "array") {
    const item = typeName(found.items ?? {}, schemas);
    return item.includes(" ") ? `(${item})[]` : `${item}[]`;
  }
  if (found.type === "object" && typeof found.additionalProperties === "object" && !found.properties) return `object of ${typeName(found.additionalProperties, schemas)}`;
  if (found.type === "string" && found.format !== undefined) return found.format;
  return typeof found.type === "string" ? found.type : "any";
}
