import { z } from "zod";
import { snakeCase } from "../rest/casing.ts";

/** A JSON Schema of draft 2020-12, as far as our zod schemas need it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  $defs?: Record<string, JsonSchema>;
  id?: string;
  $schema?: string;
}

/** Schemas that have a name of their own in the document. */
export type Names = z.core.$ZodRegistry<{ id: string }>;

/**
 * What a schema asks for or answers with, in the wire's snake_case. Named schemas become references; their definitions are added to `components`.
 * `answer()` (trpc/init.ts) wraps a schema in an object of its own, so the one beneath is read.
 */
export function toJsonSchema(schema: z.core.$ZodType, io: "input" | "output", names: Names, components: Record<string, JsonSchema>): JsonSchema {
  const bare = Object.hasOwn(schema, "_zod") ? schema : (Object.getPrototypeOf(schema) as z.core.$ZodType);
  const made = z.toJSONSchema(bare, { io, metadata: names, unrepresentable: "any", target: "draft-2020-12" }) as JsonSchema;
  const { $defs = {}, ...rest } = made;
  for (const [name, definition] of Object.entries($defs)) components[name] ??= wireSchema(definition);
  const own = names.get(bare)?.id;
  if (own === undefined) return wireSchema(rest);
  components[own] ??= wireSchema(rest);
  return { $ref: `#/components/schemas/${own}` };
}

function wireSchema(schema: JsonSchema): JsonSchema {
  const { $ref, properties, required, items, anyOf, oneOf, allOf, additionalProperties, id: _id, $schema: _dialect, ...rest } = schema;
  // The patterns beside a format say the same at great length; safe integers are what every JSON number is.
  if (rest.format === "date-time" || rest.format === "email" || rest.format === "uuid") delete rest.pattern;
  if (rest.maximum === Number.MAX_SAFE_INTEGER) delete rest.maximum;
  if (rest.minimum === Number.MIN_SAFE_INTEGER) delete rest.minimum;
  return {
    ...rest,
    ...($ref === undefined ? {} : { $ref: $ref.replace("#/$defs/", "#/components/schemas/") }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [snakeCase(name), wireSchema(child)])) }),
    ...(required === undefined ? {} : { required: required.map(snakeCase) }),
    ...(items === undefined ? {} : { items: wireSchema(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(wireSchema) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(wireSchema) }),
    ...(allOf === undefined ? {} : { allOf: allOf.map(wireSchema) }),
    // An object's answer may get more fields in time; a client must not refuse them.
    ...(typeof additionalProperties === "object" ? { additionalProperties: wireSchema(additionalProperties) } : {}),
  };
}
