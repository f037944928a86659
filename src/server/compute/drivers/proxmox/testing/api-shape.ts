import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A published shape: Proxmox's own dialect of JSON Schema. */
interface Shape {
  type?: string;
  optional?: 0 | 1;
  enum?: readonly unknown[];
  properties?: Record<string, Shape>;
  items?: Shape;
  additionalProperties?: 0 | 1 | Shape;
  minimum?: number | string;
  maximum?: number | string;
  maxLength?: number;
  minLength?: number;
  pattern?: string;
}

interface Operation {
  parameters?: Shape;
  returns?: Shape | null;
}

export type ApiShapes = Record<string, Record<string, Operation>>;

/** Beside the project, or wherever the variable says; the file is Proxmox's and no part of this project. */
const USUAL_FILE = resolve(import.meta.dirname, "../../../../../../../shared/data/pve-9.2-api.json");

/** null: the file is not here, and what needs it is skipped. */
export function loadApiShapes(): ApiShapes | null {
  const file = process.env.PROXMOX_API_SHAPES ?? USUAL_FILE;
  // The file is what it says to be, or the checks say so.
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ApiShapes) : null;
}

/** What is wrong with a request by the published shapes. */
export function requestProblems(shapes: ApiShapes, method: string, template: string, params: Readonly<Record<string, string>>): string[] {
  const operation = shapes[template]?.[method];
  if (!operation) return [`${method} ${template} is not published`];
  const properties = operation.parameters?.properties ?? {};
  const problems = Object.entries(params).flatMap(([name, text]) => {
    const shape = properties[name] ?? properties[`${name.replace(/\d+$/, "")}[n]`];
    return shape ? valueProblems(shape, fromForm(shape, text), name) : [`parameter ${name} is not published`];
  });
  for (const [name, shape] of Object.entries(properties)) if (!shape.optional && !name.includes("[n]") && params[name] === undefined) problems.push(`parameter ${name} is missing`);
  return problems.map((problem) => `${method} ${template}: ${problem}`);
}

/**
 * Values that hosts answer though the published shapes do not list them: while a VM is being deleted its configuration is a lock of this name and nothing else
 * (qemu-server, PVE/API2/Qemu.pm, `destroy_vm(…, { lock => 'destroyed' })`), and no list is consulted where a configuration is read.
 */
const UNPUBLISHED: Readonly<Record<string, Readonly<Record<string, string>>>> = { "GET /nodes/{node}/qemu/{vmid}/config": { "data.lock": "destroyed" } };

/** What is wrong with the `data` of an answer. */
export function answerProblems(shapes: ApiShapes, method: string, template: string, data: unknown): string[] {
  const returns = shapes[template]?.[method]?.returns;
  if (!returns) return [];
  const route = `${method} ${template}`;
  return valueProblems(returns, data, "data", UNPUBLISHED[route]).map((problem) => `${route} answers: ${problem}`);
}

function fromForm(shape: Shape, text: string): unknown {
  if (shape.type === "integer" || shape.type === "number") return text.trim() === "" ? text : Number(text);
  if (shape.type === "boolean") return text === "1" ? 1 : text === "0" ? 0 : text;
  return text;
}

/** @param beyond a value that is right at its place whatever the shape says */
function valueProblems(shape: Shape, value: unknown, at: string, beyond: Readonly<Record<string, string>> = {}): string[] {
  if (value !== undefined && beyond[at] === value) return [];
  if (value === null || value === undefined) return shape.optional || shape.type === "null" || shape.type === undefined ? [] : [`${at} is ${value}, not ${shape.type}`];
  const wrong = (what: string): string[] => [`${at} is ${JSON.stringify(value)?.slice(0, 80)}, not ${what}`];
  switch (shape.type) {
    case "null":
      return wrong("null");
    case "boolean":
      return value === 0 || value === 1 || typeof value === "boolean" ? [] : wrong("a boolean (0 or 1)");
    case "integer":
      return Number.isInteger(value) ? bounds(shape, Number(value), at) : wrong("an integer");
    case "number":
      return typeof value === "number" ? bounds(shape, value, at) : wrong("a number");
    case "string":
      return typeof value === "string" ? textProblems(shape, value, at) : wrong("a string");
    case "array":
      return Array.isArray(value) ? value.flatMap((each, index) => (shape.items ? valueProblems(shape.items, each, `${at}[${index}]`, beyond) : [])) : wrong("a list");
    case "object":
      return typeof value === "object" && !Array.isArray(value) ? objectProblems(shape, Object.entries(value), at, beyond) : wrong("an object");
    default:
      return [];
  }
}

function objectProblems(shape: Shape, entries: [string, unknown][], at: string, beyond: Readonly<Record<string, string>>): string[] {
  const properties = shape.properties ?? {};
  const problems = entries.flatMap(([name, value]) => {
    const own = properties[name] ?? properties[`${name.replace(/\d+$/, "")}[n]`];
    if (own) return valueProblems(own, value, `${at}.${name}`, beyond);
    return shape.additionalProperties === 0 ? [`${at}.${name} is not published`] : [];
  });
  const names = new Set(entries.map(([name]) => name));
  for (const [name, own] of Object.entries(properties)) if (!own.optional && !name.includes("[n]") && !names.has(name)) problems.push(`${at}.${name} is missing`);
  return problems;
}

function bounds(shape: Shape, value: number, at: string): string[] {
  if (shape.minimum !== undefined && value < Number(shape.minimum)) return [`${at} is ${value}, less than ${shape.minimum}`];
  if (shape.maximum !== undefined && value > Number(shape.maximum)) return [`${at} is ${value}, more than ${shape.maximum}`];
  return [];
}

function textProblems(shape: Shape, value: string, at: string): string[] {
  const problems: string[] = [];
  if (Array.isArray(shape.enum) && !shape.enum.includes(value)) problems.push(`${at} is ${value}, none of ${shape.enum.slice(0, 8).join(", ")}`);
  if (shape.maxLength !== undefined && value.length > shape.maxLength) problems.push(`${at} is longer than ${shape.maxLength}`);
  if (shape.minLength !== undefined && value.length < shape.minLength) problems.push(`${at} is shorter than ${shape.minLength}`);
  // Perl's `(?^:…)` is a group without flags.
  if (shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern.replaceAll("(?^:", "(?:")})$`).test(value)) problems.push(`${at} does not have the form ${shape.pattern}`);
  return problems;
}
