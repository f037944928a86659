import { type SourceFile, TESTING, type Violation } from "./source-file.ts";

/**
 * Which part may import which. Imports point one way: app → components → shared; roles, http, trpc → domain → infra; everything may use shared.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  shared: [],
  components: ["shared"],
  app: ["components", "shared"],
  device: ["shared"],
  infra: ["shared"],
  domain: ["infra", "shared"],
  trpc: ["domain", "infra", "shared"],
  http: ["trpc", "domain", "infra", "shared"],
  roles: ["http", "trpc", "domain", "infra", "device", "shared"],
  main: ["roles", "infra", "shared"],
};

/**
 * Between domains: billing ← identity ← {compute, machines, tunnels}: an account is opened with its credits in one transaction (docs/decisions/0009). Platform
 * reads all of them for the admin; nobody imports it but for the audit log.
 */
const DOMAINS: Record<string, readonly string[]> = {
  billing: [],
  identity: ["billing"],
  compute: ["identity", "billing"],
  machines: ["identity", "billing"],
  tunnels: ["identity", "billing"],
  webhooks: ["identity"],
  platform: ["identity", "billing", "compute", "machines", "tunnels", "webhooks"],
};

/** Part of infra in all but its folder: every domain calls it, so it knows none. */
const AUDIT = "src/server/platform/audit.ts";

/** Who acts: types that every service takes, whichever domain it is of. */
const ACTOR = "src/server/identity/actor.ts";

/** What a domain keeps to itself: its tables, its procedures, its background work, its demo data. */
const PRIVATE = /(^|-|\/)(repository|router|jobs|subscribers|seed)\.ts$/;

/** Components that know no domain, and what these may use: the connection to the server and the languages. */
const PLAIN_COMPONENTS = ["ui", "form", "table", "chart", "map", "theme", "layout"];
const BELOW_PLAIN = [...PLAIN_COMPONENTS, "api", "i18n"];

interface Place {
  layer: string;
  domain?: string;
}

function placeOf(path: string): Place | undefined {
  const [source, second, third] = path.split("/");
  if (source !== "src" || second === undefined) return undefined;
  if (second !== "server") return second in MAY_IMPORT ? { layer: second } : undefined;
  if (path === AUDIT) return { layer: "infra" };
  if (third === "main.ts") return { layer: "main" };
  if (third === undefined) return undefined;
  if (third in DOMAINS) return { layer: "domain", domain: third };
  return third in MAY_IMPORT ? { layer: third } : undefined;
}

/** Checks each import of the product's code; tests and the folders `testing` may reach everywhere. */
export function checkLayers(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    if (file.isTest || !file.path.startsWith("src/")) return [];
    const from = placeOf(file.path);
    if (!from) return [{ rule: "folders", path: file.path, message: "no part of the program lives here; the folders of src/ and src/server/ are listed in CONTRIBUTING.md" }];
    return file.imports.flatMap((imported) => {
      const message = imported.target === undefined ? packageProblem(from, imported.specifier) : importProblem(file.path, from, imported.target, imported.typeOnly);
      return message ? [{ rule: "imports", path: file.path, message: `imports ${imported.specifier}: ${message}` }] : [];
    });
  });
}

function packageProblem(from: Place, specifier: string): string | undefined {
  if (from.layer === "shared" && (specifier.startsWith("node:") || /prisma/.test(specifier))) return "src/shared runs in the browser too, without Node and Prisma; put it in src/server";
  return undefined;
}

function importProblem(path: string, from: Place, target: string, typeOnly: boolean): string | undefined {
  if (TESTING.test(target)) return "only tests may use the folders named testing";
  const to = placeOf(target);
  if (!to) return undefined;
  if (target.startsWith("src/server/") && ["app", "components"].includes(from.layer)) {
    return typeOnly ? undefined : "pages take only types from the server (import type …), Next would make a second copy of it; call a procedure instead";
  }
  if (target === ACTOR && typeOnly && (from.layer === "domain" || path === AUDIT)) return undefined;
  if (from.layer === "components" && to.layer === "components") return plainComponentProblem(path, target);
  if (from.layer === to.layer) return from.domain === to.domain ? undefined : domainProblem(from.domain ?? "", to.domain ?? "", target);
  if (from.layer === "domain" && to.layer === "trpc") {
    return path.endsWith("/router.ts") ? undefined : "only a domain's router.ts knows tRPC; services take (rt, actor, input)";
  }
  if (!MAY_IMPORT[from.layer]?.includes(to.layer)) {
    return `${from.layer} may import ${["nothing above itself", ...(MAY_IMPORT[from.layer] ?? [])].slice(1).join(", ") || "nothing but itself"}; move what both need down to one of these`;
  }
  if (/(^|-|\/)repository\.ts$/.test(target)) return `${to.domain ?? to.layer}'s tables are its own; call one of its services`;
  return undefined;
}

function domainProblem(from: string, to: string, target: string): string | undefined {
  if (!DOMAINS[from]?.includes(to)) {
    return `${from} may use ${DOMAINS[from]?.join(", ") || "no other domain"}${to === "platform" ? " and platform/audit.ts" : ""}; let ${to} call ${from}, or subscribe to an event (subscribers.ts)`;
  }
  return PRIVATE.test(target) ? `this file is ${to}'s own; call one of its services` : undefined;
}

function plainComponentProblem(path: string, target: string): string | undefined {
  const folder = path.split("/")[2] ?? "";
  const other = target.split("/")[2] ?? "";
  return PLAIN_COMPONENTS.includes(folder) && !BELOW_PLAIN.includes(other) ? `components/${folder} knows no domain; take what differs as a property, or move this to components/${other}` : undefined;
}
