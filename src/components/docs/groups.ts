import type { OpenApiDocument, OpenApiOperation } from "#server/http/openapi/document.ts";

export interface DocumentedOperation {
  method: string;
  path: string;
  operation: OpenApiOperation;
}

/** Operations with one tag, which have a page of the reference together. */
export interface OperationGroup {
  name: string;
  /** its last part of the address */
  slug: string;
  operations: DocumentedOperation[];
}

const ADMINISTRATION = /^Administration\b/;

/**
 * The operations by their first tag: the whole list before one of it, one before its parts, else in the document's order; what administrators alone may do comes
 * last, among the groups and within one.
 */
export function operationGroups(document: Pick<OpenApiDocument, "tags" | "paths">): OperationGroup[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));
  operations.sort((one, other) => rank(one.path) - rank(other.path));
  const groups = document.tags.map(({ name }) => ({ name, slug: slugOf(name), operations: operations.filter(({ operation }) => operation.tags[0] === name) }));
  return groups.toSorted((one, other) => Number(ADMINISTRATION.test(one.name)) - Number(ADMINISTRATION.test(other.name)));
}

/** Where the page of a group is. */
export function groupPath(group: OperationGroup): string {
  return `/docs/api/${group.slug}`;
}

/** How many parts a path has: `/vms` before `/vms/{id}`. */
function rank(path: string): number {
  return path.split("/").length + (path.startsWith("/admin/") ? 100 : 0);
}

function slugOf(tag: string): string {
  return tag.toLowerCase().replace(/[^a-z]+/g, "-");
}
