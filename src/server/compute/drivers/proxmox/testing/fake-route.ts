import type { FakeAccess, Principal } from "./fake-access.ts";
import { verificationFailed } from "./fake-errors.ts";
import type { FakeState } from "./fake-state.ts";
import type { FakeTasks } from "./fake-tasks.ts";

export type ParamType = "string" | "integer" | "boolean";

/** One request that passed all checks. */
export interface FakeCall {
  state: FakeState;
  tasks: FakeTasks;
  access: FakeAccess;
  principal: Principal;
  /** of the path, the query and the form together */
  params: Readonly<Record<string, string>>;
  file: Buffer | null;
}

export interface FakeRoute {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** as Proxmox's documentation writes it */
  path: string;
  /** beside those of the path; `name?` may be missing, `net[n]` stands for net0, net1, … */
  params: Readonly<Record<string, ParamType>>;
  /** path (with parameters) and privilege */
  needs?: readonly [string, string];
  run(call: FakeCall): unknown;
}

/** Names and types as Proxmox checks them: what it does not know is an error. */
export function checkParams(route: FakeRoute, given: Readonly<Record<string, string>>): void {
  const errors: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (route.path.includes(`{${name}}`)) continue;
    const type = route.params[name] ?? route.params[`${name}?`] ?? route.params[`${name.replace(/\d+$/, "")}[n]?`];
    if (type === undefined) errors[name] = "property is not defined in schema and the schema does not allow additional properties";
    else if (type === "boolean" && !/^[01]$/.test(value)) errors[name] = `type check ('boolean') failed - got '${value}'`;
    else if (type === "integer" && !/^-?\d+$/.test(value)) errors[name] = `type check ('integer') failed - got '${value}'`;
  }
  for (const name of Object.keys(route.params)) if (!name.endsWith("?") && given[name] === undefined) errors[name] = "property is missing and it is not optional";
  if (Object.keys(errors).length > 0) throw verificationFailed(errors);
}

/** The route for a path, and the parameters in it. */
export function matchRoute(routes: readonly FakeRoute[], method: string, path: string): { route: FakeRoute; found: Record<string, string> } | null {
  for (const route of routes) {
    if (route.method !== method) continue;
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    const match = new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "([^/]+)")}$`).exec(path);
    if (match) return { route, found: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")])) };
  }
  return null;
}

export function integer(call: FakeCall, name: string): number {
  return Number(call.params[name]);
}
