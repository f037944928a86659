import type { z } from "zod";

/**
 * camelCase inside, snake_case on the REST wire, by the schema and not by the look of a key: fields of objects are renamed, keys of free maps
 * (`metadata`) are data and left alone.
 */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Where a schema has fields to rename. null: nothing below here. */
export type Shape =
  | { kind: "object"; byWire: ReadonlyMap<string, Field>; byName: ReadonlyMap<string, Field> }
  | { kind: "list"; item: Shape }
  | { kind: "map"; value: Shape }
  | { kind: "either"; object: Shape | null; list: Shape | null }
  | null;

interface Field {
  name: string;
  wire: string;
  shape: Shape;
}

interface Definition {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  out?: z.core.$ZodType;
  options?: readonly z.core.$ZodType[];
}

/** Reads the shape of a schema once, when the routes are built. */
export function shapeOf(schema: z.core.$ZodType, side: "input" | "output"): Shape {
  // zod's definitions are a union by `type` over all its classes; this reads the few properties that lead further down.
  const def = schema._zod.def as unknown as Definition;
  const below = (child: z.core.$ZodType | undefined): Shape => (child ? shapeOf(child, side) : null);
  switch (def.type) {
    case "object":
      return objectShape(Object.entries(def.shape ?? {}).map(([name, child]) => ({ name, wire: snakeCase(name), shape: below(child) })));
    case "array": {
      const item = below(def.element);
      return item && { kind: "list", item };
    }
    case "record": {
      const value = below(def.valueType);
      return value && { kind: "map", value };
    }
    case "union":
      return eitherShape((def.options ?? []).map(below));
    case "pipe":
      return below(side === "input" ? def.in : def.out);
    default:
      return below(def.innerType);
  }
}

function objectShape(fields: Field[]): Shape {
  return { kind: "object", byWire: new Map(fields.map((field) => [field.wire, field])), byName: new Map(fields.map((field) => [field.name, field])) };
}

function eitherShape(options: Shape[]): Shape {
  const found = options.filter((option) => option !== null);
  if (found.length <= 1) return found[0] ?? null;
  const fields = found.flatMap((option) => (option.kind === "object" ? [...option.byName.values()] : []));
  const list = found.find((option) => option.kind === "list") ?? null;
  if (found.some((option) => option.kind === "map" || option.kind === "either")) throw new Error("REST casing cannot tell the members of this union apart; give its map a schema of its own");
  return { kind: "either", object: fields.length > 0 ? objectShape(fields) : null, list };
}

/** A value from the wire with our names. `wrong` hears of fields that are spelled our way, which the wire does not know. */
export function fromWire(shape: Shape, value: unknown, wrong: (path: string, wire: string) => void, path = ""): unknown {
  return rename(shape, value, (object, key) => {
    const field = object.byWire.get(key);
    if (!field && object.byName.has(key)) wrong(path === "" ? key : `${path}.${key}`, snakeCase(key));
    return field && { key: field.name, shape: field.shape };
  }, (child, nested, key) => fromWire(child, nested, wrong, path === "" ? key : `${path}.${key}`));
}

/** A value of ours with the wire's names. Answers can be long, so this goes straight where `rename` takes turns. */
export function toWire(shape: Shape, value: unknown): unknown {
  if (shape === null || value === null || typeof value !== "object" || value instanceof Date) return value;
  if (shape.kind === "either") return toWire(Array.isArray(value) ? shape.list : shape.object, value);
  if (Array.isArray(value)) return shape.kind === "list" ? value.map((item) => toWire(shape.item, item)) : value;
  if (shape.kind === "list") return value;
  if (shape.kind === "map") return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toWire(shape.value, child)]));
  const wire: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const field = shape.byName.get(key);
    if (field) wire[field.wire] = field.shape === null ? child : toWire(field.shape, child);
    else if (key !== "__proto__") wire[key] = child;
  }
  return wire;
}

type ObjectShape = Extract<Shape, { kind: "object" }>;

function rename(
  shape: Shape,
  value: unknown,
  find: (object: ObjectShape, key: string) => { key: string; shape: Shape } | undefined,
  into: (shape: Shape, value: unknown, key: string) => unknown,
): unknown {
  if (shape === null || value === null || typeof value !== "object" || value instanceof Date) return value;
  if (shape.kind === "either") return rename(Array.isArray(value) ? shape.list : shape.object, value, find, into);
  if (Array.isArray(value)) return shape.kind === "list" ? value.map((item, index) => into(shape.item, item, String(index))) : value;
  if (shape.kind === "list") return value;
  // fromEntries defines the keys instead of assigning them: "__proto__" stays a key like any other.
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      if (shape.kind === "map") return [key, into(shape.value, child, key)];
      const field = find(shape, key);
      return field ? [field.key, into(field.shape, child, key)] : [key, child];
    }),
  );
}

/** The path of a field (`resources.memoryGb`) as the wire spells it (`resources.memory_gb`). */
export function pathToWire(shape: Shape, path: string): string {
  let here = shape;
  return path
    .split(".")
    .map((key) => {
      const at: Shape = here?.kind === "either" ? (/^\d+$/.test(key) ? here.list : here.object) : here;
      here = null;
      if (at?.kind === "list") here = at.item;
      else if (at?.kind === "map") here = at.value;
      else if (at?.kind === "object") {
        const field = at.byName.get(key);
        here = field?.shape ?? null;
        return field?.wire ?? key;
      }
      return key;
    })
    .join(".");
}
