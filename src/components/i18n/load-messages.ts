import type { Messages } from "next-intl";
import { AREAS, type Area, type Locale } from "./locales.ts";

const loaded = new Map<Locale, Messages>();

/** All messages of a language, by area; read once a process in production. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  const kept = loaded.get(locale);
  if (kept && process.env.NODE_ENV === "production") return kept;
  const files = await Promise.all(AREAS.map((area) => import(`./messages/${locale}/${area}.json`) as Promise<{ default: unknown }>));
  // A test holds every language to the same keys as English, from which the type comes.
  const messages = Object.fromEntries(AREAS.map((area, index) => [area, files[index]?.default])) as unknown as Messages;
  loaded.set(locale, messages);
  return messages;
}

/** The areas that a part of the site needs in the browser; the others don't travel. */
export function pickMessages(messages: Messages, areas: readonly Area[]): Partial<Messages> {
  return Object.fromEntries(areas.map((area) => [area, messages[area]]));
}
