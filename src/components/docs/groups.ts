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

/** The operations by their first tag, in the document's order; what administrators alone may do comes last. */
export function operationGroups(document: Pick<OpenApiDocument, "tags" | "paths">): OperationGroup[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })));
  const groups = document.tags.map(({ name }) => ({ name, slug: slugOf(name), operations: operations.filter(({ operation }) => operation.tags[0] === name) }));
  return groups.toSorted((one, other) => Number(ADMINISTRATION.test(one.name)) - Number(ADMINISTRATION.test(other.name)));
}

/** Where the page of a group is. */
export function groupPath(group: OperationGroup): string {
  return `/docs/api/${group.slug}`;
}

function slugOf(tag: string): string {
  return tag.toLowerCase().replace(/[^a-z]+/g, "-");
}
