import type { z } from "zod";
import type { transferOutput } from "#shared/billing/schema.ts";

type Entry = Pick<z.infer<typeof transferOutput>, "kind" | "subjectType" | "description">;

/** What an entry is about, as far as the product itself wrote it; what a person wrote stays as it is. */
export type EntryWords = { key: "compute" | "storage"; name: string } | { key: "welcome" } | { key: "text"; text: string };

/** As the server describes the grant of a new organization. */
const WELCOME = "Welcome credits";
const COMPONENTS = ["compute", "storage"] as const;

/** Usage of a VM is described as "<name>: <component>", the grant of a new organization by fixed words: both can be said in the reader's language. */
export function entryWords({ kind, subjectType, description }: Entry): EntryWords {
  if (kind === "usage" && subjectType === "vm") {
    const component = COMPONENTS.find((each) => description.endsWith(`: ${each}`));
    if (component) return { key: component, name: description.slice(0, -component.length - 2) };
  }
  if (kind === "grant" && subjectType === "organization" && description === WELCOME) return { key: "welcome" };
  return { key: "text", text: description };
}
