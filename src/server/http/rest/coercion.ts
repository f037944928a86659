import type { z } from "zod";

/** What a text in a path or a query stands for, by the field's schema. JSON bodies are never coerced. */
type Kind = "number" | "boolean" | "text" | { list: Kind };

interface Definition {
  type: string;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  element?: z.core.$ZodType;
}

function kindOf(schema: z.core.$ZodType): Kind {
  // The few properties of zod's definitions that lead to the type underneath.
  const def = schema._zod.def as unknown as Definition;
  if (def.type === "number" || def.type === "int") return "number";
  if (def.type === "boolean") return "boolean";
  if (def.type === "array") return { list: def.element ? kindOf(def.element) : "text" };
  const inner = def.innerType ?? def.in;
  return inner ? kindOf(inner) : "text";
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** What is not a number or a boolean stays text, for the schema to refuse. */
function read(kind: Kind, text: string): unknown {
  if (kind === "number") return NUMBER.test(text) ? Number(text) : text;
  if (kind === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

/** Reads path and query values for the fields of an object schema, by our names. A list is a repeated name, or one text with commas. */
export function createCoercion(fields: Readonly<Record<string, z.core.$ZodType>>): (name: string, texts: readonly string[]) => unknown {
  const kinds = new Map(Object.entries(fields).map(([name, schema]) => [name, kindOf(schema)]));
  return (name, texts) => {
    const kind = kinds.get(name) ?? "text";
    if (typeof kind === "object") return texts.flatMap((text) => text.split(",")).map((text) => read(kind.list, text));
    return texts.length === 1 ? read(kind, texts[0] ?? "") : [...texts];
  };
}
